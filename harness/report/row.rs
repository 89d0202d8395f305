//! One line of `results.csv`.

use serde::{Deserialize, Serialize};

use crate::score::measurement::Measurement;

/// A measurement and the cell it was taken on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The study's name.
    pub study: String,
    /// The model's name in the spec.
    pub model: String,
    /// The cell's coordinates: axis name and level label, in the order of the axes. A cell lacks the axes that neither its model nor its evaluation mentions.
    pub axes: Vec<(String, String)>,
    /// The evaluation's name.
    pub evaluation: String,
    /// The split that was scored, `dataset/split`.
    pub data: String,
    /// The number.
    pub measurement: Measurement,
}
