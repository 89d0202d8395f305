//! Snapshots: the file, the comparison, the verbs.

use fairgrid::report::compare::compare;
use fairgrid::report::gate::{self, Review, Verdict};
use fairgrid::report::heading::Heading;
use fairgrid::report::row::Row;
use fairgrid::report::snapshot::{Snapshot, SnapshotError};
use fairgrid::report::terminal::Screen;
use fairgrid::score::measurement::Status;
use fairgrid::spec::table::Origin;

use insta::Comparator as _;

use super::comparator::{Leaderboards, assert_leaderboard};
use super::fixture::{QUICKSTART, dimension, failed, heading, layout, quickstart, row, tables, without};
use crate::command::{Folder, root};

fn snapshot_of(text: &str, heading: &Heading, rows: &[Row]) -> Snapshot {
    Snapshot::new(heading, &layout(text).tolerances, &tables(text, heading, rows, &[]), &[]).unwrap()
}

/// One table of `worst_tone` and `recall_gap` per loss.
const SMALL: &str =
    "tables: {main: {rows: [loss], columns: [worst_tone, recall_gap]}}\nsnapshot: {tolerance: {default: 0.02, recall_gap: 0.01}}";

fn small_heading() -> Heading {
    Heading { study: "small".to_owned(), axes: vec![dimension("loss", &["bce", "focal"])], ..heading() }
}

fn small_rows() -> Vec<Row> {
    let one = |loss: &str, metric: &str, value: f64| row(&[("loss", loss)], metric, value);
    vec![
        one("focal", "worst_tone", 0.803),
        one("bce", "worst_tone", 0.7914999999999999),
        one("bce", "recall_gap", 0.099),
        without(one("focal", "recall_gap", 0.0), Status::Undefined, "no positives in tone=dark"),
    ]
}

fn small(change: impl Fn(&mut Vec<Row>)) -> Snapshot {
    let mut rows = small_rows();
    change(&mut rows);
    snapshot_of(SMALL, &small_heading(), &rows)
}

/// Moves a value with its interval.
fn shift(row: &mut Row, by: f64) {
    for end in [&mut row.measurement.value, &mut row.measurement.lower, &mut row.measurement.upper] {
        *end = end.map(|end| end + by);
    }
}

/// How a changed run differs from the small one.
fn drift(found: &Snapshot) -> String {
    compare(&small(|_| {}), found).render(Screen::default())
}

