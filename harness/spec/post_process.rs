//! Rules of two classes that treat groups differently so that they fare alike, fitted on a split that is not a test.

use super::decide::Link;
use super::decode::{Choice, Decode, Fields, expected, number_in, one_or_many, word};
use super::evaluation::{MetricCall, Written, breakdown};
use super::node::{Node, Value};
use super::problem::{Problem, Problems};

/// A rule that is fitted group by group.
#[derive(Clone, Debug, PartialEq)]
pub struct PostProcess {
    /// How.
    pub method: Method,
    /// What is made as large as the method lets it.
    pub maximize: Objective,
    /// The fields whose groups are treated.
    pub by: Written<Vec<String>>,
    /// The split that it is fitted on, `dataset/split`.
    pub split: Written<String>,
    /// What scores are turned into before.
    pub of: Link,
    /// The seed of the draws, where the rule draws.
    pub seed: u64,
}

/// What is done to groups.
#[derive(Clone, Debug, PartialEq)]
pub enum Method {
    /// Equal true and false positive rates, of scores or of decisions that are kept or reversed by chance.
    EqualizedOdds(Base),
    /// Equality of one rate, or of both.
    ThresholdOptimizer(Constraint),
    /// A rate of at least so much in every group.
    LevellingUp {
        /// The rate.
        metric: Box<MetricCall>,
        /// How much of it.
        at_least: f64,
    },
    /// Around the threshold, positive for these groups and negative for the others.
    RejectOption {
        /// The levels of the field that gain.
        unprivileged: Vec<Written<String>>,
        /// How far apart the two sides' metrics may be.
        at_most: Vec<(MetricCall, f64)>,
    },
}

/// What equalized odds start from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Base {
    /// Scores: a threshold a group, or a draw between two.
    Scores,
    /// The decisions that a threshold makes.
    From(f64),
    /// The decisions that came with the predictions.
    Given,
}

/// What groups are to have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// The share that is decided positive.
    SelectionRate,
    /// The share of the positives that is.
    TruePositiveRate,
    /// The share of the negatives that is.
    FalsePositiveRate,
    /// Both of the latter.
    EqualizedOdds,
}

/// What is made as large as it can be: linear in the counts of rightly and wrongly selected items, so that a draw between two rules has
/// the mean of what they have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Objective {
    /// The share that is right.
    #[default]
    Accuracy,
    /// The mean of the two classes' shares that are right.
    BalancedAccuracy,
}

/// The names of these rules, as keys of a decision rule.
pub const NAMES: [&str; 4] = ["equalized_odds", "threshold_optimizer", "levelling_up", "reject_option"];

/// Fairlearn's names of constraints; an error rate is as equal as its complement.
const CONSTRAINTS: [(&str, Constraint); 8] = [
    ("demographic_parity", Constraint::SelectionRate),
    ("selection_rate_parity", Constraint::SelectionRate),
    ("equal_opportunity", Constraint::TruePositiveRate),
    ("true_positive_rate_parity", Constraint::TruePositiveRate),
    ("false_negative_rate_parity", Constraint::TruePositiveRate),
    ("false_positive_rate_parity", Constraint::FalsePositiveRate),
    ("true_negative_rate_parity", Constraint::FalsePositiveRate),
    ("equalized_odds", Constraint::EqualizedOdds),
];

impl PostProcess {
    /// The metrics that it keeps to.
    pub fn metrics(&self) -> Vec<&MetricCall> {
        match &self.method {
            Method::EqualizedOdds(_) | Method::ThresholdOptimizer(_) => Vec::new(),
            Method::LevellingUp { metric, .. } => vec![metric],
            Method::RejectOption { at_most, .. } => at_most.iter().map(|(metric, _)| metric).collect(),
        }
    }

    /// Whether it draws about some items.
    pub fn is_random(&self) -> bool {
        self.method.is_random()
    }

    /// Whether it reads the decisions that came with the predictions, and no score.
    pub fn of_given(&self) -> bool {
        self.method == Method::EqualizedOdds(Base::Given)
    }

