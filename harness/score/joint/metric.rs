//! A metric of all groups at once, as an evaluation calls it.

use super::amplification::Toward;
use super::exposure::Desired;
use super::registry::{Compute, Definition, Opt};
use crate::score::combine::Combine;
use crate::score::measurement::Direction;
use crate::score::metric::{Meaning, Task, check_options, meaning, parameters};
use crate::score::schema::Schema;
use crate::spec::decode::{Decode, word};
use crate::spec::evaluation::{Evaluation, MetricCall, Written};
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, Problems, did_you_mean};

/// A metric that can be computed.
#[derive(Clone, Debug)]
pub struct Metric {
    /// The column's name.
    pub name: String,
    /// The name and options in full.
    pub parameters: String,
    /// Which way is better.
    pub direction: Direction,
    /// What it is.
    pub definition: &'static Definition,
    /// The options that it was given.
    pub options: Options,
}

/// What a metric was given; only what its definition takes is read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The split whose labels say what goes together, `dataset/split`.
    pub reference: Option<Written<String>>,
    /// Which way bias is amplified.
    pub toward: Option<Toward>,
    /// The field of the group that items were taken for.
    pub predicted: Option<Written<String>>,
    /// How many items are at the top.
    pub k: u64,
    /// What a ranking is held against.
    pub desired: Option<Desired>,
    /// What the rankings of several classes make; `None`: they stay, one number a class.
    pub classes: Option<Combine>,
}

impl Opt {
    /// The option's key.
    pub fn key(self) -> &'static str {
        match self {
            Self::Reference { .. } => "reference",
            Self::Direction => "direction",
            Self::Predicted => "predicted",
            Self::K => "k",
            Self::Desired => "desired",
            Self::Classes => "classes",
        }
    }

    /// What may be written.
    pub fn words(self) -> &'static str {
        match self {
            Self::Reference { required: true } => "reference: dataset/split, must be given",
            Self::Reference { required: false } => "reference: dataset/split",
            Self::Direction => "direction: attribute_to_task | task_to_attribute, must be given",
            Self::Predicted => "predicted: the field of the group that each item was taken for (task_to_attribute)",
            Self::K => "k: a number of items, must be given",
            Self::Desired => "desired: uniform | dataset, must be given",
            Self::Classes => "classes: mean | max | min | per_class, must be given without `positive:`",
        }
    }

    /// What to write where the metric has no meaning without it.
    fn missing(self, task: Task) -> Option<&'static str> {
        match self {
            Self::Reference { required: true } => Some("reference: DATASET/train"),
            Self::Direction => Some("direction: attribute_to_task | task_to_attribute"),
            Self::K => Some("k: 100"),
            Self::Desired => Some("desired: uniform | dataset"),
            Self::Classes if task.positive.is_none() => Some("classes: mean | max | min | per_class"),
            Self::Classes | Self::Predicted | Self::Reference { required: false } => None,
        }
    }

    fn read(self, node: &Node, options: &mut Options, problems: &mut Problems) -> Option<()> {
        match self {
            Self::Reference { .. } => options.reference = Some(Written::decode(node, problems)?),
            Self::Predicted => options.predicted = Some(Written::decode(node, problems)?),
            Self::Direction => {
                let words = [("attribute_to_task", Toward::Task), ("task_to_attribute", Toward::Attribute)];
                options.toward = Some(word(node, problems, &words)?);
            }
            Self::K => {
                options.k = u64::decode(node, problems)?;
                if options.k == 0 {
                    problems.push(Problem::at(node, "`0` is out of range: must be at least 1"));
                }
            }
            Self::Desired => {
                options.desired = Some(word(node, problems, &[("uniform", Desired::Uniform), ("dataset", Desired::Dataset)])?);
            }
            Self::Classes => {
                let combine = |combine| Some(combine);
                let words =
                    [("mean", combine(Combine::Mean)), ("max", combine(Combine::Max)), ("min", combine(Combine::Min)), ("per_class", None)];
                options.classes = word(node, problems, &words)?;
            }
        }
        Some(())
    }
}

