//! `validate:` of a training: which epoch's model is kept, and when training stops early.

use serde::{Deserialize, Serialize};

use super::decode::{Choice, Decode, Fields, expected};
use super::evaluation::Evaluation;
use super::model::SplitName;
use super::node::{Key, Node, Value};
use super::problem::{Problem, Problems};

/// How a training is watched: `{data: d/validation, select: {maximize: accuracy_score, groups: [race]}, patience: 3}`.
#[derive(Clone, Debug)]
pub struct Validate {
    /// The split that is predicted after each epoch.
    pub data: SplitName,
    /// The metric that decides, as an evaluation of that split.
    pub evaluation: Evaluation,
    /// Which epoch is kept.
    pub selection: Selection,
}

/// The rule by which an epoch's model is kept. Of equal ones the first is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Selection {
    /// The evaluation as it was written, places dropped.
    pub evaluation: serde_json::Value,
    /// Whether more is better.
    pub maximize: bool,
    /// Stop after so many epochs without a better one; `None`: never.
    pub patience: Option<u32>,
}

impl Decode for Validate {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`validate`")?;
        let data = fields.required("data", problems);
        let select = fields.required_with("select", problems, select);
        let patience = fields.optional_with("patience", problems, |node, problems| match u32::decode(node, problems)? {
            0 => expected(node, problems, "at least 1 epoch"),
            epochs => Some(epochs),
        });
        fields.finish(problems);
        let (written, maximize) = select?;
        let evaluation = Evaluation::decode(&written, problems)?;
        if let Some(distort) = &evaluation.distort {
            problems.push(Problem::at(&distort.node, "a training is watched on images as they are").help("remove `distort` here"));
            return None;
        }
        if let Some(pairs) = &evaluation.pairs {
            problems.push(Problem::at(&pairs.node, "a training is watched on single images").help("remove `pairs` here"));
            return None;
        }
        Some(Self { data: data?, evaluation, selection: Selection { evaluation: written.to_json(), maximize, patience } })
    }
}

/// `{maximize: METRIC, by: …, groups: …, decide: …}` as an evaluation with that one metric, and whether more is better. `by` is the metric's own.
fn select(node: &Node, problems: &mut Problems) -> Option<(Node, bool)> {
    let Value::Map(entries) = &node.value else {
        return expected(node, problems, "a map, as `{maximize: accuracy_score}`");
    };
    let goals: Vec<&(Key, Node)> = entries.iter().filter(|(key, _)| matches!(key.text.as_str(), "maximize" | "minimize")).collect();
    let [(goal, metric)] = goals.as_slice() else {
        return expected(node, problems, "either `maximize` or `minimize`");
    };
    let by = entries.iter().find(|(key, _)| key.text == "by");
    let metric = match by {
        Some(by) => within(metric, by, problems)?,
        None => metric.clone(),
    };
    let metrics = Node { value: Value::List(vec![metric.clone()]), ..metric };
    let others = entries.iter().filter(|(key, _)| key != goal && key.text != "by").cloned();
    let entries = others.chain([(Key { text: "metrics".to_owned(), place: goal.place.clone() }, metrics)]).collect();
    Some((Node { value: Value::Map(entries), ..node.clone() }, goal.text == "maximize"))
}

/// A metric with its `by`.
fn within(metric: &Node, by: &(Key, Node), problems: &mut Problems) -> Option<Node> {
    let mut choice = Choice::decode(metric, problems)?;
    if let Some(own) = choice.options.get("by") {
        problems.push(Problem::at(own, "the metric says `by` already").also(&by.0.place, "here too").help("remove one of them"));
        return None;
    }
    let Value::Map(options) = &mut choice.options.value else {
        return expected(&choice.options, problems, "the metric's options (a map)");
    };
    options.push(by.clone());
    let name = Key { text: choice.name, place: choice.name_node.place.clone() };
    Some(Node { value: Value::Map(vec![(name, choice.options)]), ..metric.clone() })
}
