//! A metric as an evaluation calls it: name and options resolved against the registry, every ambiguous reading refused.

use super::measurement::Direction;
use super::reduction::{Against, Combine, Reduction};
use super::registry::{Compute, Criterion, Definition, Of, Parameter, Reads, criteria, metrics};
use super::tally::{Belief, Confusion, Sweep, Tally};
use super::value::{Cause, Undefined, Value, ratio};
use crate::spec::decide::Link;
use crate::spec::decode::{Decode, word};
use crate::spec::evaluation::{MetricCall, Policy, Written};
use crate::spec::node::{Node, Value as Content};
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
    /// The only breakdown it is computed for, if one is given.
    pub by: Option<Written<Vec<String>>>,
    /// What it reads; `k` for a metric of the k largest scores.
    pub input: Input,
    /// What several classes make, in one group.
    pub average: Average,
    /// The reduction over groups, if it is one.
    pub over: Option<Over>,
    task: Task,
    parts: Vec<&'static Definition>,
    parameter: f64,
}

/// What a metric reads of an item beside what is true of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Input {
    /// The decisions of the rule.
    Decisions,
    /// The k classes of the largest scores.
    TopK(u32),
    /// The scores of all classes.
    Scores,
    /// The score of the positive class.
    PositiveScore,
    /// The scores as probabilities.
    Probabilities {
        /// What makes probabilities of them.
        of: Link,
        /// How many bins of confidence; 0 for a metric without.
        bins: u32,
        /// The classes that are read one by one.
        wanted: Wanted,
    },
}

/// The classes whose probabilities are read one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// None: all classes make one number an item.
    Nothing,
    /// This one.
    Positive(usize),
    /// All.
    All,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Over {
    /// How.
    pub reduction: Reduction,
    /// How the reductions of two parts become one.
    pub parts: Combine,
    /// How the reductions of several classes become one; `None`: they stay, one number a class.
    pub classes: Option<Combine>,
}

/// What is known of a task before a metric is resolved for it.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    /// How many classes there are.
    pub classes: usize,
    /// Whether an item may have several labels.
    pub multi_label: bool,
    /// The class that counts as positive.
    pub positive: Option<usize>,
}

const SUFFIXES: &[&str] = &[
    "difference",
    "ratio",
    "group_min",
    "group_max",
    "mean_abs_difference",
    "group_std",
    "group_cv",
    "gini",
    "equity_scaled",
    "mean_over_groups",
];

/// Every name that can be called, reductions included.
pub fn list() -> Vec<String> {
    let mut names: Vec<String> = metrics().iter().map(|definition| definition.name.to_owned()).collect();
    names.extend(metrics().iter().flat_map(|definition| SUFFIXES.iter().map(|suffix| format!("{}_{suffix}", definition.name))));
    names.extend(criteria().iter().flat_map(|criterion| SUFFIXES[..2].iter().map(|suffix| format!("{}_{suffix}", criterion.name))));
    names.sort_unstable();
    names
}

