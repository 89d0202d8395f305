//! Scores to probabilities, by maps that were fitted on another split: one for all items, or one a group.
//!
//! One file a method: [`platt`], [`isotonic`], [`histogram`] for the score of one of two classes, [`temperature`] for any number of classes.

pub mod histogram;
pub mod isotonic;
pub mod platt;
pub mod temperature;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::data::frame::Targets;
use crate::score::breakdown::Breakdown;
use crate::score::predictions::{Predictions, Scores};
use crate::score::rule::labelled::BOTH;
use crate::score::{OUTSIDE, ScoreError};
use crate::spec::calibrate::{Calibrate, Method};
use crate::spec::evaluation::Evaluation;
use crate::spec::predictions::Kind;

/// The maps that were found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// The split that they were found on.
    pub split: String,
    /// Items there.
    pub items: u64,
    /// The map of items in no group, or in one without items there.
    pub common: Map,
    /// The maps of groups (`race=Black`).
    pub own: BTreeMap<String, Map>,
}

/// From a score to the probability of the positive class, or from logits to those of all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Map {
    /// 1 / (1 + exp(−(slope·score + intercept))).
    Logistic {
        /// How steep it is.
        slope: f64,
        /// The log-odds at a score of 0.
        intercept: f64,
    },
    /// Straight lines between points of rising score and probability, level beyond them.
    Line(Vec<(f64, f64)>),
    /// The probability of the first bin that the score is not below, from the highest down; the last is for all others.
    Bins(Vec<(Option<f64>, f64)>),
    /// The softmax of logits over this.
    Temperature(f64),
}

/// An item of the fitting split, as maps of one score read it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item {
    /// Its score.
    pub score: f64,
    /// Whether it is of the positive class.
    pub positive: bool,
    /// How much it counts.
    pub weight: f64,
}

impl Map {
    /// The positive's probability.
    fn of(&self, score: f64) -> f64 {
        match self {
            Self::Logistic { slope, intercept } => 1.0 / (1.0 + (-(slope * score + intercept)).exp()),
            Self::Line(points) => isotonic::at(points, score),
            Self::Bins(bins) => {
                bins.iter().find(|(from, _)| from.is_none_or(|from| score >= from)).map_or(f64::NAN, |(_, probability)| *probability)
            }
            Self::Temperature(_) => score,
        }
    }
}

impl Calibration {
    /// Finds the maps on the predictions of the split that `calibrate` names.
    ///
    /// # Errors
    /// Where all items, or those of a group, do not tell what a map is.
    pub fn fit(predictions: &Predictions, calibrate: &Calibrate, evaluation: &Evaluation) -> Result<Self, ScoreError> {
        let view = View::of(predictions, evaluation)?;
        let rows: Vec<usize> = (0..predictions.len()).filter(|row| view.targets[*row].is_some()).collect();
        let split = &calibrate.split.value;
        let found = |rows: &[usize], there: &str| {
            let refused = |reason: String| ScoreError::Calibration { reason };
            if let Some(what) = view.lacking(rows).filter(|_| calibrate.method != Method::Temperature) {
                let remedy = if calibrate.by.is_some() { format!("; {BOTH}") } else { String::new() };
                return Err(refused(format!("no {what} among {} items in {there}{remedy}", rows.len())));
            }
            view.map(rows, calibrate.method).map_err(|reason| refused(format!("{reason} in {there}")))
        };
        let common = found(&rows, &format!("`{split}`"))?;
        let mut own = BTreeMap::new();
        if let Some(by) = &calibrate.by {
            let breakdown = Breakdown::new(predictions, &by.value);
            let mut of_group = vec![Vec::new(); breakdown.groups.len()];
            let grouped = rows.iter().filter(|row| breakdown.of_row[**row] != OUTSIDE);
            grouped.for_each(|row| of_group[breakdown.of_row[*row] as usize].push(*row));
            for (name, rows) in breakdown.groups.iter().zip(&of_group).filter(|(_, rows)| !rows.is_empty()) {
                own.insert(name.clone(), found(rows, &format!("{name} of `{split}`"))?);
            }
        }
        Ok(Self { split: split.clone(), items: predictions.len() as u64, common, own })
    }

