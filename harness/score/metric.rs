//! A metric as an evaluation calls it: name and options resolved against the registry, every ambiguous reading refused.

use super::explain::called_here;
use super::measurement::Direction;
use super::registry::{Compute, Definition, Of, Parameter, Reads, Suffix, metrics};
use super::value::Cause;
use crate::score::breakdown::combine::Combine;
use crate::score::breakdown::reduction::Reduction;
use crate::score::breakdown::reference::Reference;
use crate::score::embedding::options::Distance;
use crate::score::lens::probability::Bins;
use crate::score::lens::roc::Seek;
use crate::score::lens::truth::{LabelSets, Match, Truth};
use crate::spec::decide::Link;
use crate::spec::decode::{Decode, word};
use crate::spec::evaluation::{MetricCall, Written};
use crate::spec::node::{Node, Value as Content};
use crate::spec::problem::{Problem, Problems, did_you_mean};

mod averages;
mod base;
mod excluded;
mod input;
mod names;
mod over;
mod preset;
mod values;

use averages::{average, average_of, spread, takes_average};
use over::Called;
use preset::of_preset;

pub use input::{Input, Wanted};
pub use names::{Meaning, list, meaning};
pub use values::Support;

/// A metric that can be computed.
#[derive(Clone, Debug)]
pub struct Metric {
    /// The column's name.
    pub name: String,
    /// The name and options in full.
    pub parameters: String,
    /// Which way is better.
    pub direction: Direction,
    /// The only breakdown it is computed for, if one is given.
    pub by: Option<Written<Vec<String>>>,
    /// What it reads; `k` for a metric of the k largest scores.
    pub input: Input,
    /// What it holds to be true of an item.
    pub truth: Truth,
    /// What several classes make, in one group.
    pub average: Average,
    /// The reduction over groups, if it is one.
    pub over: Option<Over>,
    /// The group that the others are set against, if they are.
    pub reference: Option<Written<Reference>>,
    task: Task,
    parts: Vec<&'static Definition>,
    parameter: f64,
}

/// What several classes make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Average {
    /// Nothing to average: the metric is one number of all classes.
    Whole,
    /// The positive class alone.
    Positive(usize),
    /// The mean of the classes' numbers.
    Macro,
    /// The number of all classes' counts together.
    Micro,
    /// The mean of the classes' numbers, weighted by their positives.
    Weighted,
    /// The mean over items.
    Samples,
    /// One number a class.
    PerClass,
}

/// A reduction over groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Over {
    /// How.
    pub reduction: Reduction,
    /// How the reductions of two parts become one.
    pub parts: Combine,
    /// How the reductions of several classes become one; `None`: they stay, one number a class.
    pub classes: Option<Combine>,
}

impl Metric {
    /// Whether one lens shows what both read.
    pub fn shares_lens(&self, other: &Self) -> bool {
        self.input == other.input && self.truth == other.truth && self.beta() == other.beta()
    }

    /// Whether the numbers of groups are those of another metric, whatever both make of the groups; never of numbers of all groups at once.
    pub(super) fn shares_numbers(&self, other: &Self) -> bool {
        self.shares_lens(other)
            && (self.task, self.average, self.parameter.to_bits()) == (other.task, other.average, other.parameter.to_bits())
            && self.parts.iter().map(|part| part.name).eq(other.parts.iter().map(|part| part.name))
            && self.over.is_some() == other.over.is_some()
            && !self.is_joint()
            && !other.is_joint()
    }

    /// How much more recall counts than precision, where that is a number of every item.
    pub(super) fn beta(&self) -> Option<f64> {
        let weighed =
            self.average == Average::Samples && self.parts.iter().any(|part| part.parameter.is_some_and(|one| one.name == "beta"));
        weighed.then_some(self.parameter)
    }
}

/// What is known of a task before a metric is resolved for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// How many classes there are.
    pub classes: usize,
    /// Whether an item may have several labels.
    pub multi_label: bool,
    /// The class that counts as positive.
    pub positive: Option<usize>,
}

