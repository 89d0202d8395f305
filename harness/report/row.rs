//! One line of `results.csv`.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::score::measurement::{Direction, Measurement};
use crate::spec::table::Word;

use super::heading::{FailedCell, Heading};

/// A measurement and the cell it was taken on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The study's name.
    pub study: String,
    /// The model's name in the spec.
    pub model: String,
    /// The cell's coordinates: axis name and level label, in the order of the axes. A cell lacks the axes that neither its model nor its evaluation
    /// mentions.
    pub axes: Vec<(String, String)>,
    /// The evaluation's name.
    pub evaluation: String,
    /// The split that was scored, `dataset/split`.
    pub data: String,
    /// The number.
    pub measurement: Measurement,
}

impl Row {
    /// Where the row lies on an axis or a [`Word`]; empty where it has no such coordinate.
    pub fn coordinate(&self, dimension: &str) -> &str {
        match Word::of(dimension) {
            Some(Word::Model) => &self.model,
            Some(Word::Evaluation) => &self.evaluation,
            Some(Word::Data) => &self.data,
            Some(Word::Decision) => &self.measurement.decision,
            None => self.axes.iter().find(|(axis, _)| axis == dimension).map_or("", |(_, level)| level),
        }
    }

    /// The line that says that a cell has no numbers.
    pub fn of_failed(study: &str, cell: &FailedCell) -> Self {
        let measurement = Measurement {
            decision: String::new(),
            metric: String::new(),
            parameters: String::new(),
            by: String::new(),
            group: String::new(),
            label: String::new(),
            item: String::new(),
            value: None,
            lower: None,
            upper: None,
            level: None,
            n: 0,
            n_positive: None,
            n_negative: None,
            n_clusters: None,
            null_median: None,
            null_p: None,
            status: cell.status,
            reason: cell.reason.clone(),
            direction: Direction::Neutral,
        };
        Self {
            study: study.to_owned(),
            model: cell.model.clone(),
            axes: cell.axes.clone(),
            // One that went wrong by itself, beside others of the cell.
            evaluation: if let [one] = cell.evaluations.as_slice() { one.clone() } else { String::new() },
            data: String::new(),
            measurement,
        }
    }

    /// The order of lines in files: by the key that no two lines share, levels in declared order.
    pub fn compare(&self, other: &Self, heading: &Heading) -> Ordering {
        let by = |dimension: &str| heading.compare_levels(dimension, self.coordinate(dimension), other.coordinate(dimension));
        let (a, b) = (&self.measurement, &other.measurement);
        self.study
            .cmp(&other.study)
            .then_with(|| by(Word::Model.text()))
            .then_with(|| heading.axes.iter().map(|axis| by(&axis.name)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal))
            .then_with(|| self.axes.cmp(&other.axes))
            .then_with(|| by(Word::Evaluation.text()))
            .then_with(|| by(Word::Data.text()))
            .then_with(|| by(Word::Decision.text()))
            .then_with(|| a.metric.cmp(&b.metric))
            .then_with(|| a.parameters.cmp(&b.parameters))
            .then_with(|| a.by.cmp(&b.by))
            .then_with(|| heading.compare_levels(&a.by, &a.group, &b.group))
            .then_with(|| a.label.cmp(&b.label))
            .then_with(|| a.item.cmp(&b.item))
    }
}
