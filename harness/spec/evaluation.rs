//! `evaluate:`: what is scored on which split, per which groups, decided how, by which metrics.

use super::decode::{Choice, Decode, Fields, canonical, expected, one_or_many, word};
use super::node::{Key, Node, Value};
use super::problem::{Problem, Problems};
use super::uncertainty::Uncertainty;

/// One entry of `evaluate:`. Names in it (groups, classes, metrics) are checked against data and registry by the room that knows those.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The models that are scored; `None` for all that can.
    pub models: Option<Vec<Written<String>>>,
    /// The split, `dataset/split`; `None` where the predictions bring their own labels.
    pub data: Option<Written<String>>,
    /// What numbers are broken down by: each entry one field, or several for their intersection.
    pub groups: Vec<Written<Vec<String>>>,
    /// The class that counts as positive, where the metrics are to be read as binary.
    pub positive: Option<Written<String>>,
    /// How scores become decisions; empty for the decisions that were imported, or the largest score.
    pub decide: Vec<Decide>,
    /// From how many items on a group is ranked.
    pub min_count: Option<MinCount>,
    /// What a mean or a gap does with an undefined part.
    pub undefined: Policy,
    /// What is computed.
    pub metrics: Vec<MetricCall>,
    /// What differs from the study's `uncertainty:`.
    pub uncertainty: Uncertainty,
}

impl Evaluation {
    /// What it is broken down by, as a whole and by single metrics.
    pub fn breakdowns(&self) -> impl Iterator<Item = &Written<Vec<String>>> {
        self.groups.iter().chain(self.metrics.iter().filter_map(|call| call.by.as_ref()))
    }

    /// The fields that its groups are made of; a field that several entries name comes as often.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.breakdowns().flat_map(|entry| entry.value.iter().map(String::as_str))
    }
}

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Written<T> {
    /// The value.
    pub value: T,
    /// Where.
    pub node: Node,
}

/// A metric as it is called: its name and options, what it is broken down by, and the name of its column.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricCall {
    /// The name and the options that the registry knows.
    pub choice: Choice,
    /// The only breakdown it is computed for; without it, all items and every entry of `groups`.
    pub by: Option<Written<Vec<String>>>,
    /// The column's name, where one is given.
    pub name: Option<String>,
}

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
    /// One threshold a class, in a multi-label task; classes in file order.
    Thresholds {
        /// The least score of each class.
        cuts: Vec<(Written<String>, f64)>,
        /// What the scores are turned into before.
        of: Link,
    },
    /// The k classes with the largest scores.
    TopK(u32),
}

/// A threshold, or how it is found.
#[derive(Clone, Debug, PartialEq)]
pub enum Cut {
    /// A number.
    At(f64),
    /// The score that is best on a split that is not a test.
    Fitted(Box<Goal>),
}

/// What a fitted rule is best at.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// The metric.
    pub metric: MetricCall,
    /// Whether more of it is better.
    pub maximize: bool,
    /// The split, `dataset/split`.
    pub split: Written<String>,
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

/// From how many of what on a group is ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MinCount {
    /// Items.
    Rows(u64),
    /// Distinct subjects.
    Subjects(u64),
}

/// What a mean over classes or a reduction over groups does with an undefined part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// It is undefined itself.
    #[default]
    Propagate,
    /// It leaves that part out, and is undefined only where too few are left.
    Exclude,
}

impl<T: Decode> Decode for Written<T> {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        Some(Self { value: T::decode(node, problems)?, node: node.clone() })
    }
}

impl Decode for Evaluation {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "an evaluation")?;
        let models = fields.optional_with("models", problems, one_or_many);
        let data = fields.optional("data", problems);
        let groups = fields.optional_with("groups", problems, breakdowns);
        let positive = fields.optional("positive", problems);
        let decide = fields.optional_with("decide", problems, one_or_many);
        let min_count = fields.optional("min_count", problems);
        let undefined = fields.optional_with("undefined", problems, |node, problems| {
            word(node, problems, &[("propagate", Policy::Propagate), ("exclude", Policy::Exclude)])
        });
        let metrics: Option<Vec<MetricCall>> = fields.required("metrics", problems);
        let uncertainty = fields.optional("uncertainty", problems);
        fields.finish(problems);
        Some(Self {
            models,
            data,
            groups: groups.unwrap_or_default(),
            positive,
            decide: decide.unwrap_or_default(),
            min_count,
            undefined: undefined.unwrap_or_default(),
            metrics: metrics?,
            uncertainty: uncertainty.unwrap_or_default(),
        })
    }
}

impl Evaluation {
    /// The splits that its rules are to be fitted on.
    pub fn fitted_splits(&self) -> impl Iterator<Item = &Written<String>> {
        self.decide.iter().filter_map(|decide| match &decide.rule {
            Rule::Threshold { cut: Cut::Fitted(goal), .. } => Some(&goal.split),
            _ => None,
        })
    }
}

