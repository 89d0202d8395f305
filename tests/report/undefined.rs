//! What has no number, or none that is ranked, and how tables tell it.

use fairgrid::report::heading::Heading;
use fairgrid::report::leaderboard;
use fairgrid::report::terminal::{Screen, table};
use fairgrid::score::measurement::Status;

use super::fixture::{QUICKSTART, dimension, failed, heading, quickstart, row, tables, without};
use super::tables::plain;

#[test]
fn undefined_small_and_failed_are_told_and_not_ranked() {
    let heading = Heading { axes: vec![dimension("loss", &["bce", "ce", "focal", "dice", "hinge"])], ..heading() };
    let one = |loss: &str, value: f64| row(&[("loss", loss)], "recall_gap", value);
    let rows = [
        one("bce", 0.21),
        without(one("ce", 0.001), Status::Small, "7 items in tone=dark, fewer than the 20 of `min_count`"),
        without(one("focal", 0.0), Status::Undefined, "no positives in tone=dark"),
        one("dice", 0.034),
    ];
    let gone = failed(&[("loss", "hinge")], "the worker was killed by signal 9 | last line: <oom>");
    let text = "tables: {main: {rows: [loss], columns: [recall_gap], sort: recall_gap, best: bold}}";
    insta::assert_snapshot!(leaderboard::markdown(&heading, &tables(text, &heading, &rows, &[gone]), &[]), @r"
    # Does the loss decide whose coat is recognized?

    | loss  |                 recall_gap ↓ |
    |-------|-----------------------------:|
    | dice  |     **0.034** [0.014, 0.049] |
    | bce   |         0.210 [0.190, 0.225] |
    | ce    | 0.001 small [-0.019, 0.016]¹ |
    | focal |                   undefined² |
    | hinge |                      failed³ |

    ¹ small: 7 items in tone=dark, fewer than the 20 of \`min_count\`<br>
    ² undefined: no positives in tone=dark<br>
    ³ failed: the worker was killed by signal 9 \| last line: &lt;oom&gt;

    **How to read**

    - [a, b] is the 95% interval.
    - Sorted by `recall_gap`; values that are small, undefined or missing are not ranked.
    - Bold is the best value of a column, which alone is no evidence of a difference.
    - ↑ larger is better, ↓ smaller is better.
    ");
}

#[test]
fn a_mean_has_a_value_only_where_every_part_has_one() {
    let mut rows = quickstart();
    rows.retain(|row| row.measurement.metric == "worst_tone");
    let text = "average: [seed]\ntables: {main: {rows: [loss], columns: [worst_tone], sort: {worst_tone: asc}}}";
    rows[1] = without(rows[1].clone(), Status::Undefined, "no positives in tone=dark");
    insta::assert_snapshot!(plain(text, &heading(), &rows), @r"
    ╭────────────────┬──────────────────────╮
    │ loss           │         worst_tone ↑ │
    ├────────────────┼──────────────────────┤
    │ focal(gamma=2) │ 0.803 [0.783, 0.818] │
    │ cross_entropy  │           undefined¹ │
    ╰────────────────┴──────────────────────╯
    ¹ undefined: seed=1: no positives in tone=dark
    ");
    // A seed that was not run at all makes the mean one of fewer cells, which is said.
    rows.remove(1);
    insta::assert_snapshot!(plain(text, &heading(), &rows), @r"
    ╭────────────────┬───────────────────────╮
    │ loss           │          worst_tone ↑ │
    ├────────────────┼───────────────────────┤
    │ cross_entropy  │ 0.790 [0.770, 0.804]¹ │
    │ focal(gamma=2) │  0.803 [0.783, 0.818] │
    ╰────────────────┴───────────────────────╯
    ¹ of 2 cells, where others are means of 3
    ");
    let gone = failed(&[("loss", "focal(gamma=2)"), ("seed", "1")], "diverged");
    rows.retain(|row| row.axes != gone.axes);
    insta::assert_snapshot!(table(&tables(text, &heading(), &rows, &[gone])[0], Screen::default()), @r"
    ╭────────────────┬───────────────────────╮
    │ loss           │          worst_tone ↑ │
    ├────────────────┼───────────────────────┤
    │ cross_entropy  │ 0.790 [0.770, 0.804]¹ │
    │ focal(gamma=2) │               failed² │
    ╰────────────────┴───────────────────────╯
    ¹ of 2 cells, where others are means of 3
    ² failed: seed=1: diverged
    ");
}

#[test]
fn a_study_of_which_every_cell_failed_still_has_a_leaderboard() {
    let cells =
        [failed(&[("loss", "cross_entropy"), ("seed", "0")], "diverged"), failed(&[("loss", "cross_entropy"), ("seed", "1")], "diverged")];
    insta::assert_snapshot!(table(&tables(QUICKSTART, &heading(), &[], &cells)[0], Screen::default()), @r"
    ╭───────────────┬────────────────┬────────────┬────────────╮
    │ loss          │ accuracy_score │ worst_tone │ recall_gap │
    ├───────────────┼────────────────┼────────────┼────────────┤
    │ cross_entropy │        failed¹ │    failed¹ │    failed¹ │
    ╰───────────────┴────────────────┴────────────┴────────────╯
    ¹ failed: diverged
    ");
}

#[test]
fn a_cell_of_which_one_evaluation_failed_keeps_the_numbers_of_the_other() {
    let heading = Heading { axes: Vec::new(), evaluations: vec!["test".to_owned(), "audit".to_owned()], ..heading() };
    let mut gone = failed(&[], "no column `race`");
    gone.evaluations.push("audit".to_owned());
    let rows = [row(&[], "accuracy_score", 0.9)];
    let text = "tables: {main: {rows: [model], columns: [accuracy_score, recall_gap]}}";
    insta::assert_snapshot!(table(&tables(text, &heading, &rows, &[gone])[0], Screen::default()), @r"
    ╭───────────┬──────────────────────┬────────────╮
    │ model     │     accuracy_score ↑ │ recall_gap │
    ├───────────┼──────────────────────┼────────────┤
    │ small_cnn │ 0.900 [0.880, 0.915] │    failed¹ │
    ╰───────────┴──────────────────────┴────────────╯
    ¹ failed: no column `race`
    ");
}
