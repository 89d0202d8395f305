//! What is said about wrong `tables:`, `average:`, `pool:` and `snapshot:`.

use fairgrid::spec::decode::Fields;
use fairgrid::spec::node::Node;
use fairgrid::spec::problem::Problems;
use fairgrid::spec::source::Source;
use fairgrid::spec::table::{Layout, Mention};
use fairgrid::spec::vocabulary::{Lacking, MetricColumn, Scored, ShareOf, Vocabulary};

use super::fixture::{QUICKSTART, dimension, layout};

fn metric(name: &str, decided: bool) -> MetricColumn {
    MetricColumn {
        name: name.to_owned(),
        decided,
        unexchanged: None,
        effect: false,
        of_models: false,
        overall: true,
        per_group: vec!["tone".to_owned(), "gender*race".to_owned()],
        over_groups: Vec::new(),
        share: ShareOf::Nothing,
    }
}

fn gap(name: &str, over: &[&str]) -> MetricColumn {
    let over_groups = over.iter().map(|by| (*by).to_owned()).collect();
    MetricColumn {
        name: name.to_owned(),
        decided: true,
        unexchanged: None,
        effect: false,
        of_models: false,
        overall: false,
        per_group: Vec::new(),
        over_groups,
        share: ShareOf::Nothing,
    }
}

/// Two models on two axes; one is also imported, decided by two rules.
fn vocabulary() -> Vocabulary {
    let scored = |model: &str, axes: &[&str], decisions: &[&str], metrics: Vec<MetricColumn>| Scored {
        model: model.to_owned(),
        evaluation: "test".to_owned(),
        data: "fashion/test".to_owned(),
        decisions: decisions.iter().map(|rule| (*rule).to_owned()).collect(),
        axes: axes.iter().map(|axis| (*axis).to_owned()).collect(),
        metrics,
    };
    let metrics = || {
        vec![
            metric("accuracy_score", true),
            metric("average_precision_score", false),
            gap("worst_tone", &["tone"]),
            gap("recall_gap", &["tone"]),
        ]
    };
    let both = gap("both_gap", &["tone", "gender*race"]);
    Vocabulary {
        axes: vec![dimension("loss", &["cross_entropy", "focal(gamma=2)"]), dimension("seed", &["0", "1", "2"])],
        scored: vec![
            scored("small_cnn", &["loss", "seed"], &["argmax"], [metrics(), vec![both]].concat()),
            scored("claimed", &[], &["threshold(0.5)", "tuned"], metrics()),
        ],
        untold: Vec::new(),
        lacking: Lacking::Nothing,
    }
}

