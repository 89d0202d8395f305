//! `decide:`: how scores become decisions, and what the numbers of a rule are found by.

use super::decode::{Decode, Fields, canonical, expected, word};
use super::evaluation::{MetricCall, Written, breakdown};
use super::node::{Node, Value};
use super::post_process::{NAMES, PostProcess, bare};
use super::problem::Problems;

/// A decision rule and its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Decide {
    /// `argmax`, `threshold(0.5)`, `top_k(5)`, or its `as`.
    pub name: String,
    /// What it does.
    pub rule: Rule,
    /// Where it is written.
    pub node: Node,
}

/// How scores become decisions.
#[derive(Clone, Debug, PartialEq)]
pub enum Rule {
    /// The decisions that came with the predictions.
    Given,
    /// The class with the largest score; the first of them where several are largest.
    Argmax,
    /// Positive from a score on (inclusive).
    Threshold {
        /// The score, or how it is found.
        cut: Cut,
        /// What the scores are turned into before.
        of: Link,
    },
    /// One threshold a class, in a multi-label task.
    Thresholds {
        /// The least score of each class, or how it is found.
        cuts: Cuts,
        /// What the scores are turned into before.
        of: Link,
    },
    /// The k classes with the largest scores.
    TopK(u32),
    /// What makes groups fare alike.
    PostProcess(Box<PostProcess>),
}

/// A threshold, or how it is found.
#[derive(Clone, Debug, PartialEq)]
pub enum Cut {
    /// A number.
    At(f64),
    /// The score that is best on a split that is not a test.
    Fitted(Box<Goal>),
}

/// The thresholds of classes, or how each is found.
#[derive(Clone, Debug, PartialEq)]
pub enum Cuts {
    /// Numbers, in file order.
    At(Vec<(Written<String>, f64)>),
    /// Every class has the score that is best for it.
    Fitted(Box<Goal>),
}

/// What a rule is fitted to.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// The metric.
    pub metric: MetricCall,
    /// What is wanted of it.
    pub aim: Aim,
    /// The split, `dataset/split`.
    pub split: Written<String>,
    /// The fields whose groups each have a threshold of their own.
    pub by: Option<Written<Vec<String>>>,
}

/// What is wanted of a metric.
#[derive(Clone, Debug, PartialEq)]
pub enum Aim {
    /// As much of it as possible.
    Maximize,
    /// As little of it as possible.
    Minimize,
    /// Just so much of it: at most, or at least where more is better.
    At(Written<f64>),
}

/// What a score is turned into before it meets a threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Link {
    /// Nothing: probabilities or plain scores as they are.
    Score,
    /// 1 / (1 + exp(-score)), class by class.
    Sigmoid,
    /// exp(score) over the sum of all classes' exp(score).
    Softmax,
}

impl Rule {
    /// What it is to be fitted to, if it has a number to find.
    pub fn goal(&self) -> Option<&Goal> {
        match self {
            Self::Threshold { cut: Cut::Fitted(goal), .. } | Self::Thresholds { cuts: Cuts::Fitted(goal), .. } => Some(goal),
            _ => None,
        }
    }

    /// The split that it is fitted on, if it has a number to find.
    pub fn split(&self) -> Option<&Written<String>> {
        match self {
            Self::PostProcess(process) => Some(&process.split),
            _ => self.goal().map(|goal| &goal.split),
        }
    }

    /// The fields whose groups it treats differently.
    pub fn by(&self) -> Option<&Written<Vec<String>>> {
        match self {
            Self::PostProcess(process) => Some(&process.by),
            _ => self.goal().and_then(|goal| goal.by.as_ref()),
        }
    }

    /// The seed of its draws; `None` where it decides without any.
    pub fn seed(&self) -> Option<u64> {
        match self {
            Self::PostProcess(process) if process.is_random() => Some(process.seed),
            _ => None,
        }
    }
}

impl Decode for Decide {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        if let Value::Text(_) = node.value {
            let given = word(node, problems, &[("argmax", false), ("given", true)])?;
            let rule = if given { Rule::Given } else { Rule::Argmax };
            return Some(Self { name: canonical(node), rule, node: node.clone() });
        }
        let before = problems.len();
        let mut fields = Fields::of(node, problems, "a decision rule")?;
        let mut rules = vec![
            fields.optional_with("threshold", problems, threshold),
            fields.optional_with("thresholds", problems, thresholds),
            fields.optional_with("top_k", problems, top_k),
        ];
        for name in NAMES {
            let process = fields.optional_with(name, problems, |node, problems| PostProcess::decode(name, node, problems));
            rules.push(process.map(|process| Rule::PostProcess(Box::new(process))));
        }
        let name: Option<String> = fields.optional("as", problems);
        fields.finish(problems);
        let mut rules = rules.into_iter().flatten();
        match (rules.next(), rules.next()) {
            (Some(rule), None) => Some(Self { name: name.unwrap_or_else(|| unnamed(node)), rule, node: node.clone() }),
            (Some(_), Some(_)) => expected(node, problems, "one rule"),
            _ if problems.len() == before => {
                let names = NAMES.map(|name| format!("`{name}`")).join(", ");
                expected(node, problems, &format!("`argmax`, `given`, or one of the keys `threshold`, `thresholds`, `top_k`, {names}"))
            }
            _ => None,
        }
    }
}