/// What a name means, options aside.
#[derive(Clone, Copy, Debug)]
pub enum Meaning {
    /// A metric.
    Metric(&'static Definition),
    /// A metric reduced over groups; the suffix says how.
    Reduced(&'static Definition, &'static str),
    /// A criterion; the suffix says whether as a difference or a ratio.
    Criterion(&'static Criterion, &'static str),
}

/// Looks a name up.
pub fn meaning(name: &str) -> Option<Meaning> {
    let metric = |name: &str| metrics().iter().find(|definition| definition.name == name);
    if let Some(definition) = metric(name) {
        return Some(Meaning::Metric(definition));
    }
    SUFFIXES.iter().find_map(|suffix| {
        let base = name.strip_suffix(suffix)?.strip_suffix('_')?;
        let criterion = || criteria().iter().find(|criterion| criterion.name == base && !suffix.starts_with("group"));
        metric(base)
            .map(|definition| Meaning::Reduced(definition, suffix))
            .or_else(|| criterion().map(|found| Meaning::Criterion(found, suffix)))
    })
}

/// Resolves a call for a task, or says what is wrong with it.
pub fn resolve(call: &MetricCall, task: Task, problems: &mut Problems) -> Option<Metric> {
    let name = call.choice.name.as_str();
    let Some(meaning) = meaning(name) else {
        let known = list();
        let help = did_you_mean(name, known.iter().map(String::as_str));
        problems.push(Problem::at(&call.choice.name_node, format!("unknown metric `{name}`")).help(help));
        return None;
    };
    let (parts, suffix): (Vec<&'static Definition>, Option<&str>) = match meaning {
        Meaning::Metric(definition) => (vec![definition], None),
        Meaning::Reduced(definition, suffix) => (vec![definition], Some(suffix)),
        Meaning::Criterion(criterion, suffix) => {
            (criterion.parts.iter().filter_map(|part| metrics().iter().find(|d| d.name == *part)).collect(), Some(suffix))
        }
    };
    let first = *parts.first()?;
    if task.multi_label && !first.multi_label {
        let message = format!("`{name}` has no meaning where an item may have several labels");
        problems.push(Problem::at(&call.choice.name_node, message).help("use a metric of single labels' confusions with `average`"));
        return None;
    }
    let before = problems.len();
    let options: Vec<&str> = [
        ("average", takes_average(first)),
        ("classes", suffix.is_some() && takes_average(first)),
        ("k", first.reads == Reads::TopK),
        ("of", first.reads == Reads::Probabilities),
        ("method", matches!(suffix, Some("difference" | "ratio"))),
        ("agg", parts.len() > 1),
    ]
    .into_iter()
    .filter_map(|(option, taken)| taken.then_some(option))
    .chain(first.parameter.map(|parameter| parameter.name))
    .collect();
    check_options(call, &options, problems);
    let option = |name: &str| options.contains(&name).then(|| call.choice.options.get(name)).flatten();
    let (classes, k, method, agg) = (option("classes"), option("k"), option("method"), option("agg"));
    let average = option("average").and_then(|node| average(node, first, task, problems));

    let parameter = match first.parameter {
        Some(parameter) => parameter_of(&parameter, option(parameter.name), call, problems),
        None => Some(0.0),
    };
    let link = option("of").and_then(|node| word(node, problems, &[("sigmoid", Link::Sigmoid), ("softmax", Link::Softmax)]));
    let input = match first.reads {
        Reads::Decisions => Some(Input::Decisions),
        Reads::TopK => top_k(k, call, task, problems).map(Input::TopK),
        Reads::Scores => Some(Input::Scores),
        Reads::Probabilities => Some(Input::Probabilities { of: link.unwrap_or(Link::Score), bins: 0, wanted: Wanted::Nothing }),
    };
    let spread = classes.and_then(|node| spread(node, problems));
    // An `average` that is no reading has been refused already.
    let average = match (option("average"), average) {
        (Some(_), None) => None,
        _ => average_of(call, first, task, average, spread, suffix.is_some(), problems),
    };
    let over = match suffix {
        None => None,
        Some(suffix) => Some(over(call, suffix, method, agg, parts.len(), spread, problems)?),
    };
    if problems.len() > before {
        return None;
    }
    let (input, average, parameter) = (input?, average?, parameter?);
    let input = match (input, average) {
        (Input::Scores, Average::Positive(_)) => Input::PositiveScore,
        (Input::Probabilities { of, .. }, average) => {
            let wanted = match average {
                Average::Whole => Wanted::Nothing,
                Average::Positive(class) => Wanted::Positive(class),
                _ => Wanted::All,
            };
            Input::Probabilities { of, bins: if wanted == Wanted::Nothing { parameter as u32 } else { 0 }, wanted }
        }
        (input, _) => input,
    };
    let direction = match over.map(|over| over.reduction) {
        None | Some(Reduction::GroupMin | Reduction::GroupMax | Reduction::MeanOverGroups | Reduction::EquityScaled) => first.direction,
        Some(Reduction::Difference(_) | Reduction::MeanAbsDifference | Reduction::GroupStd | Reduction::GroupCv | Reduction::Gini) => {
            Direction::Lower
        }
        Some(Reduction::Ratio(_)) => Direction::Higher,
    };
    Some(Metric {
        name: call.name.clone().unwrap_or_else(|| name.to_owned()),
        parameters: parameters(call),
        direction,
        by: call.by.clone(),
        input,
        average,
        over,
        task,
        parts,
        parameter,
    })
}

/// The number that a metric is given, checked.
fn parameter_of(parameter: &Parameter, written: Option<&Node>, call: &MetricCall, problems: &mut Problems) -> Option<f64> {
    let name = parameter.name;
    let Some(node) = written else {
        if parameter.default.is_none() {
            let metric = &call.choice.name;
            let problem = Problem::at(&call.choice.name_node, format!("`{metric}` needs `{name}`"));
            problems.push(problem.help(format!("write `{{{metric}: {{{name}: 2}}}}`")));
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
fn parameters(call: &MetricCall) -> String {
    let mut choice = call.choice.clone();
    if let Content::Map(entries) = &mut choice.options.value {
        entries.sort_by(|a, b| a.0.text.cmp(&b.0.text));
    }
    choice.label()
}

fn takes_average(definition: &Definition) -> bool {
    matches!(definition.compute, Compute::Class { .. } | Compute::Rank(_) | Compute::Belief(_))
}

fn average(node: &Node, definition: &Definition, task: Task, problems: &mut Problems) -> Option<Average> {
    let mut words = vec![("macro", Average::Macro), ("weighted", Average::Weighted), ("per_class", Average::PerClass)];
    if let Compute::Class { samples, .. } = definition.compute {
        words.push(("micro", Average::Micro));
        if samples.is_some() && (task.multi_label || definition.reads == Reads::TopK) {
            words.push(("samples", Average::Samples));
        }
    }
    if let Some(positive) = task.positive {
        words.push(("binary", Average::Positive(positive)));
    }
    word(node, problems, &words)
}

/// `classes:` of a reduction: the outer option says whether it is `macro`, the inner one what it combines by.
#[derive(Clone, Copy)]
enum Spread {
    Macro,
    Reduced(Option<Combine>),
}

fn spread(node: &Node, problems: &mut Problems) -> Option<Spread> {
    word(
        node,
        problems,
        &[
            ("mean", Spread::Reduced(Some(Combine::Mean))),
            ("max", Spread::Reduced(Some(Combine::Max))),
            ("min", Spread::Reduced(Some(Combine::Min))),
            ("per_class", Spread::Reduced(None)),
            ("macro", Spread::Macro),
        ],
    )
}

fn average_of(
    call: &MetricCall,
    definition: &Definition,
    task: Task,
    average: Option<Average>,
    spread: Option<Spread>,
    reduced: bool,
    problems: &mut Problems,
) -> Option<Average> {
    let node = &call.choice.name_node;
    if !takes_average(definition) {
        if spread.is_some() {
            problems.push(Problem::at(node, format!("`{}` is one number of all classes: it takes no `classes`", call.choice.name)));
        }
        return Some(if let Compute::Whole(_) | Compute::Share(..) = definition.compute { Average::Whole } else { Average::Macro });
    }
    match (average, spread) {
        (Some(_), Some(_)) => {
            problems.push(Problem::at(node, "`average` and `classes` are two readings: give one of them"));
            None
        }
        (Some(average), None) => Some(average),
        (None, Some(Spread::Macro)) => Some(Average::Macro),
        (None, Some(Spread::Reduced(_))) => Some(Average::PerClass),
        (None, None) => match task.positive {
            Some(positive) if !task.multi_label && definition.reads != Reads::TopK => Some(Average::Positive(positive)),
            _ => {
                problems.push(ambiguous(call, definition, task, reduced));
                None
            }
        },
    }
}

/// The error of a bare name that has several readings.
fn ambiguous(call: &MetricCall, definition: &Definition, task: Task, reduced: bool) -> Problem {
    let mut averages = vec!["macro", "weighted", "per_class"];
    if let Compute::Class { samples, .. } = definition.compute {
        averages.insert(1, "micro");
        if samples.is_some() && (task.multi_label || definition.reads == Reads::TopK) {
            averages.insert(2, "samples");
        }
    }
    let name = &call.choice.name;
    let mut readings = format!("say which: `{{{name}: {{average: {}}}}}`", averages.join(" | "));
    if reduced {
        readings
            .push_str(&format!(" (the gap of an average), or `{{{name}: {{classes: mean | max | per_class}}}}` (the gaps of the classes)"));
    }
    if task.positive.is_none() && !task.multi_label && definition.reads != Reads::TopK {
        readings.push_str("; or give the evaluation a `positive:` class");
    }
    Problem::at(&call.choice.name_node, format!("`{name}` has several readings with {} classes", task.classes)).help(readings)
}

fn over(
    call: &MetricCall,
    suffix: &str,
    method: Option<&Node>,
    agg: Option<&Node>,
    parts: usize,
    spread: Option<Spread>,
    problems: &mut Problems,
) -> Option<Over> {
    let against = match method {
        Some(node) => word(node, problems, &[("between_groups", Against::Groups), ("to_overall", Against::Overall)])?,
        None => Against::Groups,
    };
    let reduction = match suffix {
        "difference" => Reduction::Difference(against),
        "ratio" => Reduction::Ratio(against),
        "group_min" => Reduction::GroupMin,
        "mean_abs_difference" => Reduction::MeanAbsDifference,
        "group_std" => Reduction::GroupStd,
        "group_cv" => Reduction::GroupCv,
        "gini" => Reduction::Gini,
        "equity_scaled" => Reduction::EquityScaled,
        "mean_over_groups" => Reduction::MeanOverGroups,
        _ => Reduction::GroupMax,
    };
    let worst = if reduction.grows() { Combine::Max } else { Combine::Min };
    let parts = match agg {
        Some(node) => word(node, problems, &[("worst_case", worst), ("mean", Combine::Mean), ("sum", Combine::Sum)])?,
        None if parts == 1 => worst,
        None => {
            let name = &call.choice.name;
            let problem = Problem::at(&call.choice.name_node, format!("`{name}` has several readings"));
            problems.push(problem.help(format!("say which: `{{{name}: {{agg: worst_case | mean | sum}}}}` (fairlearn's is worst_case)")));
            return None;
        }
    };
    let classes = match spread {
        Some(Spread::Reduced(combine)) => combine,
        _ => None,
    };
    Some(Over { reduction, parts, classes })
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
fn check_options(call: &MetricCall, known: &[&str], problems: &mut Problems) {
    let Content::Map(entries) = &call.choice.options.value else { return };
    for (key, _) in entries.iter().filter(|(key, _)| !known.contains(&key.text.as_str())) {
        let problem = Problem::at_place(&key.place, format!("unknown option `{}` of `{}`", key.text, call.choice.name));
        problems.push(problem.help(did_you_mean(&key.text, known.iter().copied().chain(["as", "by"]))));
    }
}

/// How much a value rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Support {
    /// Items that count.
    pub items: f64,
    /// Positive items, or item-label pairs, where the metric has positives.
    pub positives: Option<f64>,
    /// Negative items, or item-label pairs, where the metric has negatives.
    pub negatives: Option<f64>,
}

impl Metric {
    /// Whether there is one number a class.
    pub fn per_class(&self) -> bool {
        self.average == Average::PerClass && self.over.is_none_or(|over| over.classes.is_none())
    }

    /// What the value of a tally (of one class, where there is one a class) rests on.
    pub fn support(&self, tally: &Tally, class: Option<usize>) -> Support {
        let ranks = !matches!(self.input, Input::Decisions | Input::TopK(_));
        let sides: Vec<(f64, f64)> = match self.input {
            Input::Decisions | Input::TopK(_) => tally.cells.iter().map(|cell| (cell.positives(), cell.negatives())).collect(),
            Input::Scores | Input::PositiveScore => tally.sweeps.iter().map(|sweep| (sweep.positives, sweep.negatives)).collect(),
            Input::Probabilities { .. } => tally.beliefs.iter().map(|belief| (belief.positives, belief.negatives)).collect(),
        };
        let one = match (class, self.average) {
            (Some(class), _) => sides.get(class),
            (None, Average::Positive(class)) => sides.get(if ranks { 0 } else { class }),
            (None, _) if self.task.multi_label => None,
            (None, _) => self.task.positive.filter(|_| !ranks).and_then(|class| sides.get(class)),
        };
        let pairs = || sides.iter().fold((0.0, 0.0), |sum, side| (sum.0 + side.0, sum.1 + side.1));
        let side = one.copied().or_else(|| self.task.multi_label.then(pairs));
        let items = match (class, side) {
            (Some(_), Some((positives, negatives))) => positives + negatives,
            _ => tally.items,
        };
        Support { items, positives: side.map(|side| side.0), negatives: side.map(|side| side.1) }
    }

    /// The values of one group, appended: one, or one a class.
    pub fn push_values(&self, part: usize, tally: &Tally, policy: Policy, values: &mut Vec<Value>) {
        let definition = self.parts[part];
        if tally.items <= 0.0 && definition.name != "count" {
            let classes = if self.average == Average::PerClass { tally.classes() } else { 1 };
            values.extend(std::iter::repeat_n(Err(Undefined::from(Cause::NoItems)), classes));
            return;
        }
        match definition.compute {
            Compute::Whole(of) => values.push(of(tally)),
            Compute::Share(of, cause) => {
                let (part, whole) = of(tally);
                values.push(ratio(part, whole, cause));
            }
            Compute::OfClasses(combine, of) => values.push(combined(combine, &tally.cells, of, policy)),
            Compute::MeanOfRanks(of) => values.push(mean(&tally.sweeps, of, policy)),
            Compute::Rank(of) => match self.average {
                // The lens of a positive class holds that class alone.
                Average::Positive(_) => values.push(tally.sweeps.first().map_or(Err(Cause::NoItems.into()), of)),
                Average::PerClass => values.extend(tally.sweeps.iter().map(of)),
                Average::Weighted => values.push(weighted(&tally.sweeps, of, |sweep: &Sweep| sweep.positives)),
                _ => values.push(mean(&tally.sweeps, of, policy)),
            },
            Compute::Belief(of) => match self.average {
                // So does that of its probability.
                Average::Positive(_) => values.push(tally.beliefs.first().map_or(Err(Cause::NoItems.into()), of)),
                Average::PerClass => values.extend(tally.beliefs.iter().map(of)),
                Average::Weighted => values.push(weighted(&tally.beliefs, of, |belief: &Belief| belief.positives)),
                _ => values.push(mean(&tally.beliefs, of, policy)),
            },
            Compute::Class { of, samples } => match (self.average, samples) {
                (Average::Positive(class), _) => values.push(of.value(&tally.cells[class], self.parameter)),
                (Average::PerClass, _) => values.extend(tally.cells.iter().map(|cell| of.value(cell, self.parameter))),
                (Average::Weighted, _) => values.push(weighted(&tally.cells, |cell| of.value(cell, self.parameter), Confusion::positives)),
                (Average::Samples, Some(samples)) if tally.samples.items > 0.0 => {
                    let mean = samples(&tally.samples);
                    values.push(ratio(mean.sum, mean.weight, Cause::NoPositives));
                }
                // With single labels every item has one label, so that the mean over items is that over item-label pairs.
                (Average::Micro | Average::Samples, _) => values.push(of.value(&micro(&tally.cells), self.parameter)),
                _ => values.push(mean(&tally.cells, |cell| of.value(cell, self.parameter), policy)),
            },
        }
    }

    /// What a value is a share of, where it is one and every item counts at most once: the items that count, and all that could.
    pub fn share(&self, part: usize, tally: &Tally, class: usize) -> Option<(f64, f64)> {
        match (self.parts[part].compute, self.average) {
            (Compute::Share(of, _), _) => Some(of(tally)),
            (Compute::Class { of: Of::Share(of, _), .. }, Average::Positive(class)) => Some(of(&tally.cells[class])),
            (Compute::Class { of: Of::Share(of, _), .. }, Average::PerClass) => Some(of(&tally.cells[class])),
            _ => None,
        }
    }

    /// The least and the largest value of a part.
    pub fn range(&self, part: usize) -> (f64, f64) {
        self.parts[part].range
    }

    /// How many classes the values of a part are of; 1 where several make one number.
    pub fn width(&self, tally: &Tally) -> usize {
        if self.average == Average::PerClass { tally.classes() } else { 1 }
    }

    /// How many parts there are: two for a criterion such as equalized odds.
    pub fn parts(&self) -> usize {
        self.parts.len()
    }
}

fn micro(cells: &[Confusion]) -> Confusion {
    let mut sum = Confusion::default();
    cells.iter().for_each(|cell| sum.add(cell));
    sum
}

fn mean<T>(classes: &[T], of: impl Fn(&T) -> Value, policy: Policy) -> Value {
    combined(Combine::Mean, classes, of, policy)
}

fn combined<T>(combine: Combine, classes: &[T], of: impl Fn(&T) -> Value, policy: Policy) -> Value {
    combine.of(classes.iter().enumerate().map(|(class, item)| of(item).map_err(|undefined| undefined.in_class(class))), policy)
}

/// Classes without positives have no weight, so that it does not matter whether they have a value.
fn weighted<T>(classes: &[T], of: impl Fn(&T) -> Value, support: impl Fn(&T) -> f64) -> Value {
    let (mut sum, mut total) = (0.0, 0.0);
    for (class, item) in classes.iter().enumerate().filter(|(_, item)| support(item) > 0.0) {
        sum += support(item) * of(item).map_err(|undefined| undefined.in_class(class))?;
        total += support(item);
    }
    ratio(sum, total, Cause::NoPositives)
}