fn breakdowns(node: &Node, problems: &mut Problems) -> Option<Vec<Written<Vec<String>>>> {
    match &node.value {
        Value::List(items) => items.iter().map(|item| breakdown(item, problems)).collect(),
        _ => expected(node, problems, "a list of fields (a list inside the list is an intersection)"),
    }
}

fn breakdown(node: &Node, problems: &mut Problems) -> Option<Written<Vec<String>>> {
    let value: Vec<String> = one_or_many(node, problems)?;
    let twice = value.iter().enumerate().find(|(index, field)| value[..*index].contains(field));
    if let Some((_, field)) = twice {
        problems.push(Problem::at(node, format!("the field `{field}` is named twice in one intersection")));
        return None;
    }
    if value.is_empty() {
        return expected(node, problems, "at least one field");
    }
    Some(Written { value, node: node.clone() })
}

impl Decode for MetricCall {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut choice = Choice::decode(node, problems)?;
        let Value::Map(entries) = std::mem::replace(&mut choice.options.value, Value::Null) else {
            return expected(&choice.options, problems, "the metric's options (a map)");
        };
        let (mut by, mut name) = (None, None);
        let mut options: Vec<(Key, Node)> = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            match key.text.as_str() {
                "by" => by = Some(breakdown(&value, problems)?),
                "as" => name = Some(String::decode(&value, problems)?),
                _ => options.push((key, value)),
            }
        }
        choice.options.value = Value::Map(options);
        Some(Self { choice, by, name })
    }
}

impl Decode for Decide {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        if let Value::Text(_) = node.value {
            let given = word(node, problems, &[("argmax", false), ("given", true)])?;
            let rule = if given { Rule::Given } else { Rule::Argmax };
            return Some(Self { name: canonical(node), rule, node: node.clone() });
        }
        let mut fields = Fields::of(node, problems, "a decision rule")?;
        let rules = [
            fields.optional_with("threshold", problems, threshold),
            fields.optional_with("thresholds", problems, thresholds),
            fields.optional_with("top_k", problems, top_k),
        ];
        let name: Option<String> = fields.optional("as", problems);
        fields.finish(problems);
        let mut rules = rules.into_iter().flatten();
        match (rules.next(), rules.next()) {
            (Some(rule), None) => Some(Self { name: name.unwrap_or_else(|| unnamed(node)), rule, node: node.clone() }),
            (Some(_), Some(_)) => expected(node, problems, "one rule"),
            _ if problems.is_empty() => {
                expected(node, problems, "`argmax`, `given`, or one of the keys `threshold`, `thresholds`, `top_k`")
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

fn threshold(node: &Node, problems: &mut Problems) -> Option<Rule> {
    if matches!(node.value, Value::Integer(_) | Value::Float(_)) {
        return Some(Rule::Threshold { cut: Cut::At(f64::decode(node, problems)?), of: Link::Score });
    }
    let mut fields = Fields::of(node, problems, "a threshold")?;
    let at: Option<f64> = fields.optional("at", problems);
    let maximize: Option<MetricCall> = fields.optional("maximize", problems);
    let minimize: Option<MetricCall> = fields.optional("minimize", problems);
    let split: Option<Written<String>> = fields.optional("split", problems);
    let of = fields.optional("of", problems).unwrap_or(Link::Score);
    fields.finish(problems);
    let cut = match (at, maximize, minimize, split) {
        (Some(at), None, None, None) => Cut::At(at),
        (None, Some(metric), None, Some(split)) => Cut::Fitted(Box::new(Goal { metric, maximize: true, split })),
        (None, None, Some(metric), Some(split)) => Cut::Fitted(Box::new(Goal { metric, maximize: false, split })),
        _ => return expected(node, problems, "a number, `{at: …}`, or `{maximize: METRIC, split: DATASET/SPLIT}`"),
    };
    Some(Rule::Threshold { cut, of })
}

fn thresholds(node: &Node, problems: &mut Problems) -> Option<Rule> {
    let mut of = Link::Score;
    let Value::Map(entries) = &node.value else {
        return expected(node, problems, "a map from classes to thresholds");
    };
    let mut cuts = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        if key.text == "of" {
            of = Link::decode(value, problems)?;
            continue;
        }
        let place = Node { value: Value::Text(key.text.clone()), place: key.place.clone(), via: node.via.clone() };
        cuts.push((Written { value: key.text.clone(), node: place }, f64::decode(value, problems)?));
    }
    Some(Rule::Thresholds { cuts, of })
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

impl Decode for MinCount {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        if let Value::Integer(_) = node.value {
            return u64::decode(node, problems).map(Self::Rows);
        }
        let mut fields = Fields::of(node, problems, "`min_count`")?;
        let subjects = fields.required("subjects", problems);
        fields.finish(problems);
        subjects.map(Self::Subjects)
    }
}