/// What is wrong with a call of a metric that there is not.
pub fn unknown(call: &MetricCall) -> Problem {
    let (name, known) = (call.choice.name.as_str(), list());
    let help = called_here(name).unwrap_or_else(|| did_you_mean(name, known.iter().map(String::as_str)));
    Problem::at(&call.choice.name_node, format!("unknown metric `{name}`")).help(help)
}

/// Resolves a call for a task and the label sets of its evaluation, or says what is wrong with it.
pub fn resolve(call: &MetricCall, whole: Task, sets: &LabelSets, problems: &mut Problems) -> Option<Metric> {
    let name = call.choice.name.as_str();
    let Some(meaning) = meaning(name) else {
        problems.push(unknown(call));
        return None;
    };
    let (parts, suffix): (Vec<&'static Definition>, Option<&'static Suffix>) = match meaning {
        Meaning::Preset(preset) => return of_preset(preset, call, whole, sets, problems),
        Meaning::Metric(definition) => (vec![definition], None),
        Meaning::Reduced(definition, suffix) => (vec![definition], Some(suffix)),
        Meaning::Embedding(..) => {
            problems.push(Problem::at(&call.choice.name_node, format!("`{name}` reads embeddings, and this is about predictions")));
            return None;
        }
        Meaning::Joint(_) => {
            problems.push(Problem::at(
                &call.choice.name_node,
                format!("`{name}` is a number of all groups at once, which nothing is fitted to"),
            ));
            return None;
        }
        Meaning::Criterion(criterion, suffix) => {
            (criterion.parts.iter().filter_map(|part| metrics().iter().find(|d| d.name == *part)).collect(), Some(suffix))
        }
    };
    let first = *parts.first()?;
    let before = problems.len();
    let truth = truth(call, &parts, sets, problems)?;
    let task = whole.of(&truth);
    if let (true, Some(single)) = (task.multi_label, parts.iter().find(|part| !part.multi_label)) {
        let message = format!("`{name}` has no meaning where an item may have several labels");
        let help = match single.reads {
            Reads::Shifts => "use `flip_rate`, which compares the labels that are decided",
            _ if matches!(single.compute, Compute::Calibration { .. }) => {
                "use `classwise_calibration_error`, which is of each class's probability"
            }
            _ => "use a metric of single labels' confusions with `average`",
        };
        problems.push(Problem::at(&call.choice.name_node, message).help(help));
        return None;
    }
    if task.positive.is_none() && parts.iter().any(|part| part.is_binary()) {
        let problem = Problem::at(&call.choice.name_node, format!("`{name}` is about one class"));
        problems.push(problem.help("give the evaluation the class that counts as `positive:`"));
        return None;
    }
    let found = matches!(truth, Truth::Found(..));
    let options: Vec<&str> = [
        ("average", takes_average(first) && !found),
        ("classes", suffix.is_some() && takes_average(first) && !found),
        ("k", matches!(first.reads, Reads::TopK | Reads::Associations)),
        ("labels", first.reads == Reads::Associations),
        ("threshold", first.reads == Reads::Associations),
        ("of", !matches!(first.reads, Reads::Flips | Reads::Answers | Reads::Neighbours)),
        ("metric", first.reads == Reads::Neighbours),
        ("match", found && parts.iter().all(|part| takes_match(part))),
        ("agg", parts.len() > 1),
    ]
    .into_iter()
    .filter_map(|(option, taken)| taken.then_some(option))
    .chain(first.parameter.map(|parameter| parameter.name))
    .chain(suffix.into_iter().flat_map(|suffix| suffix.options.iter().copied()))
    .collect();
    check_options(call, &options, problems);
    let option = |name: &str| options.contains(&name).then(|| call.choice.options.get(name)).flatten();
    let (classes, k) = (option("classes"), option("k"));
    let average = option("average").and_then(|node| average(node, first, task, problems));

    let parameter = match first.parameter {
        Some(parameter) => parameter_of(&parameter, option(parameter.name), call, problems),
        None => Some(0.0),
    };
    let link = option("of")
        .filter(|_| matches!(first.reads, Reads::Probabilities | Reads::Shifts | Reads::Associations))
        .and_then(|node| word(node, problems, &[("sigmoid", Link::Sigmoid), ("softmax", Link::Softmax)]));
    let distance = option("metric").and_then(|node| Distance::decode(node, problems)).unwrap_or(Distance::Euclidean);
    let least = option("threshold").and_then(|node| f64::decode(node, problems));
    let input = match first.reads {
        Reads::Decisions | Reads::Confusions | Reads::Flips | Reads::Answers => Some(Input::Decisions),
        Reads::Neighbours => parameter.map(|k| Input::Neighbours { k: k as u32, distance }),
        Reads::TopK => top_k(k, call, whole, problems).map(Input::TopK),
        Reads::Associations => top_k(k, call, whole, problems).map(|k| match least {
            Some(least) => Input::TopFrom { k, least, of: link.unwrap_or(Link::Score) },
            None => Input::TopK(k),
        }),
        Reads::Scores => Some(Input::Scores),
        Reads::Crossings => Some(Input::Crossings),
        Reads::Roc => Some(Input::Roc { all: true, seek: Seek::EqualErrors }),
        Reads::Probabilities => Some(Input::Probabilities { of: link.unwrap_or(Link::Score), bins: Bins::None, wanted: Wanted::Nothing }),
        Reads::Shifts => Some(Input::Shifts { of: link.unwrap_or(Link::Score) }),
    };
    let spread = classes.and_then(|node| spread(node, problems));
    // An `average` or `classes` that is no reading has been refused already.
    let average = match (option("average"), average) {
        (Some(_), None) => None,
        _ if classes.is_some() && spread.is_none() => None,
        _ if found && takes_average(first) => Some(Average::Positive(0)),
        _ => average_of(call, first, task, average, spread, suffix.is_some(), problems),
    };
    let (over, reference) = match suffix {
        None => (joint(first.compute, first.direction), None),
        Some(suffix) => {
            let (over, reference) = Called { call, suffix, parts: &parts, spread }.over(problems)?;
            (Some(over), reference)
        }
    };
    if problems.len() > before {
        return None;
    }
    let (input, average, parameter) = (input?, average?, parameter?);
    let input = match (input, average) {
        (Input::Scores, Average::Positive(_)) => Input::PositiveScore,
        (Input::Roc { .. }, average) => {
            let seek = if let Compute::Roc(seek) = first.compute { seek(parameter) } else { Seek::EqualErrors };
            Input::Roc { all: !matches!(average, Average::Positive(_)), seek }
        }
        (Input::Probabilities { of, .. }, average) => {
            let wanted = match average {
                Average::Whole => Wanted::Nothing,
                Average::Positive(class) => Wanted::Positive(class),
                _ => Wanted::All,
            };
            let bins = if let Compute::Calibration { bins, .. } = first.compute { bins(parameter as u32) } else { Bins::None };
            Input::Probabilities { of, bins, wanted }
        }
        (input, _) => input,
    };
    let direction = over.map_or(first.direction, |over| over.reduction.direction(first.direction));
    Some(Metric {
        name: call.name.clone().unwrap_or_else(|| name.to_owned()),
        parameters: parameters(call),
        direction,
        by: call.by.clone(),
        input,
        truth,
        average,
        over,
        reference,
        task,
        parts,
        parameter,
    })
}

