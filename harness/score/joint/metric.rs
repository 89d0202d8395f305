//! A metric of all groups at once, as an evaluation calls it.

use super::amplification::Toward;
use super::exposure::Desired;
use super::leakage::From;
use super::registry::{Compute, Definition, Opt, Source};
use crate::score::breakdown::combine::Combine;
use crate::score::measurement::Direction;
use crate::score::metric::{Meaning, Task, check_options, meaning, parameters};
use crate::score::schema::Schema;
use crate::spec::decode::{Decode, expected, number_in, word};
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
    /// What an attacker sees of a model.
    pub from: Option<From>,
    /// How items are parted among attackers.
    pub folds: Option<Folds>,
    /// Whether labels are made as often wrong as decisions are.
    pub degraded: bool,
    /// How many times they are.
    pub draws: Option<u32>,
    /// In how many permutations of groups attackers are fitted anew; `None` for no null.
    pub permutations: Option<u32>,
}

/// The parts of items that attackers are fitted without.
#[derive(Clone, Debug, PartialEq)]
pub enum Folds {
    /// So many, dealt out by name.
    Dealt(u32),
    /// The levels of a field.
    Field(Written<String>),
}

impl Options {
    /// How many folds there are where nothing is said.
    pub const FOLDS: u32 = 5;
    /// How many draws there are where nothing is said.
    pub const DRAWS: u32 = 5;
}

impl Metric {
    /// Whether decisions are read.
    pub fn decided(&self) -> bool {
        match self.definition.compute {
            Compute::Mals | Compute::Directional | Compute::Leakage(Source::Both) => true,
            Compute::Skew(_) | Compute::Ndkl | Compute::Leakage(Source::Embeddings) => false,
            Compute::Leakage(Source::Labels) => self.options.degraded,
            Compute::Leakage(Source::Model) => self.options.from == Some(From::Decisions),
        }
    }

    /// Whether labels are read.
    fn labelled(&self) -> bool {
        !matches!(self.definition.compute, Compute::Skew(_) | Compute::Ndkl | Compute::Leakage(Source::Model | Source::Embeddings))
    }

    /// Why predictions lack what it reads, if they do.
    fn lacks(&self, schema: &Schema, task: Task) -> Option<&'static str> {
        let scored = schema.scores.is_some_and(|(_, width)| width == schema.classes.len() || task.positive.is_some());
        match self.definition.compute {
            Compute::Skew(_) | Compute::Ndkl if !scored => Some("ranks items by the score of each class, and the predictions have none"),
            Compute::Leakage(_) if self.options.from == Some(From::Scores) && schema.scores.is_none() => {
                Some("reads scores, and the predictions hold decisions only")
            }
            Compute::Leakage(Source::Embeddings) if schema.embeddings.is_none() => Some("reads embeddings, and the model holds none"),
            _ if self.labelled() && !schema.labelled => Some("needs labels, and none are known in the model's classes"),
            _ => None,
        }
    }
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
            Self::From => "from",
            Self::Folds => "folds",
            Self::Degraded => "degraded",
            Self::Draws => "draws",
            Self::Permutations => "permutations",
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
            Self::From => "from: scores | decisions, must be given",
            Self::Folds => {
                "folds: a number, 5 by default, dealt out by item, or by subject where there are any; or a field whose levels are the folds"
            }
            Self::Degraded => "degraded: true",
            Self::Draws => "draws: how often labels are degraded, 5 by default, of which the mean counts",
            Self::Permutations => "permutations: how often groups are dealt out by chance, and attackers fitted to that; none by default",
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
            Self::From => Some("from: scores | decisions"),
            Self::Classes | Self::Predicted | Self::Reference { required: false } => None,
            Self::Folds | Self::Degraded | Self::Draws | Self::Permutations => None,
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
            Self::From => options.from = Some(word(node, problems, &[("scores", From::Scores), ("decisions", From::Decisions)])?),
            Self::Folds => {
                options.folds = Some(match &node.value {
                    Value::Text(_) => Folds::Field(Written::decode(node, problems)?),
                    Value::Integer(_) => Folds::Dealt(number_in(node, problems, 2.0, 100.0)? as u32),
                    _ => return expected(node, problems, "a number of folds, or the field whose levels are the folds"),
                });
            }
            Self::Degraded => options.degraded = bool::decode(node, problems)?,
            Self::Draws => options.draws = Some(number_in(node, problems, 1.0, 1000.0)?.round() as u32),
            Self::Permutations => options.permutations = Some(number_in(node, problems, 20.0, 100_000.0)?.round() as u32),
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
    if let Some(Folds::Field(field)) = &options.folds {
        match schema.fields.get(&field.value) {
            None => {
                let help = did_you_mean(&field.value, schema.fields.keys().map(String::as_str));
                problems.push(Problem::at(&field.node, format!("unknown field `{}`", field.value)).help(help));
            }
            Some(levels) if levels.len() < 2 => {
                let message = format!("`{}` puts all items in one fold, and leaves none to fit an attacker on", field.value);
                problems.push(Problem::at(&field.node, message).help("name a field of at least two levels, or a number of folds"));
            }
            Some(_) => {}
        }
    }
    if let (Some(node), false, Compute::Leakage(Source::Labels)) = (call.choice.options.get("draws"), options.degraded, definition.compute)
    {
        let problem = Problem::at(node, "`draws` is how often labels are degraded, and here they are not");
        problems.push(problem.help("leave it out, or add `degraded: true`"));
    }
    let metric = Metric {
        name: call.name.clone().unwrap_or_else(|| name.clone()),
        parameters: parameters(call),
        direction: definition.direction,
        definition,
        options,
    };
    if let Some(lack) = metric.lacks(schema, task) {
        problems.push(at(format!("`{name}` {lack}")));
    }
    (problems.len() == before).then_some(metric)
}

/// The fields of predicted groups and of folds that the metrics of an evaluation read, and where each is named.
pub fn fields(evaluation: &Evaluation) -> impl Iterator<Item = (&str, &Node)> {
    let of_call = |call: &'_ MetricCall| matches!(meaning(&call.choice.name), Some(Meaning::Joint(_)));
    let options = evaluation
        .metrics
        .iter()
        .filter(move |call| of_call(call))
        .flat_map(|call| [Opt::Predicted, Opt::Folds].into_iter().filter_map(|option| call.choice.options.get(option.key())));
    options.filter_map(|node| match &node.value {
        Value::Text(field) => Some((field.as_str(), node)),
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
