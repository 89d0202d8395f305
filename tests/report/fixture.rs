//! Hand-made results.

use fairgrid::report::heading::{FailedCell, Heading};
use fairgrid::report::row::Row;
use fairgrid::report::table::Table;
use fairgrid::score::measurement::{Direction, Measurement, Status};
use fairgrid::spec::decode::Fields;
use fairgrid::spec::node::Node;
use fairgrid::spec::problem::Problems;
use fairgrid::spec::source::Source;
use fairgrid::spec::table::{Dimension, Layout, Origin};

/// The part of a study that is about tables.
pub(crate) fn layout(text: &str) -> Layout {
    let node = Node::parse(&Source::new("study.yaml", text)).unwrap();
    let mut problems = Problems::default();
    let mut fields = Fields::of(&node, &mut problems, "a study").unwrap();
    let layout = Layout::take(&mut fields, &mut problems, &mut Problems::default());
    fields.finish(&mut problems);
    problems.check(Some(layout)).unwrap()
}

pub(crate) fn dimension(name: &str, levels: &[&str]) -> Dimension {
    Dimension { name: name.to_owned(), levels: levels.iter().map(|level| (*level).to_owned()).collect() }
}

/// Two losses, three seeds, a group with two levels.
pub(crate) fn heading() -> Heading {
    Heading {
        study: "fashion-tone".to_owned(),
        title: "Does the loss decide whose coat is recognized?".to_owned(),
        axes: vec![dimension("loss", &["cross_entropy", "focal(gamma=2)"]), dimension("seed", &["0", "1", "2"])],
        groups: vec![dimension("tone", &["tone=light", "tone=dark"])],
        models: vec![("small_cnn".to_owned(), Origin::Trained)],
        evaluations: vec!["test".to_owned()],
        decisions: vec!["argmax".to_owned()],
        limit: None,
        mock: false,
    }
}

/// A number of `small_cnn` on the axes `loss` and `seed`.
pub(crate) fn row(axes: &[(&str, &str)], metric: &str, value: f64) -> Row {
    let direction = if metric.ends_with("gap") || metric.ends_with("difference") { Direction::Lower } else { Direction::Higher };
    Row {
        study: "fashion-tone".to_owned(),
        model: "small_cnn".to_owned(),
        axes: axes.iter().map(|(axis, level)| ((*axis).to_owned(), (*level).to_owned())).collect(),
        evaluation: "test".to_owned(),
        data: "fashion/test".to_owned(),
        measurement: Measurement {
            decision: "argmax".to_owned(),
            metric: metric.to_owned(),
            parameters: metric.to_owned(),
            by: String::new(),
            group: String::new(),
            label: String::new(),
            item: String::new(),
            value: Some(value),
            lower: Some(value - 0.02),
            upper: Some(value + 0.015),
            level: Some(0.95),
            n: 2000,
            n_positive: None,
            n_negative: None,
            n_clusters: None,
            null_median: None,
            null_p: None,
            status: Status::Ok,
            reason: String::new(),
            direction,
        },
    }
}

/// The same for one group, or over groups where `group` is empty.
pub(crate) fn grouped(mut row: Row, by: &str, group: &str) -> Row {
    row.measurement.by = by.to_owned();
    row.measurement.group = group.to_owned();
    row
}

/// The same without a usable value.
pub(crate) fn without(mut row: Row, status: Status, reason: &str) -> Row {
    if status != Status::Small {
        row.measurement.value = None;
        row.measurement.lower = None;
        row.measurement.upper = None;
    }
    row.measurement.status = status;
    row.measurement.reason = reason.to_owned();
    row
}

pub(crate) fn failed(axes: &[(&str, &str)], reason: &str) -> FailedCell {
    FailedCell {
        model: "small_cnn".to_owned(),
        axes: axes.iter().map(|(axis, level)| ((*axis).to_owned(), (*level).to_owned())).collect(),
        evaluations: vec!["test".to_owned()],
        metrics: Vec::new(),
        status: Status::Failed,
        reason: reason.to_owned(),
    }
}

/// The quickstart's results: accuracy, worst group, gap with its null, accuracy per tone.
pub(crate) fn quickstart() -> Vec<Row> {
    let mut rows = Vec::new();
    for (loss, shift) in [("cross_entropy", 0.0), ("focal(gamma=2)", 0.0125)] {
        for (seed, noise) in [("0", 0.0), ("1", 0.004), ("2", -0.001)] {
            let axes = [("loss", loss), ("seed", seed)];
            rows.push(row(&axes, "accuracy_score", 0.84 + noise - shift));
            rows.push(grouped(row(&axes, "worst_tone", 0.79 + noise + shift), "tone", ""));
            let mut gap = grouped(row(&axes, "recall_gap", 0.1 - noise - shift), "tone", "");
            gap.measurement.null_median = Some(0.031 + noise);
            rows.push(gap);
            rows.push(grouped(row(&axes, "accuracy_score", 0.79 + noise + shift), "tone", "tone=dark"));
            rows.push(grouped(row(&axes, "accuracy_score", 0.88 + noise), "tone", "tone=light"));
        }
    }
    rows
}

pub(crate) const QUICKSTART: &str = "
average: [seed]
tables:
  main: {rows: [loss], columns: [accuracy_score, worst_tone, recall_gap, {tone: accuracy_score}], sort: worst_tone, best: bold}
snapshot: {tolerance: {default: 0.02}}
";

/// All tables of a layout over some results.
pub(crate) fn tables(text: &str, heading: &Heading, rows: &[Row], failed: &[FailedCell]) -> Vec<Table> {
    Table::all(&layout(text), heading, rows, failed)
}