/// A rule's own name: its content without `as`.
fn unnamed(node: &Node) -> String {
    match &node.value {
        Value::Map(entries) => {
            let entries = entries.iter().filter(|(key, _)| key.text != "as").cloned().collect();
            canonical(&Node { value: Value::Map(entries), ..node.clone() })
        }
        _ => canonical(node),
    }
}

const THRESHOLD: &str =
    "a number, `{at: NUMBER}`, `{maximize: METRIC, split: DATASET/SPLIT}`, or `{at: {METRIC: VALUE}, split: DATASET/SPLIT}`";

fn threshold(node: &Node, problems: &mut Problems) -> Option<Rule> {
    if let Value::Integer(_) | Value::Float(_) = node.value {
        return Some(Rule::Threshold { cut: Cut::At(f64::decode(node, problems)?), of: Link::Score });
    }
    if let Some(at @ Node { value: Value::Integer(_) | Value::Float(_), .. }) = node.get("at") {
        let mut fields = Fields::of(node, problems, "a threshold")?;
        fields.node("at");
        let of = fields.optional("of", problems).unwrap_or(Link::Score);
        fields.finish(problems);
        return Some(Rule::Threshold { cut: Cut::At(f64::decode(at, problems)?), of });
    }
    let (goal, of) = goal(node, THRESHOLD, problems)?;
    Some(Rule::Threshold { cut: Cut::Fitted(Box::new(goal)), of })
}

/// What a rule is fitted to, and what scores are turned into before.
fn goal(node: &Node, wanted: &str, problems: &mut Problems) -> Option<(Goal, Link)> {
    let Value::Map(_) = node.value else { return expected(node, problems, wanted) };
    let before = problems.len();
    let mut fields = Fields::of(node, problems, "a threshold")?;
    let maximize: Option<MetricCall> = fields.optional("maximize", problems);
    let minimize: Option<MetricCall> = fields.optional("minimize", problems);
    let at = fields.optional_with("at", problems, operating_point);
    let aimed = ["maximize", "minimize", "at"].iter().any(|aim| node.get(aim).is_some());
    let split: Option<Written<String>> = if aimed { fields.required("split", problems) } else { fields.optional("split", problems) };
    let by = fields.optional_with("by", problems, breakdown);
    let of = fields.optional("of", problems).unwrap_or(Link::Score);
    fields.finish(problems);
    let (metric, aim) = match (maximize, minimize, at) {
        (Some(metric), None, None) => (metric, Aim::Maximize),
        (None, Some(metric), None) => (metric, Aim::Minimize),
        (None, None, Some((metric, value))) => (metric, Aim::At(value)),
        // A key that is misspelled was told.
        _ if problems.len() > before => return None,
        _ => return expected(node, problems, wanted),
    };
    Some((Goal { metric, aim, split: split?, by }, of))
}

/// `{METRIC: VALUE}`.
fn operating_point(node: &Node, problems: &mut Problems) -> Option<(MetricCall, Written<f64>)> {
    let Value::Map(entries) = &node.value else { return expected(node, problems, "a number, or one metric with its value") };
    let [(key, value)] = entries.as_slice() else { return expected(node, problems, "a number, or one metric with its value") };
    Some((bare(key, value), Written::decode(value, problems)?))
}

fn thresholds(node: &Node, problems: &mut Problems) -> Option<Rule> {
    let Value::Map(entries) = &node.value else {
        return expected(node, problems, "a map from classes to thresholds, or `{maximize: METRIC, split: DATASET/SPLIT}`");
    };
    if node.get("split").is_some_and(|split| matches!(split.value, Value::Text(_))) {
        let (goal, of) =
            goal(node, "`{maximize: METRIC, split: DATASET/SPLIT}`, or `{at: {METRIC: VALUE}, split: DATASET/SPLIT}`", problems)?;
        return Some(Rule::Thresholds { cuts: Cuts::Fitted(Box::new(goal)), of });
    }
    let mut of = Some(Link::Score);
    let mut cuts = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        if key.text == "of" {
            of = Link::decode(value, problems);
            continue;
        }
        let place = Node { value: Value::Text(key.text.clone()), place: key.place.clone(), via: node.via.clone() };
        cuts.push(f64::decode(value, problems).map(|cut| (Written { value: key.text.clone(), node: place }, cut)));
    }
    let cuts: Option<Vec<_>> = cuts.into_iter().collect();
    Some(Rule::Thresholds { cuts: Cuts::At(cuts?), of: of? })
}

fn top_k(node: &Node, problems: &mut Problems) -> Option<Rule> {
    match u32::decode(node, problems)? {
        0 => expected(node, problems, "a whole number from 1 on"),
        k => Some(Rule::TopK(k)),
    }
}

impl Decode for Link {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        word(node, problems, &[("score", Self::Score), ("sigmoid", Self::Sigmoid), ("softmax", Self::Softmax)])
    }
}