/// Resolves a call, or says what is wrong with its options.
pub fn resolve(
    call: &MetricCall,
    definition: &'static Definition,
    evaluation: &Evaluation,
    (schema, task): (&Schema, Task),
    problems: &mut Problems,
) -> Option<Metric> {
    let before = problems.len();
    let name = &call.choice.name;
    let keys: Vec<&str> = definition.options.iter().map(|option| option.key()).collect();
    check_options(call, &keys, problems);
    let mut options = Options::default();
    for option in definition.options {
        match (call.choice.options.get(option.key()), option.missing(task)) {
            (Some(node), _) => drop(option.read(node, &mut options, problems)),
            (None, Some(written)) => {
                let problem = Problem::at(&call.choice.name_node, format!("`{name}` needs `{}`", option.key()));
                problems.push(problem.help(format!("write `{{{name}: {{{written}}}}}`")));
            }
            (None, None) => {}
        }
    }
    let at = |message: String| Problem::at(&call.choice.name_node, message);
    let groups = || call.by.iter().chain(&evaluation.groups).take(if call.by.is_some() { 1 } else { usize::MAX });
    match (options.toward, &options.predicted) {
        (Some(Toward::Attribute), None) => {
            let help = format!(
                "write `{{{name}: {{direction: task_to_attribute, predicted: FIELD}}}}`, the field of what a model of the groups said"
            );
            problems.push(at(format!("`{name}` from task to attribute needs the groups that items were taken for")).help(help));
        }
        (Some(Toward::Task), Some(predicted)) => {
            problems.push(Problem::at(&predicted.node, "`predicted` belongs to `direction: task_to_attribute`").help("leave it out"));
        }
        (_, Some(predicted)) if !schema.fields.contains_key(&predicted.value) => {
            let help = did_you_mean(&predicted.value, schema.fields.keys().map(String::as_str));
            problems.push(Problem::at(&predicted.node, format!("unknown field `{}`", predicted.value)).help(help));
        }
        (_, Some(predicted)) if groups().any(|entry| entry.value.len() != 1) => {
            let problem = Problem::at(&predicted.node, "a `predicted` group stands beside one field, and not beside an intersection");
            problems.push(problem.help("name that field with `by`"));
        }
        _ => {}
    }
    if let (Some(reference), Some(data)) = (&options.reference, &evaluation.data)
        && reference.value == data.value
    {
        let problem = Problem::at(&reference.node, format!("`{}` is what is scored, and cannot be its own reference", data.value));
        problems.push(problem.help("name the split that was learned from, as `…/train`"));
    }
    let scored = schema.scores.is_some_and(|(_, width)| width == schema.classes.len() || task.positive.is_some());
    if !definition.compute.decided() && !scored {
        problems.push(at(format!("`{name}` ranks items by the score of each class, and the predictions have none")));
    }
    if definition.compute.decided() && !schema.labelled {
        problems.push(at(format!("`{name}` needs labels, and none are known in the model's classes")));
    }
    (problems.len() == before).then(|| Metric {
        name: call.name.clone().unwrap_or_else(|| name.clone()),
        parameters: parameters(call),
        direction: definition.direction,
        definition,
        options,
    })
}

/// The fields of predicted groups that the metrics of an evaluation read, and where each is named.
pub fn fields(evaluation: &Evaluation) -> impl Iterator<Item = (&str, &Node)> {
    evaluation.metrics.iter().filter_map(|call| match (meaning(&call.choice.name), call.choice.options.get("predicted")) {
        (Some(Meaning::Joint(_)), Some(node @ Node { value: Value::Text(field), .. })) => Some((field.as_str(), node)),
        _ => None,
    })
}

/// The splits whose labels the metrics of an evaluation look up.
pub fn references(evaluation: &Evaluation) -> Vec<Written<String>> {
    let of_call = |call: &MetricCall| match meaning(&call.choice.name) {
        Some(Meaning::Joint(Definition { compute: Compute::Mals | Compute::Directional, .. })) => {
            let node = call.choice.options.get("reference")?;
            Written::decode(node, &mut Problems::default())
        }
        _ => None,
    };
    evaluation.metrics.iter().filter_map(of_call).collect()
}