    /// Reads what is written under one of [`NAMES`].
    pub(super) fn decode(name: &'static str, node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "a rule by group")?;
        let method = match name {
            "equalized_odds" => Method::EqualizedOdds(fields.optional("decisions", problems).unwrap_or(Base::Scores)),
            "threshold_optimizer" => {
                let read = |node: &Node, problems: &mut Problems| word(node, problems, &CONSTRAINTS);
                Method::ThresholdOptimizer(fields.required_with("constraint", problems, read)?)
            }
            "levelling_up" => Method::LevellingUp {
                metric: Box::new(fields.required("metric", problems)?),
                at_least: fields.required_with("at_least", problems, |node, problems| number_in(node, problems, 0.0, 1.0))?,
            },
            _ => Method::RejectOption {
                unprivileged: fields.required_with("unprivileged", problems, levels)?,
                at_most: fields.required_with("at_most", problems, bounds)?,
            },
        };
        let random = method.is_random();
        let maximize = fields.optional_with("maximize", problems, |node, problems| {
            word(node, problems, &[("accuracy_score", Objective::Accuracy), ("balanced_accuracy_score", Objective::BalancedAccuracy)])
        });
        let by = fields.required_with("by", problems, breakdown);
        let split = fields.required("split", problems);
        let of = if method == Method::EqualizedOdds(Base::Given) { None } else { fields.optional("of", problems) };
        let seed = if random { fields.optional("seed", problems) } else { None };
        fields.finish(problems);
        let by: Written<Vec<String>> = by?;
        if let (Method::RejectOption { .. }, [_, _, ..]) = (&method, by.value.as_slice()) {
            problems.push(
                Problem::at(&by.node, "`reject_option` knows the groups of one field")
                    .help("name the field whose levels are `unprivileged`"),
            );
        }
        // AIF360's search takes balanced accuracy, and nothing else.
        let usual = if matches!(method, Method::RejectOption { .. }) { Objective::BalancedAccuracy } else { Objective::Accuracy };
        let maximize = maximize.unwrap_or(usual);
        Some(Self { method, maximize, by, split: split?, of: of.unwrap_or(Link::Score), seed: seed.unwrap_or(0) })
    }
}

impl Method {
    fn is_random(&self) -> bool {
        matches!(self, Self::EqualizedOdds(_) | Self::ThresholdOptimizer(_))
    }
}

impl Decode for Base {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Text(text) if text == "given" => Some(Self::Given),
            Value::Integer(_) | Value::Float(_) => f64::decode(node, problems).map(Self::From),
            _ => expected(node, problems, "a threshold, or `given` for the decisions that came with the predictions"),
        }
    }
}

fn levels(node: &Node, problems: &mut Problems) -> Option<Vec<Written<String>>> {
    let levels: Vec<Written<String>> = one_or_many(node, problems)?;
    if levels.is_empty() {
        return expected(node, problems, "at least one level of the field that `by` names");
    }
    Some(levels)
}

/// `{METRIC: BOUND}`, for any number of metrics.
fn bounds(node: &Node, problems: &mut Problems) -> Option<Vec<(MetricCall, f64)>> {
    let Value::Map(entries) = &node.value else { return expected(node, problems, "a map from metrics to bounds") };
    if entries.is_empty() {
        return expected(node, problems, "at least one metric with its bound, as `{selection_rate: 0.05}`");
    }
    let bound = |(key, value): &(super::node::Key, Node)| Some((bare(key, value), number_in(value, problems, 0.0, 1.0)?));
    entries.iter().map(bound).collect()
}

/// A metric that is named by a key, without options.
pub(super) fn bare(key: &super::node::Key, value: &Node) -> MetricCall {
    let name_node = Node { value: Value::Text(key.text.clone()), place: key.place.clone(), via: value.via.clone() };
    let options = Node { value: Value::Map(Vec::new()), ..value.clone() };
    MetricCall { choice: Choice { name: key.text.clone(), name_node, options }, by: None, name: None }
}