    /// The same predictions with probabilities for scores.
    ///
    /// # Errors
    /// Where they hold none.
    pub fn apply(&self, predictions: &Predictions, calibrate: &Calibrate, evaluation: &Evaluation) -> Result<Predictions, ScoreError> {
        let view = View::of(predictions, evaluation)?;
        let breakdown = calibrate.by.as_ref().map(|by| Breakdown::new(predictions, &by.value));
        let maps: Vec<&Map> =
            breakdown.iter().flat_map(|breakdown| &breakdown.groups).map(|name| self.own.get(name).unwrap_or(&self.common)).collect();
        let map = |row: usize| {
            let group = breakdown.as_ref().map(|breakdown| breakdown.of_row[row] as usize);
            group.and_then(|group| maps.get(group).copied()).unwrap_or(&self.common)
        };
        let width = view.scores.width;
        let mut values = Vec::with_capacity(view.scores.values.len());
        for row in 0..predictions.len() {
            match (map(row), width) {
                (Map::Temperature(temperature), 1) => values.push(temperature::softmax(&view.logits(row), *temperature)[view.positive]),
                (Map::Temperature(temperature), _) => values.extend(temperature::softmax(&view.logits(row), *temperature)),
                (map, 1) => values.push(map.of(view.score(row))),
                (map, _) => {
                    let probability = map.of(view.score(row));
                    let mut both = [1.0 - probability; 2];
                    both[view.positive] = probability;
                    values.extend(both);
                }
            }
        }
        Ok(predictions.with_scores(Scores { kind: Kind::Probabilities, width, values }))
    }
}

/// Predictions as calibration reads them.
struct View<'a> {
    scores: &'a Scores,
    targets: &'a [Option<u32>],
    weight: Option<&'a [f64]>,
    /// The positive class; of more than two classes it is not looked at.
    positive: usize,
}

impl<'a> View<'a> {
    fn of(predictions: &'a Predictions, evaluation: &Evaluation) -> Result<Self, ScoreError> {
        let lack = |reason: &str| ScoreError::Calibration { reason: reason.to_owned() };
        let Targets::Single(targets) = predictions.targets() else { return Err(lack("items may have several labels")) };
        let scores = predictions.scores().ok_or_else(|| lack("the predictions hold no scores"))?;
        let named = |name: &String| evaluation.positive.as_ref().is_some_and(|positive| positive.value == *name);
        let positive = predictions.classes().iter().position(named).unwrap_or(0);
        Ok(Self { scores, targets, weight: predictions.weight(), positive })
    }

    /// The one number that says how positive an item is: of two logits their difference.
    fn score(&self, row: usize) -> f64 {
        match (self.scores.of(row), self.scores.kind) {
            ([one], _) => *one,
            ([first, second], Kind::Logits) => {
                if self.positive == 0 {
                    first - second
                } else {
                    second - first
                }
            }
            (several, _) => several[self.positive],
        }
    }

    /// One logit a class; of probabilities their logarithms.
    fn logits(&self, row: usize) -> Vec<f64> {
        let logarithm = |share: f64| share.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln();
        match (self.scores.of(row), self.scores.kind) {
            ([one], Kind::Probabilities) => self.both(logarithm(*one), logarithm(1.0 - one)),
            ([one], _) => self.both(*one, 0.0),
            (several, Kind::Probabilities) => several.iter().map(|share| logarithm(*share)).collect(),
            (several, _) => several.to_vec(),
        }
    }

    fn both(&self, positive: f64, negative: f64) -> Vec<f64> {
        if self.positive == 0 { vec![positive, negative] } else { vec![negative, positive] }
    }

    fn is_positive(&self, row: usize) -> bool {
        self.targets[row].is_some_and(|target| target as usize == self.positive)
    }

    /// The class of which no item counts.
    fn lacking(&self, rows: &[usize]) -> Option<&'static str> {
        let counts = |row: usize| self.weight.is_none_or(|weight| weight[row] > 0.0);
        let has = |positive: bool| rows.iter().any(|row| self.is_positive(*row) == positive && counts(*row));
        [(true, "positives"), (false, "negatives")].into_iter().find(|(positive, _)| !has(*positive)).map(|(_, what)| what)
    }

    fn map(&self, rows: &[usize], method: Method) -> Result<Map, String> {
        let weight = |row: usize| self.weight.map_or(1.0, |weight| weight[row]);
        if method == Method::Temperature {
            let items: Vec<temperature::Item> = rows
                .iter()
                .filter_map(|row| {
                    Some(temperature::Item { logits: self.logits(*row), target: self.targets[*row]? as usize, weight: weight(*row) })
                })
                .collect();
            return temperature::fit(&items).map(Map::Temperature);
        }
        let item = |row: &usize| Item { score: self.score(*row), positive: self.is_positive(*row), weight: weight(*row) };
        let mut items: Vec<Item> = rows.iter().map(item).filter(|item| item.weight > 0.0).collect();
        items.sort_by(|a, b| a.score.total_cmp(&b.score));
        match method {
            Method::Platt => platt::fit(&items),
            Method::Histogram(bins) => Ok(histogram::fit(&items, bins as usize)),
            Method::Isotonic | Method::Temperature => Ok(isotonic::fit(&items)),
        }
    }
}
