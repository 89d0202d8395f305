//! Columns that spread over groups, axes, classes and rules.

use fairgrid::report::heading::Heading;
use fairgrid::spec::table::Origin;

use super::fixture::{dimension, grouped, heading, row};
use super::tables::plain;

#[test]
fn the_fields_of_an_intersection_are_in_any_order() {
    let rows = [("tone=light, age=old", 0.7), ("tone=dark, age=old", 0.6)];
    let rows = rows.map(|(group, value)| grouped(row(&[("loss", "bce"), ("seed", "0")], "accuracy_score", value), "tone*age", group));
    let of = |columns: &str| plain(&format!("tables: {{main: {{rows: [loss, seed], columns: [{columns}]}}}}"), &heading(), &rows);
    assert_eq!(of("{age*tone: accuracy_score}"), of("{tone*age: accuracy_score}"));
    assert!(of("{age*tone: accuracy_score}").contains("tone=light, age=old"));
}

#[test]
fn groups_intersections_and_axes_spread_over_columns() {
    let heading = Heading {
        axes: vec![dimension("dataset", &["utkface", "fairface"])],
        groups: vec![dimension("gender*race", &["gender=male*race=White", "gender=female*race=Black"])],
        ..heading()
    };
    let mut rows = Vec::new();
    for (dataset, base) in [("fairface", 0.9), ("utkface", 0.8)] {
        let one = |metric: &str, value: f64| row(&[("dataset", dataset)], metric, value);
        rows.push(one("accuracy_score", base));
        rows.push(grouped(one("recall_gap", 1.0 - base), "gender*race", ""));
        rows.push(grouped(one("accuracy_score", base - 0.1), "gender*race", "gender=female*race=Black"));
        rows.push(grouped(one("accuracy_score", base + 0.05), "gender*race", "gender=male*race=White"));
    }
    insta::assert_snapshot!(plain("tables: {main: {rows: [model], columns: [{dataset: [accuracy_score, recall_gap]}]}}", &heading, &rows), @r"
    ╭───────────┬──────────────────────┬──────────────────────┬──────────────────────┬──────────────────────╮
    │ model     │     accuracy_score ↑ │         recall_gap ↓ │     accuracy_score ↑ │         recall_gap ↓ │
    │           │      dataset=utkface │      dataset=utkface │     dataset=fairface │     dataset=fairface │
    ├───────────┼──────────────────────┼──────────────────────┼──────────────────────┼──────────────────────┤
    │ small_cnn │ 0.800 [0.780, 0.815] │ 0.200 [0.180, 0.215] │ 0.900 [0.880, 0.915] │ 0.100 [0.080, 0.115] │
    ╰───────────┴──────────────────────┴──────────────────────┴──────────────────────┴──────────────────────╯
    ");
    insta::assert_snapshot!(plain("tables: {main: {rows: [dataset], columns: [{gender*race: [accuracy_score, recall_gap]}]}}", &heading, &rows), @r"
    ╭──────────┬────────────────────────┬──────────────────────────┬──────────────────────╮
    │ dataset  │       accuracy_score ↑ │         accuracy_score ↑ │         recall_gap ↓ │
    │          │ gender=male*race=White │ gender=female*race=Black │     over gender*race │
    ├──────────┼────────────────────────┼──────────────────────────┼──────────────────────┤
    │ utkface  │   0.850 [0.830, 0.865] │     0.700 [0.680, 0.715] │ 0.200 [0.180, 0.215] │
    │ fairface │   0.950 [0.930, 0.965] │     0.800 [0.780, 0.815] │ 0.100 [0.080, 0.115] │
    ╰──────────┴────────────────────────┴──────────────────────────┴──────────────────────╯
    ");
}

#[test]
fn classes_and_groupings_that_a_column_leaves_open_are_all_shown() {
    let heading = Heading { axes: Vec::new(), ..heading() };
    let mut rows = Vec::new();
    for (by, value) in [("tone", 0.1), ("gender", 0.2)] {
        rows.push(grouped(row(&[], "recall_gap", value), by, ""));
    }
    for (label, value) in [("Coat", 0.5), ("Bag", 0.9)] {
        let mut one = row(&[], "recall_score", value);
        one.measurement.label = label.to_owned();
        rows.push(one);
    }
    insta::assert_snapshot!(plain("tables: {main: {rows: [], columns: [recall_gap, recall_score]}}", &heading, &rows), @r"
    ╭──────────────────────┬──────────────────────┬──────────────────────┬──────────────────────╮
    │         recall_gap ↓ │         recall_gap ↓ │       recall_score ↑ │       recall_score ↑ │
    │          over gender │            over tone │                  Bag │                 Coat │
    ├──────────────────────┼──────────────────────┼──────────────────────┼──────────────────────┤
    │ 0.200 [0.180, 0.215] │ 0.100 [0.080, 0.115] │ 0.900 [0.880, 0.915] │ 0.500 [0.480, 0.515] │
    ╰──────────────────────┴──────────────────────┴──────────────────────┴──────────────────────╯
    ");
}

#[test]
fn numbers_without_a_decision_rule_join_every_rule() {
    let heading = Heading { axes: Vec::new(), decisions: vec!["threshold(0.5)".to_owned(), "tuned".to_owned()], ..heading() };
    let ruled = |rule: &str, metric: &str, value: f64| {
        let mut one = row(&[], metric, value);
        one.measurement.decision = rule.to_owned();
        one
    };
    let rows = [ruled("tuned", "accuracy_score", 0.9), ruled("threshold(0.5)", "accuracy_score", 0.8), ruled("", "roc_auc_score", 0.95)];
    insta::assert_snapshot!(plain("tables: {main: {rows: [decision], columns: [accuracy_score, roc_auc_score]}}", &heading, &rows), @r"
    ╭────────────────┬──────────────────────┬──────────────────────╮
    │ decision       │     accuracy_score ↑ │      roc_auc_score ↑ │
    ├────────────────┼──────────────────────┼──────────────────────┤
    │ threshold(0.5) │ 0.800 [0.780, 0.815] │ 0.950 [0.930, 0.965] │
    │ tuned          │ 0.900 [0.880, 0.915] │ 0.950 [0.930, 0.965] │
    ╰────────────────┴──────────────────────┴──────────────────────╯
    ");
}

#[test]
fn models_that_would_share_a_cell_get_rows_of_their_own() {
    let mut rows = vec![row(&[], "accuracy_score", 0.9), row(&[], "accuracy_score", 0.8)];
    rows[1].model = "claimed".to_owned();
    let models = vec![("small_cnn".to_owned(), Origin::Trained), ("claimed".to_owned(), Origin::Imported)];
    let heading = Heading { axes: Vec::new(), models, ..heading() };
    insta::assert_snapshot!(plain("tables: {main: {rows: [evaluation], columns: [accuracy_score]}}", &heading, &rows), @r"
    ╭────────────┬───────────┬──────────────────────╮
    │ evaluation │ model     │     accuracy_score ↑ │
    ├────────────┼───────────┼──────────────────────┤
    │ test       │ small_cnn │ 0.900 [0.880, 0.915] │
    │ test       │ claimed   │ 0.800 [0.780, 0.815] │
    ╰────────────┴───────────┴──────────────────────╯
    ");
}