/// All problems of a text, as `text underlined: message (help)`.
fn problems(text: &str) -> String {
    let node = Node::parse(&Source::new("study.yaml", text)).unwrap();
    let (mut problems, mut aside) = (Problems::default(), Problems::default());
    let mut fields = Fields::of(&node, &mut problems, "a study").unwrap();
    let layout = Layout::take(&mut fields, &mut problems, &mut aside);
    aside.into_iter().for_each(|problem| problems.push(problem));
    fields.finish(&mut problems);
    layout.check(&vocabulary(), &mut problems);
    let Err(error) = problems.check(Some(())) else {
        return "fine".to_owned();
    };
    let told = error.problems.iter().map(|problem| {
        let place = problem.labels.first().map_or("nowhere", |(place, _)| place.text());
        format!("{place}: {} ({})", problem.message, problem.help.as_deref().unwrap_or("no help"))
    });
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_quickstart_is_fine_for_one_model() {
    let text = QUICKSTART.replace("rows: [loss]", "where: {model: small_cnn}, rows: [loss]");
    assert_eq!(problems(&text), "fine");
}

#[test]
fn an_axis_that_a_table_forgets_is_named() {
    insta::assert_snapshot!(problems("tables: {main: {rows: [model, loss, decision], columns: [accuracy_score]}}"), @"model: the axis `seed` is neither in `rows`, `columns`, `average` nor `pool` of the table `main` (add `seed` to `rows`, or `average: [seed]` for means over its levels)");
}

#[test]
fn an_axis_may_be_averaged_by_the_table_or_pinned_by_a_condition() {
    assert_eq!(problems("tables: {main: {rows: [model, loss, decision], columns: [accuracy_score], average: [seed]}}"), "fine");
    assert_eq!(problems("tables: {main: {rows: [model, loss, decision], columns: [accuracy_score], where: {seed: 0}}}"), "fine");
    assert_eq!(
        problems("tables: {main: {rows: [model, loss, decision], columns: [accuracy_score], where: {seed: {not_in: [0, 1]}}}}"),
        "fine"
    );
    assert_eq!(problems("tables: {main: {rows: [model, decision], columns: [accuracy_score], where: {model: claimed}}}"), "fine");
}

#[test]
fn numbers_of_two_models_or_rules_do_not_share_a_cell() {
    insta::assert_snapshot!(problems("average: [seed]\ntables: {main: {rows: [loss], columns: [accuracy_score]}}"), @"loss: the column `accuracy_score` of the table `main` has one cell for the models `small_cnn` and `claimed` (add `model` to `rows`, or `where: {model: small_cnn}`)");
    insta::assert_snapshot!(problems("tables: {main: {rows: [model], columns: [accuracy_score], where: {model: claimed}}}"), @"model: the column `accuracy_score` of the table `main` has one cell for the decision rules `threshold(0.5)` and `tuned` (add `decision` to `rows`, or `where: {decision: threshold(0.5)}`)");
    // A metric without a decision has one number whatever the rules are.
    assert_eq!(problems("tables: {main: {rows: [model], columns: [average_precision_score], where: {model: claimed}}}"), "fine");
}

#[test]
fn unknown_names_come_with_the_nearest_known_one() {
    insta::assert_snapshot!(problems("
average: [seeds]
pool: [fold]
spread: variance
tables:
  main: {rows: [modle], columns: [acuracy_score, {tonne: accuracy_score}, {tone: [worst_tome]}], sort: recall_gap, best: red}
  other: {rows: [loss], colums: [accuracy_score]}
  third: {rows: [model], columns: [], sort: {accuracy_score: up}}
snapshot: {tolerance: {acuracy_score: 0.1, worst_tone: -1}}
"), @r"
    red: unknown word `red` (known: `bold`)
    colums: unknown key `colums` in a table (did you mean `columns`?)
    [: a table needs at least one column (no help)
    up: unknown word `up` (known: `asc`, `desc`)
    variance: unknown word `variance` (known: `interval`, `sd`)
    -1: expected a tolerance of 0 or more, found `-1` (no help)
    seeds: unknown axis `seeds` (did you mean `seed`?)
    fold: unknown axis `fold` (known: `loss`, `seed`)
    acuracy_score: no evaluation has the column `acuracy_score` (did you mean `accuracy_score`?)
    ");
    insta::assert_snapshot!(problems("
average: [seeds]
tables:
  main: {rows: [modle], columns: [acuracy_score, {tonne: accuracy_score}, {tone: [worst_tome]}], sort: recall_gap}
  third: {rows: [model], columns: [accuracy_score], where: {los: focal, loss: focal(gamma=3)}}
  fourth: {rows: [model], columns: [{tone: accuracy_score}], sort: accuracy_score}
snapshot: {tolerance: {acuracy_score: 0.1}}
"), @r"
    seeds: unknown axis `seeds` (did you mean `seed`?)
    acuracy_score: no evaluation has the column `acuracy_score` (did you mean `accuracy_score`?)
    modle: rows of a table are axes or words; `modle` is neither (did you mean `model`?)
    acuracy_score: no evaluation that `main` shows has the column `acuracy_score` (did you mean `accuracy_score`?)
    tonne: columns spread over a group, an axis or a word; `tonne` is none (did you mean `tone`?)
    worst_tome: no evaluation that `main` shows has the column `worst_tome` (did you mean `worst_tone`?)
    recall_gap: `main` has no single column `recall_gap` to sort by (known: `acuracy_score`)
    modle: the axis `loss` is neither in `rows`, `columns`, `average` nor `pool` of the table `main` (add `loss` to `rows`, or `average: [loss]` for means over its levels)
    los: conditions of a table are on axes or words; `los` is neither (did you mean `loss`?)
    focal(gamma=3): `loss` has no level `focal(gamma=3)` (did you mean `focal(gamma=2)`?)
    accuracy_score: `fourth` has no single column `accuracy_score` to sort by (it is spread over `tone`: add a plain `accuracy_score` to `columns`)
    model: the axis `loss` is neither in `rows`, `columns`, `average` nor `pool` of the table `fourth` (add `loss` to `rows`, or `average: [loss]` for means over its levels)
    ");
}

#[test]
fn an_intersection_has_no_order() {
    let text = |by: &str| {
        format!("average: [seed]\ntables: {{main: {{rows: [loss], columns: [{{{by}: accuracy_score}}], where: {{model: small_cnn}}}}}}")
    };
    assert_eq!((problems(&text("race*gender")), problems(&text("gender*race"))), ("fine".to_owned(), "fine".to_owned()));
}

#[test]
fn a_gap_over_two_groupings_must_say_which() {
    insta::assert_snapshot!(problems("average: [seed]\ntables: {main: {rows: [loss], columns: [both_gap], where: {model: small_cnn}}}"), @"both_gap: `both_gap` is computed over 2 groupings (write `{gender*race: both_gap}` or `{tone: both_gap}`)");
    assert_eq!(problems("average: [seed]\ntables: {main: {rows: [loss], columns: [{tone: both_gap}], where: {model: small_cnn}}}"), "fine");
    insta::assert_snapshot!(problems("average: [seed]\ntables: {main: {rows: [loss], columns: [{gender*race: recall_gap}], where: {model: small_cnn}}}"), @"recall_gap: `recall_gap` is not computed by `gender*race` (write `{tone: recall_gap}`, or add `gender*race` to the `groups` of its evaluation)");
}

#[test]
fn a_pooled_axis_has_no_levels_to_show() {
    insta::assert_snapshot!(problems("pool: [seed]\naverage: [seed]\ntables: {main: {rows: [loss, seed], columns: [worst_tone], where: {model: small_cnn}}}"), @r"
    seed: `seed` is pooled before scoring and cannot be averaged after (keep it in `average` or in `pool`)
    seed: `seed` is pooled before scoring, so a table knows none of its levels (remove it here or from `pool`)
    ");
}

#[test]
fn an_axis_in_some_columns_is_still_missing_in_the_others() {
    let table =
        |columns: &str| format!("average: [seed]\ntables: {{main: {{rows: [model], columns: {columns}, where: {{model: small_cnn}}}}}}");
    assert_eq!(problems(&table("[{loss: [accuracy_score, worst_tone]}]")), "fine");
    insta::assert_snapshot!(problems(&table("[worst_tone, {loss: accuracy_score}]")), @"model: the axis `loss` is neither in `rows`, `columns`, `average` nor `pool` of the table `main`, as the column `worst_tone` needs it (add `loss` to `rows`, or `average: [loss]` for means over its levels)");
}

#[test]
fn a_study_without_tables_gets_one_that_passes_every_check() {
    let mut layout = layout("average: [seed]");
    let table = layout.default_table(&vocabulary()).unwrap();
    let names = |mentions: &[Mention]| mentions.iter().map(|mention| mention.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&table.rows), ["model", "loss", "decision"]);
    assert_eq!(table.columns.len(), 6);
    layout.tables.insert("main".to_owned(), table);
    let mut problems = Problems::default();
    layout.check(&vocabulary(), &mut problems);
    assert!(problems.is_empty(), "{problems:?}");
    assert!(layout.default_table(&vocabulary()).is_none());
}