impl Task {
    /// The task of a metric with this truth: a label set is several labels an item, and found or not is one thing of which every item is.
    fn of(self, truth: &Truth) -> Self {
        match truth {
            Truth::Labels => self,
            Truth::Classes(_) => Self { multi_label: true, positive: None, ..self },
            Truth::Found(..) | Truth::Answered => Self { classes: 1, multi_label: false, positive: None },
        }
    }
}

/// What a call holds to be true: its labels, unless `of` names a label set.
fn truth(call: &MetricCall, parts: &[&Definition], sets: &LabelSets, problems: &mut Problems) -> Option<Truth> {
    match parts.first().map(|part| part.reads) {
        Some(Reads::Answers) => return Some(Truth::Answered),
        Some(Reads::Associations) => {
            let Some(labels) = call.choice.options.get("labels") else {
                let name = &call.choice.name;
                let problem = Problem::at(&call.choice.name_node, format!("`{name}` needs `labels`"));
                problems.push(problem.help(format!("write `{{{name}: {{labels: [CLASS, …], k: 5}}}}`, or name a label set of `target:`")));
                return None;
            };
            return sets.named_or_listed(labels, problems).map(|set| Truth::Found(set, Match::Any));
        }
        _ => {}
    }
    let Some(of) = call.choice.options.get("of").filter(|_| parts.iter().all(|part| takes_set(part))) else {
        return Some(Truth::Labels);
    };
    let set = sets.named(of, problems)?;
    match call.choice.options.get("match").filter(|_| parts.iter().all(|part| takes_match(part))) {
        Some(node) => Match::read(node, problems).map(|how| Truth::Found(set, how)),
        None => Some(Truth::Classes(set)),
    }
}