#[test]
fn the_file_is_what_people_see_and_below_it_the_numbers() {
    insta::assert_snapshot!(small(|_| {}).file("small.yaml"), @r#"
    ---
    source: "small.yaml"
    expression: "small"
    ---
    # Does the loss decide whose coat is recognized?

    | loss  |         worst_tone ↑ |         recall_gap ↓ |
    |-------|---------------------:|---------------------:|
    | bce   | 0.791 [0.771, 0.806] | 0.099 [0.079, 0.114] |
    | focal | 0.803 [0.783, 0.818] |           undefined¹ |

    ¹ undefined: no positives in tone=dark

    **How to read**

    - [a, b] is the 95% interval.
    - ↑ larger is better, ↓ smaller is better.

    ~~~numbers
    {"snapshot":{"format":1,"study":"small","mock":false}}
    {"table":{"name":"main","rows":["loss"],"columns":{"worst_tone":"higher","recall_gap":"lower"}}}
    {"cell":[{"loss":"bce"},"worst_tone",{"status":"ok","value":0.7914999999999999,"lower":0.7714999999999999,"upper":0.8064999999999999,"level":0.95,"n":2000,"cells":1,"tolerance":0.02,"because":"spec"}]}
    {"cell":[{"loss":"bce"},"recall_gap",{"status":"ok","value":0.099,"lower":0.079,"upper":0.114,"level":0.95,"n":2000,"cells":1,"tolerance":0.01,"because":"spec"}]}
    {"cell":[{"loss":"focal"},"worst_tone",{"status":"ok","value":0.803,"lower":0.783,"upper":0.8180000000000001,"level":0.95,"n":2000,"cells":1,"tolerance":0.02,"because":"spec"}]}
    {"cell":[{"loss":"focal"},"recall_gap",{"status":"undefined","n":2000,"cells":1,"tolerance":0.01,"because":"spec","reason":"no positives in tone=dark"}]}
    ~~~
    "#);
}

#[test]
fn a_file_reads_back_as_what_was_written() {
    let snapshot = snapshot_of(QUICKSTART, &heading(), &quickstart());
    let file = snapshot.file("fashion-tone.yaml");
    let read = Snapshot::parse(&file).unwrap();
    assert_eq!(read.file("fashion-tone.yaml"), file);
    assert!(compare(&snapshot, &read).agrees());
    assert_eq!(Snapshot::parse(&snapshot.body()).unwrap(), read);
    // A checkout on another system may have other line ends.
    assert_eq!(Snapshot::parse(&file.replace('\n', "\r\n")).unwrap().tables, read.tables);
}

#[test]
fn what_is_no_snapshot_is_refused_with_its_line() {
    let file = small(|_| {}).file("small.yaml");
    let refused = |text: &str| Snapshot::parse(text).unwrap_err().to_string();
    let messages = [
        refused(""),
        refused("---\nsource: x\n---\nhello\n"),
        refused(file.trim_end().trim_end_matches('~')),
        refused(&file.replace("\"format\":1", "\"format\":7")),
        refused(&file.replace("\"n\":2000", "\"n\":-1")),
        refused(&file.replace("\"status\":", "\"state\":")),
        refused(&file.replace("\"columns\":", "\"colums\":")),
        refused(&file.replace("\"worst_tone\",{", "\"best_tone\",{")),
        refused(&file.replace("{\"loss\":\"focal\"}", "{\"loss\":\"bce\"}")),
        refused(&format!("{}<<<<<<< ours\n~~~\n", file.trim_end().trim_end_matches('~'))),
    ];
    insta::assert_snapshot!(messages.join("\n"), @r"
    line 1 is not part of a snapshot: no block `~~~numbers` follows; restore the file, or write it anew with `fairgrid snapshot accept`
    line 4 is not part of a snapshot: no block `~~~numbers` follows; restore the file, or write it anew with `fairgrid snapshot accept`
    line 25 is not part of a snapshot: the block `~~~numbers` must end with `~~~`; restore the file, or write it anew with `fairgrid snapshot accept`
    line 20 is not part of a snapshot: format 7, but this version reads format 1; restore the file, or write it anew with `fairgrid snapshot accept`
    line 22 is not part of a snapshot: invalid value: integer `-1`, expected u64 at column 152; restore the file, or write it anew with `fairgrid snapshot accept`
    line 22 is not part of a snapshot: unknown field `state`, expected one of `status`, `value`, `lower`, `upper`, `level`, `n`, `cells`, `tolerance`, `because`, `reason` at column 45; restore the file, or write it anew with `fairgrid snapshot accept`
    line 21 is not part of a snapshot: unknown field `colums`, expected one of `name`, `rows`, `columns` at column 48; restore the file, or write it anew with `fairgrid snapshot accept`
    line 22 is not part of a snapshot: `main` has no column `best_tone`; restore the file, or write it anew with `fairgrid snapshot accept`
    line 24 is not part of a snapshot: the cell is there twice; restore the file, or write it anew with `fairgrid snapshot accept`
    line 26 is not part of a snapshot: expected value at column 1; restore the file, or write it anew with `fairgrid snapshot accept`
    ");
}

#[test]
fn rank_is_not_drift() {
    // Sorted by value, the lines trade places; rows match by axis values.
    let text = SMALL.replace("recall_gap]}", "recall_gap], sort: worst_tone}");
    let accepted = snapshot_of(&text, &small_heading(), &small_rows());
    let mut rows = small_rows();
    shift(&mut rows[1], 0.0125);
    let found = snapshot_of(&text, &small_heading(), &rows);
    assert_ne!(accepted.page, found.page);
    insta::assert_snapshot!(compare(&accepted, &found).render(Screen::default()), @r"
    inside the tolerance, main: loss=bce
      worst_tone: 0.7915 → 0.804 (+0.0125, better), 0.62 × the 0.02 allowed; within noise: inside the accepted interval [0.7715, 0.8065]
    4 cells agree with the snapshot; 1 moved inside the tolerance
    ");
}

#[test]
fn a_value_inside_its_tolerance_agrees_and_is_told() {
    insta::assert_snapshot!(drift(&small(|rows| shift(&mut rows[0], -0.0195))), @r"
    inside the tolerance, main: loss=focal
      worst_tone: 0.803 → 0.7835 (−0.0195, worse), 0.97 × the 0.02 allowed; within noise: inside the accepted interval [0.783, 0.818]
    4 cells agree with the snapshot; 1 moved inside the tolerance
    ");
    insta::assert_snapshot!(drift(&small(|_| {})), @"4 cells agree with the snapshot");
}

#[test]
fn a_value_beyond_its_tolerance_is_drift_and_noise_is_named() {
    insta::assert_snapshot!(drift(&small(|rows| {
        // Within [0.783, 0.818], so within what the accepted run itself left open.
        shift(&mut rows[0], 0.0145);
        shift(&mut rows[1], -0.05);
        // This column has a tolerance of its own.
        shift(&mut rows[2], 0.012);
    })), @r"
    main: loss=bce
      worst_tone: 0.7915 → 0.7415 (−0.05, worse), 2.50 × the 0.02 allowed; outside the accepted interval [0.7715, 0.8065]
      recall_gap: 0.099 → 0.111 (+0.012, worse), 1.20 × the 0.01 allowed; within noise: inside the accepted interval [0.079, 0.114]
    inside the tolerance, main: loss=focal
      worst_tone: 0.803 → 0.8175 (+0.0145, better), 0.72 × the 0.02 allowed; within noise: inside the accepted interval [0.783, 0.818]
    2 differences from the snapshot; 4 cells compared
    ");
}

#[test]
fn ends_of_intervals_may_move_twice_as_far() {
    insta::assert_snapshot!(drift(&small(|rows| rows[0].measurement.lower = Some(0.783 - 0.039))), @"4 cells agree with the snapshot");
    insta::assert_snapshot!(drift(&small(|rows| rows[0].measurement.upper = Some(0.818 + 0.041))), @r"
    main: loss=focal
      worst_tone upper end: 0.818 → 0.859 (+0.041), 1.02 × the 0.04 allowed
    1 difference from the snapshot; 4 cells compared
    ");
    insta::assert_snapshot!(drift(&small(|rows| rows[0].measurement.lower = None)), @r"
    main: loss=focal
      worst_tone has lost its interval
    1 difference from the snapshot; 4 cells compared
    ");
}

#[test]
fn coverage_is_never_lost_silently() {
    insta::assert_snapshot!(drift(&small(|rows| rows.retain(|row| row.axes[0].1 == "bce"))), @r"
    main: loss=focal
      the row is gone
    1 difference from the snapshot; 2 cells compared
    ");
    insta::assert_snapshot!(drift(&small(|rows| {
        rows.retain(|row| row.axes[0].1 != "bce" || row.measurement.metric != "recall_gap");
        rows.push(row(&[("loss", "dice")], "worst_tone", 0.5));
    })), @r"
    main: loss=bce
      recall_gap was measured and is not any more
    main: loss=dice
      the row is new
    2 differences from the snapshot; 3 cells compared
    ");
    let with = |text: &str| drift(&snapshot_of(text, &small_heading(), &small_rows()));
    insta::assert_snapshot!(with(&SMALL.replace("[worst_tone, recall_gap]", "[worst_tone, {model: worst_tone}]")), @r"
    main
      the column recall_gap is gone
      the column worst_tone{model=small_cnn} is new
    2 differences from the snapshot; 2 cells compared
    ");
    insta::assert_snapshot!(with(&SMALL.replace("main:", "other:")), @r"
    main
      the table is gone
    other
      the table is new
    2 differences from the snapshot; 0 cells compared
    ");
    insta::assert_snapshot!(with(&SMALL.replace("[loss]", "[loss, model]")), @r"
    main
      rows were keyed by loss, now by loss, model
    1 difference from the snapshot; 0 cells compared
    ");
}

#[test]
fn statuses_counts_and_tolerances_compare_exactly() {
    insta::assert_snapshot!(drift(&small(|rows| {
        rows[0] = without(rows[0].clone(), Status::Small, "7 items");
        rows[1].measurement.n = 1999;
        rows[2].measurement.level = Some(0.9);
        rows[3] = row(&[("loss", "focal")], "recall_gap", 0.1);
    })), @r"
    main: loss=bce
      worst_tone: n was 2000, is 1999
      recall_gap: level was 0.95, is 0.9
    main: loss=focal
      worst_tone: ok → small (7 items)
      recall_gap: undefined → ok
    4 differences from the snapshot; 4 cells compared
    ");
    insta::assert_snapshot!(drift(&snapshot_of(&SMALL.replace("0.01}", "0.5}"), &small_heading(), &small_rows())), @r"
    main
      the tolerance of recall_gap was 0.01, the spec now says 0.5
    1 difference from the snapshot; 4 cells compared
    ");
    insta::assert_snapshot!(drift(&snapshot_of(SMALL, &Heading { mock: true, ..small_heading() }, &small_rows())), @r"
    data
      the snapshot is of real data, this run of made-up data (--mock)
    1 difference from the snapshot; 0 cells compared
    ");
    insta::assert_snapshot!(drift(&snapshot_of(SMALL, &Heading { study: "other".to_owned(), ..small_heading() }, &small_rows())), @r"
    study
      the snapshot is of `small`, this run of `other`
    1 difference from the snapshot; 0 cells compared
    ");
}

#[test]
fn what_is_allowed_follows_from_where_numbers_come_from() {
    let text = "tables: {main: {rows: [model], columns: [accuracy_score]}}";
    let rows = ["claimed", "vendor", "net", "unheard_of"].map(|model| {
        let mut one = row(&[], "accuracy_score", 0.5);
        one.model = model.to_owned();
        one
    });
    let models = [("claimed", Origin::Imported), ("vendor", Origin::Inferred), ("net", Origin::Trained)];
    let heading = Heading { models: models.map(|(model, origin)| (model.to_owned(), origin)).to_vec(), ..small_heading() };
    let moved = |by: f64| {
        let mut moved = rows.to_vec();
        moved.iter_mut().for_each(|row| shift(row, by));
        compare(&snapshot_of(text, &heading, &rows), &snapshot_of(text, &heading, &moved)).render(Screen::default())
    };
    insta::assert_snapshot!(moved(0.0005), @r"
    main: model=claimed
      accuracy_score: 0.5 → 0.5005 (+0.0005, better), nothing is allowed; within noise: inside the accepted interval [0.48, 0.515]
    main: model=unheard_of
      accuracy_score: 0.5 → 0.5005 (+0.0005, better), nothing is allowed; within noise: inside the accepted interval [0.48, 0.515]
    inside the tolerance, main: model=net
      accuracy_score: 0.5 → 0.5005 (+0.0005, better), 0.02 × the 0.02 allowed; within noise: inside the accepted interval [0.48, 0.515]
    inside the tolerance, main: model=vendor
      accuracy_score: 0.5 → 0.5005 (+0.0005, better), 0.50 × the 0.001 allowed; within noise: inside the accepted interval [0.48, 0.515]
    2 differences from the snapshot; 4 cells compared
    ");
    // What differs in the last bits only is equal everywhere.
    insta::assert_snapshot!(moved(1e-12), @"4 cells agree with the snapshot");
}

#[test]
fn rehearsals_and_failures_cannot_be_accepted() {
    let text = "tables: {main: {rows: [loss], columns: [worst_tone]}}";
    let limited = Heading { limit: Some(50), ..small_heading() };
    let refused = Snapshot::new(&limited, &layout(text).tolerances, &tables(text, &limited, &small_rows(), &[]), &[]).unwrap_err();
    let with_failure = tables(text, &small_heading(), &small_rows()[..1], &[failed(&[("loss", "bce")], "diverged")]);
    let snapshot = Snapshot::new(&small_heading(), &layout(text).tolerances, &with_failure, &[]).unwrap();
    let folder = Folder::new();
    let path = folder.path("snapshots/small.snap");
    let failure = gate::accept(&path, &snapshot).unwrap_err();
    assert!(!path.exists());
    insta::assert_snapshot!(format!("{refused}\n{failure}"), @r"
    results of `--limit 50` cannot be a snapshot nor be held against one; run the study without `--limit`
    `main: loss=bce` failed, and a failure is no result to keep; run the study again until every cell is done
    ");
}

#[test]
fn check_accept_and_check_again() {
    let folder = Folder::new();
    let path = gate::path(&folder.path("small.yaml"));
    assert_eq!(path, folder.path("snapshots/small.snap"));
    let pending = gate::pending(&path);
    assert_eq!(pending, folder.path("snapshots/small.snap.new"));

    let run = small(|_| {});
    assert_eq!(gate::check(&path, &run, false).unwrap(), Verdict::Missing);
    assert!(!pending.exists());
    assert_eq!(gate::check(&path, &run, true).unwrap(), Verdict::Missing);
    assert!(pending.exists());
    gate::accept(&path, &run).unwrap();
    assert!(!pending.exists());
    assert!(gate::check(&path, &run, true).unwrap().agrees());

    let drifted = small(|rows| shift(&mut rows[0], 0.1));
    assert!(!gate::check(&path, &drifted, true).unwrap().agrees());
    assert_eq!(folder.read("snapshots/small.snap.new"), drifted.file("small.yaml"));
    // A run that agrees again leaves nothing to review.
    assert!(gate::check(&path, &run, true).unwrap().agrees());
    assert!(!pending.exists());

    let broken = Folder::new().file("snapshots/small.snap", "<<<<<<< ours\n");
    let error = gate::check(&broken.path("snapshots/small.snap"), &run, true).unwrap_err();
    assert!(matches!(error, SnapshotError::Unreadable { .. }), "{error}");
}

#[test]
fn review_asks_until_it_is_answered() {
    let folder = Folder::new();
    let path = folder.path("snapshots/small.snap");
    let run = small(|_| {});
    gate::accept(&path, &run).unwrap();
    let drifted = small(|rows| shift(&mut rows[0], 0.1));
    let review = |found: &Snapshot, answers: &str| {
        let mut shown = Vec::new();
        let review = gate::review(&path, found, Screen::default(), &mut answers.as_bytes(), &mut shown).unwrap();
        (review, String::from_utf8(shown).unwrap())
    };
    assert_eq!(review(&run, "").0, Review::Agrees);
    assert_eq!(review(&drifted, "").0, Review::Skipped);
    assert!(gate::pending(&path).exists());
    assert_eq!(review(&drifted, "reject\n").0, Review::Rejected);
    assert!(!gate::pending(&path).exists());
    let (answer, shown) = review(&drifted, "what?\na\n");
    assert_eq!(answer, Review::Accepted);
    insta::assert_snapshot!(shown, @r"
    main: loss=focal
      worst_tone: 0.803 → 0.903 (+0.1, better), 5.00 × the 0.02 allowed; outside the accepted interval [0.783, 0.818]
    1 difference from the snapshot; 4 cells compared
    a(ccept), r(eject) or s(kip)? a(ccept), r(eject) or s(kip)?
    ");
    assert_eq!(review(&drifted, "").0, Review::Agrees);
}

#[test]
fn insta_holds_the_same_file() {
    // The committed file is of the quickstart; this run differs by less than its tolerance, in every number.
    let mut rows = quickstart();
    rows.iter_mut().for_each(|row| shift(row, 0.0123));
    assert_leaderboard(&root().join("tests/report/snapshots"), &snapshot_of(QUICKSTART, &heading(), &rows));
    let accepted = gate::read(&root().join("tests/report/snapshots/fashion-tone.snap")).unwrap().unwrap();
    assert!(compare(&accepted, &snapshot_of(QUICKSTART, &heading(), &quickstart())).inside.is_empty());
}

#[test]
fn insta_tells_noise_from_drift_as_users_are_told() {
    let file = |text: String| {
        let folder = Folder::new().file("x.snap", text);
        insta::Snapshot::from_file(&folder.path("x.snap")).unwrap()
    };
    let run = |by: f64| file(small(|rows| shift(&mut rows[0], by)).file("small.yaml"));
    assert!(Leaderboards.matches(&run(0.0), &run(0.019)));
    assert!(!Leaderboards.matches(&run(0.0), &run(0.021)));
    assert!(!Leaderboards.matches(&run(0.0), &file("---\nsource: x\n---\nhello\n".to_owned())));
}
