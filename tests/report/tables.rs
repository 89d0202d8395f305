//! Tables as people see them.

use fairgrid::report::heading::Heading;
use fairgrid::report::leaderboard;
use fairgrid::report::row::Row;
use fairgrid::report::terminal::{Screen, table};
use fairgrid::score::measurement::{Direction, Status};

use proptest::strategy::Strategy as _;

use super::fixture::{QUICKSTART, dimension, grouped, heading, quickstart, row, tables, without};

fn page(text: &str, heading: &Heading, rows: &[Row]) -> String {
    leaderboard::markdown(heading, &tables(text, heading, rows, &[]), &[])
}

/// The tables alone, without title and legend.
pub(super) fn plain(text: &str, heading: &Heading, rows: &[Row]) -> String {
    let shown: Vec<String> = tables(text, heading, rows, &[]).iter().map(|shown| table(shown, Screen::default())).collect();
    shown.join("\n")
}

#[test]
fn the_quickstart_as_markdown() {
    insta::assert_snapshot!(page(QUICKSTART, &heading(), &quickstart()), @r"
    # Does the loss decide whose coat is recognized?

    | loss           |         accuracy_score ↑ |             worst_tone ↑ |             recall_gap ↓ | accuracy_score ↑<br>tone=light | accuracy_score ↑<br>tone=dark |
    |----------------|-------------------------:|-------------------------:|-------------------------:|-------------------------------:|------------------------------:|
    | focal(gamma=2) |     0.829 [0.808, 0.844] | **0.803** [0.783, 0.818] | **0.087** [0.067, 0.101] |       **0.881** [0.861, 0.896] |      **0.803** [0.783, 0.818] |
    | cross_entropy  | **0.841** [0.821, 0.856] |     0.791 [0.771, 0.806] |     0.099 [0.079, 0.114] |       **0.881** [0.861, 0.896] |          0.791 [0.771, 0.806] |

    **How to read**

    - Values are means over `seed` (3 cells), taken after scoring.
    - [a, b] is the 95% interval; of a mean, the means of the ends, so variation between the averaged cells is not in it.
    - Chance alone gives `recall_gap` a median of 0.032 (group labels shuffled).
    - Sorted by `worst_tone`; values that are small, undefined or missing are not ranked.
    - Bold is the best value of a column, which alone is no evidence of a difference.
    - ↑ larger is better, ↓ smaller is better.
    ");
}

#[test]
fn what_intervals_of_means_know_is_told_of_the_columns_where_it_differs() {
    let of_means = |knows: &dyn Fn(&str) -> bool| {
        let mut shown = tables(QUICKSTART, &heading(), &quickstart(), &[]);
        let known: Vec<bool> = shown[0].columns.iter().map(|column| knows(&column.metric)).collect();
        for line in &mut shown[0].lines {
            line.cells.iter_mut().zip(&known).for_each(|(cell, known)| cell.as_mut().unwrap().whole = *known);
        }
        let page = leaderboard::markdown(&heading(), &shown, &[]);
        page.lines().find(|line| line.contains("interval")).unwrap().to_owned()
    };
    let known = "- [a, b] is the 95% interval; of a mean, variation between the averaged cells is in it";
    assert_eq!(of_means(&|_| true), format!("{known}."));
    let apart = format!("{known}; in `worst_tone` and `recall_gap` it is not: those are the means of the ends.");
    assert_eq!(of_means(&|metric| metric == "accuracy_score"), apart);
}

#[test]
fn a_terminal_that_is_wide_enough() {
    let tables = tables(QUICKSTART, &heading(), &quickstart(), &[]);
    insta::assert_snapshot!(leaderboard::terminal(&heading(), &tables, &[], Screen { width: Some(140), color: false }), @r"
    Does the loss decide whose coat is recognized?
    ╭────────────────┬──────────────────────┬──────────────────────┬──────────────────────┬──────────────────────┬──────────────────────╮
    │ loss           │     accuracy_score ↑ │         worst_tone ↑ │         recall_gap ↓ │     accuracy_score ↑ │     accuracy_score ↑ │
    │                │                      │                      │                      │           tone=light │            tone=dark │
    ├────────────────┼──────────────────────┼──────────────────────┼──────────────────────┼──────────────────────┼──────────────────────┤
    │ focal(gamma=2) │ 0.829 [0.808, 0.844] │ 0.803 [0.783, 0.818] │ 0.087 [0.067, 0.101] │ 0.881 [0.861, 0.896] │ 0.803 [0.783, 0.818] │
    │ cross_entropy  │ 0.841 [0.821, 0.856] │ 0.791 [0.771, 0.806] │ 0.099 [0.079, 0.114] │ 0.881 [0.861, 0.896] │ 0.791 [0.771, 0.806] │
    ╰────────────────┴──────────────────────┴──────────────────────┴──────────────────────┴──────────────────────┴──────────────────────╯
    Values are means over `seed` (3 cells), taken after scoring.
    [a, b] is the 95% interval; of a mean, the means of the ends, so variation between the averaged cells is not in it.
    Chance alone gives `recall_gap` a median of 0.032 (group labels shuffled).
    Sorted by `worst_tone`; values that are small, undefined or missing are not ranked.
    Bold is the best value of a column, which alone is no evidence of a difference.
    ↑ larger is better, ↓ smaller is better.
    ");
}

#[test]
fn a_narrow_terminal_stacks_intervals_then_splits_columns() {
    let tables = tables(QUICKSTART, &heading(), &quickstart(), &[]);
    insta::assert_snapshot!(table(&tables[0], Screen { width: Some(110), color: false }), @r"
    ╭────────────────┬──────────────────┬────────────────┬────────────────┬──────────────────┬──────────────────╮
    │ loss           │ accuracy_score ↑ │   worst_tone ↑ │   recall_gap ↓ │ accuracy_score ↑ │ accuracy_score ↑ │
    │                │                  │                │                │       tone=light │        tone=dark │
    ├────────────────┼──────────────────┼────────────────┼────────────────┼──────────────────┼──────────────────┤
    │ focal(gamma=2) │            0.829 │          0.803 │          0.087 │            0.881 │            0.803 │
    │                │   [0.808, 0.844] │ [0.783, 0.818] │ [0.067, 0.101] │   [0.861, 0.896] │   [0.783, 0.818] │
    │ cross_entropy  │            0.841 │          0.791 │          0.099 │            0.881 │            0.791 │
    │                │   [0.821, 0.856] │ [0.771, 0.806] │ [0.079, 0.114] │   [0.861, 0.896] │   [0.771, 0.806] │
    ╰────────────────┴──────────────────┴────────────────┴────────────────┴──────────────────┴──────────────────╯
    ");
    insta::assert_snapshot!(table(&tables[0], Screen { width: Some(70), color: false }), @r"
    ╭────────────────┬──────────────────┬────────────────╮
    │ loss           │ accuracy_score ↑ │   worst_tone ↑ │
    ├────────────────┼──────────────────┼────────────────┤
    │ focal(gamma=2) │            0.829 │          0.803 │
    │                │   [0.808, 0.844] │ [0.783, 0.818] │
    │ cross_entropy  │            0.841 │          0.791 │
    │                │   [0.821, 0.856] │ [0.771, 0.806] │
    ╰────────────────┴──────────────────┴────────────────╯
    ╭────────────────┬────────────────┬──────────────────╮
    │ loss           │   recall_gap ↓ │ accuracy_score ↑ │
    │                │                │       tone=light │
    ├────────────────┼────────────────┼──────────────────┤
    │ focal(gamma=2) │          0.087 │            0.881 │
    │                │ [0.067, 0.101] │   [0.861, 0.896] │
    │ cross_entropy  │          0.099 │            0.881 │
    │                │ [0.079, 0.114] │   [0.861, 0.896] │
    ╰────────────────┴────────────────┴──────────────────╯
    ╭────────────────┬──────────────────╮
    │ loss           │ accuracy_score ↑ │
    │                │        tone=dark │
    ├────────────────┼──────────────────┤
    │ focal(gamma=2) │            0.803 │
    │                │   [0.783, 0.818] │
    │ cross_entropy  │            0.791 │
    │                │   [0.771, 0.806] │
    ╰────────────────┴──────────────────╯
    ");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let tables = tables(QUICKSTART, &heading(), &quickstart(), &[]);
    for width in 40..150 {
        let page = leaderboard::terminal(&heading(), &tables, &[], Screen { width: Some(width), color: false });
        let widest = page.lines().skip(1).map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width, "{widest} > {width}\n{page}");
    }
}

#[test]
fn color_marks_the_best_and_what_is_wrong() {
    let mut rows = quickstart();
    rows.retain(|row| row.measurement.metric == "worst_tone");
    rows[0] = without(rows[0].clone(), Status::Undefined, "no positives in tone=dark");
    let text = "tables: {main: {rows: [loss, seed], columns: [worst_tone], best: bold}}";
    let shown = table(&tables(text, &heading(), &rows, &[])[0], Screen { width: None, color: true });
    insta::assert_snapshot!(shown.replace('\u{1b}', "␛"), @r"
    ╭────────────────┬──────┬──────────────────────╮
    │ loss           │ seed │         worst_tone ↑ │
    ├────────────────┼──────┼──────────────────────┤
    │ cross_entropy  │ 0    │           ␛[33mundefined¹␛[39m │
    │ cross_entropy  │ 1    │ 0.794 [0.774, 0.809] │
    │ cross_entropy  │ 2    │ 0.789 [0.769, 0.804] │
    │ focal(gamma=2) │ 0    │ 0.802 [0.782, 0.818] │
    │ focal(gamma=2) │ 1    │ ␛[1m0.806 [0.786, 0.822]␛[22m │
    │ focal(gamma=2) │ 2    │ 0.801 [0.781, 0.817] │
    ╰────────────────┴──────┴──────────────────────╯
    ¹ undefined: no positives in tone=dark
    ");
}

#[test]
fn a_mean_with_deviation() {
    let text = "average: [seed]\nspread: sd\ntables: {main: {rows: [loss], columns: [accuracy_score, recall_gap], average: [seed]}}";
    insta::assert_snapshot!(page(text, &heading(), &quickstart()), @r"
    # Does the loss decide whose coat is recognized?

    | loss           | accuracy_score ↑ | recall_gap ↓ |
    |----------------|-----------------:|-------------:|
    | cross_entropy  |     0.841 ±0.003 | 0.099 ±0.003 |
    | focal(gamma=2) |     0.829 ±0.003 | 0.087 ±0.003 |

    **How to read**

    - Values are means over `seed` (3 cells), taken after scoring.
    - ± is the standard deviation between the averaged cells; how much a finite test set leaves open is not in it.
    - Chance alone gives `recall_gap` a median of 0.032 (group labels shuffled).
    - ↑ larger is better, ↓ smaller is better.
    ");
}

#[test]
fn what_is_not_averaged_has_its_interval_beside_means_with_deviations() {
    let mut rows = quickstart();
    rows.push(row(&[("loss", "focal(gamma=2)")], "losses.accuracy_score", -0.0125));
    let text = "average: [seed]\nspread: sd\ntables: {main: {rows: [loss], columns: [accuracy_score, losses.accuracy_score]}}";
    insta::assert_snapshot!(page(text, &heading(), &rows), @r"
    # Does the loss decide whose coat is recognized?

    | loss           | accuracy_score ↑ | losses.accuracy_score ↑ |
    |----------------|-----------------:|------------------------:|
    | cross_entropy  |     0.841 ±0.003 |                       – |
    | focal(gamma=2) |     0.829 ±0.003 |  -0.013 [-0.033, 0.002] |

    **How to read**

    - Values are means over `seed` (3 cells), taken after scoring.
    - ± is the standard deviation between the averaged cells; how much a finite test set leaves open is not in it.
    - [a, b] is the 95% interval.
    - – means that there is nothing: not measured, or not on that axis.
    - ↑ larger is better, ↓ smaller is better.
    ");
}

#[test]
fn only_counts_are_whole() {
    let one = |metric: &str, (value, lower, upper): (f64, f64, f64)| {
        let mut row = row(&[("loss", "cross_entropy"), ("seed", "0")], metric, value);
        (row.measurement.lower, row.measurement.upper) = (Some(lower), Some(upper));
        row.measurement.direction = Direction::Neutral;
        row
    };
    let rows = [one("count", (12.0, 12.0, 12.0)), one("signed", (0.0, -0.527, 0.527)), one("quotient", (1.0, 0.176, 5.678))];
    let text = "tables: {main: {rows: [loss, seed], columns: [count, signed, quotient]}}";
    insta::assert_snapshot!(plain(text, &heading(), &rows), @r"
    ╭───────────────┬──────┬─────────────┬───────────────────────┬──────────────────────╮
    │ loss          │ seed │       count │                signed │             quotient │
    ├───────────────┼──────┼─────────────┼───────────────────────┼──────────────────────┤
    │ cross_entropy │ 0    │ 12 [12, 12] │ 0.000 [-0.527, 0.527] │ 1.000 [0.176, 5.678] │
    ╰───────────────┴──────┴─────────────┴───────────────────────┴──────────────────────╯
    ");
}

#[test]
fn conditions_choose_cells() {
    let text = "tables: {main: {rows: [loss, seed], columns: [worst_tone], where: {loss: cross_entropy, seed: {not_in: 1}}}}";
    insta::assert_snapshot!(plain(text, &heading(), &quickstart()), @r"
    ╭───────────────┬──────┬──────────────────────╮
    │ loss          │ seed │         worst_tone ↑ │
    ├───────────────┼──────┼──────────────────────┤
    │ cross_entropy │ 0    │ 0.790 [0.770, 0.805] │
    │ cross_entropy │ 2    │ 0.789 [0.769, 0.804] │
    ╰───────────────┴──────┴──────────────────────╯
    ");
}

#[test]
fn large_numbers_and_zeros_line_up() {
    let heading = Heading { axes: vec![dimension("loss", &["a", "b"])], ..heading() };
    let rows = [
        row(&[("loss", "a")], "count", 1234.5),
        row(&[("loss", "b")], "count", 7.0),
        row(&[("loss", "a")], "tiny", -0.00001),
        row(&[("loss", "b")], "tiny", f64::NAN),
    ];
    insta::assert_snapshot!(plain("tables: {main: {rows: [loss], columns: [count, tiny]}}", &heading, &rows), @r"
    ╭──────┬───────────────────┬───────────────────────╮
    │ loss │           count ↑ │                tiny ↑ │
    ├──────┼───────────────────┼───────────────────────┤
    │ a    │ 1234 [1234, 1235] │ 0.000 [-0.020, 0.015] │
    │ b    │          7 [7, 7] │            undefined¹ │
    ╰──────┴───────────────────┴───────────────────────╯
    ¹ undefined: not a finite number
    ");
}

#[test]
fn names_cannot_break_out_of_a_table() {
    let names =
        ["a|b\\|c", "<script>alert(1)</script>", "two\nlines\u{1b}[31m", "*bold* _it_ snake_case `code` $x$ [link](url)", "日本語の名前"];
    let heading = Heading {
        title: "A <b>title</b>\n# second".to_owned(),
        axes: vec![dimension("loss", &names)],
        groups: vec![dimension("tone", &["tone=a|b", "tone=\u{202e}evil"])],
        ..heading()
    };
    let mut rows: Vec<Row> = names.iter().map(|name| row(&[("loss", *name)], "accuracy_score", 0.5)).collect();
    rows.push(grouped(row(&[("loss", names[0])], "accuracy_score", 0.25), "tone", "tone=a|b"));
    rows.push(grouped(row(&[("loss", names[0])], "accuracy_score", 0.75), "tone", "tone=\u{202e}evil"));
    rows[1] = without(rows[1].clone(), Status::Undefined, "no <positives> in\n|tone=a|");
    let text = "tables: {main: {rows: [loss], columns: [accuracy_score, {tone: accuracy_score}]}, 'x | y': {rows: [loss], columns: [accuracy_score]}}";
    let tables = tables(text, &heading, &rows, &[]);
    insta::assert_snapshot!(leaderboard::markdown(&heading, &tables, &[]), @r"
    # A &lt;b&gt;title&lt;/b&gt; # second

    | loss                                                    |     accuracy_score ↑ | accuracy_score ↑<br>tone=a\|b | accuracy_score ↑<br>tone=�evil |
    |---------------------------------------------------------|---------------------:|------------------------------:|-------------------------------:|
    | a\|b\\\|c                                               | 0.500 [0.480, 0.515] |          0.250 [0.230, 0.265] |           0.750 [0.730, 0.765] |
    | &lt;script&gt;alert(1)&lt;/script&gt;                   |           undefined¹ |                             – |                              – |
    | two lines�\[31m                                         | 0.500 [0.480, 0.515] |                             – |                              – |
    | \*bold\* \_it\_ snake_case \`code\` \$x\$ \[link\](url) | 0.500 [0.480, 0.515] |                             – |                              – |
    | 日本語の名前                                            | 0.500 [0.480, 0.515] |                             – |                              – |

    ¹ undefined: no &lt;positives&gt; in \|tone=a\|

    ## x \| y

    | loss                                                    |     accuracy_score ↑ |
    |---------------------------------------------------------|---------------------:|
    | a\|b\\\|c                                               | 0.500 [0.480, 0.515] |
    | &lt;script&gt;alert(1)&lt;/script&gt;                   |           undefined¹ |
    | two lines�\[31m                                         | 0.500 [0.480, 0.515] |
    | \*bold\* \_it\_ snake_case \`code\` \$x\$ \[link\](url) | 0.500 [0.480, 0.515] |
    | 日本語の名前                                            | 0.500 [0.480, 0.515] |

    ¹ undefined: no &lt;positives&gt; in \|tone=a\|

    **How to read**

    - [a, b] is the 95% interval.
    - – means that there is nothing: not measured, or not on that axis.
    - ↑ larger is better, ↓ smaller is better.
    ");
    insta::assert_snapshot!(table(&tables[1], Screen { width: Some(60), color: false }), @r"
    ╭────────────────────────────────┬──────────────────────╮
    │ loss                           │     accuracy_score ↑ │
    ├────────────────────────────────┼──────────────────────┤
    │ a|b\|c                         │ 0.500 [0.480, 0.515] │
    │ <script>alert(1)</script>      │           undefined¹ │
    │ two lines�[31m                 │ 0.500 [0.480, 0.515] │
    │ *bold* _it_ snake_case `code`  │ 0.500 [0.480, 0.515] │
    │ $x$ [link](url)                │                      │
    │ 日本語の名前                   │ 0.500 [0.480, 0.515] │
    ╰────────────────────────────────┴──────────────────────╯
    ¹ undefined: no <positives> in |tone=a|
    ");
}

#[test]
fn rehearsals_and_made_up_data_say_so() {
    let heading = Heading { limit: Some(50), mock: true, ..heading() };
    let page = page(QUICKSTART, &heading, &quickstart());
    insta::assert_snapshot!(page.lines().take(6).collect::<Vec<_>>().join("\n"), @r"
    # Does the loss decide whose coat is recognized?

    > **Rehearsal: made with --limit 50, from a part of the data. These are no results.**

    > **Made-up data (--mock): these numbers say nothing about any real model or person.**
    ");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(32))]
    /// Neither the order of the rows nor that of the failures shows anywhere.
    #[test]
    fn the_order_of_the_results_does_not_matter(order in proptest::sample::subsequence((0..30).collect::<Vec<usize>>(), 30).prop_shuffle()) {
        let rows = quickstart();
        let shuffled: Vec<Row> = order.iter().map(|index| rows[*index].clone()).collect();
        let heading = Heading { axes: vec![dimension("loss", &[]), dimension("seed", &[])], groups: Vec::new(), ..heading() };
        proptest::prop_assert_eq!(page(QUICKSTART, &heading, &rows), page(QUICKSTART, &heading, &shuffled));
    }
}