/// Whether a metric sets something against labels, for which a label set can stand.
fn takes_set(definition: &Definition) -> bool {
    matches!(definition.reads, Reads::Decisions | Reads::TopK | Reads::Scores)
}

/// Whether a metric is a share of items of which each is right or wrong as a whole, so that a label set can be found or not.
pub(super) fn takes_match(definition: &Definition) -> bool {
    matches!(definition.reads, Reads::Decisions | Reads::TopK)
        && matches!(definition.compute, Compute::Share(..) | Compute::Class { of: Of::Share(_, Cause::NoPositives), .. })
}

/// A metric of all groups is one number over groups without a reduction.
fn joint(compute: Compute, direction: Direction) -> Option<Over> {
    let Compute::Groups { gap, .. } = compute else { return None };
    Some(Over { reduction: Reduction::Joint { gap, direction }, parts: Combine::Max, classes: None })
}

/// The number that a metric is given, checked.
fn parameter_of(parameter: &Parameter, written: Option<&Node>, call: &MetricCall, problems: &mut Problems) -> Option<f64> {
    let name = parameter.name;
    let Some(node) = written else {
        if parameter.default.is_none() {
            let metric = &call.choice.name;
            let problem = Problem::at(&call.choice.name_node, format!("`{metric}` needs `{name}`"));
            let example = if parameter.range.1 > 1.0 { "2" } else { "0.8" };
            problems.push(problem.help(format!("write `{{{metric}: {{{name}: {example}}}}}`")));
        }
        return parameter.default;
    };
    let value = f64::decode(node, problems)?;
    let (least, most) = parameter.range;
    if (least..=most).contains(&value) && !(parameter.whole && value.fract() != 0.0) {
        return Some(value);
    }
    let kind = if parameter.whole { "a whole number" } else { "a number" };
    problems.push(Problem::at(node, format!("`{name}: {value}` is out of range: must be {kind} between {least} and {most}")));
    None
}

/// The name with its options in the order of their names.
pub(super) fn parameters(call: &MetricCall) -> String {
    let mut choice = call.choice.clone();
    if let Content::Map(entries) = &mut choice.options.value {
        entries.sort_by(|a, b| a.0.text.cmp(&b.0.text));
    }
    choice.label()
}

fn top_k(k: Option<&Node>, call: &MetricCall, task: Task, problems: &mut Problems) -> Option<u32> {
    let Some(node) = k else {
        let name = &call.choice.name;
        problems.push(Problem::at(&call.choice.name_node, format!("`{name}` needs `k`")).help(format!("write `{{{name}: {{k: 5}}}}`")));
        return None;
    };
    let k = u32::decode(node, problems)?;
    if k >= 1 && k as usize <= task.classes {
        return Some(k);
    }
    problems.push(Problem::at(node, format!("`{k}` is out of range: must be between 1 and {}, the number of classes", task.classes)));
    None
}

/// Refuses the options that the metric does not take.
pub(super) fn check_options(call: &MetricCall, known: &[&str], problems: &mut Problems) {
    let Content::Map(entries) = &call.choice.options.value else { return };
    for (key, _) in entries.iter().filter(|(key, _)| !known.contains(&key.text.as_str())) {
        let problem = Problem::at_place(&key.place, format!("unknown option `{}` of `{}`", key.text, call.choice.name));
        problems.push(problem.help(did_you_mean(&key.text, known.iter().copied().chain(["as", "by"]))));
    }
}
