//! `evaluate:`: what is scored on which split, per which groups, decided how, by which metrics.

use super::calibrate::Calibrate;
use super::decide::Decide;
use super::decode::{Choice, Decode, Fields, expected, one_or_many, those_read, word};
use super::distort::Distort;
use super::embed::Embed;
use super::node::{Key, Node, Value};
use super::pairs::Pairs;
use super::problem::{Problem, Problems};
use super::sets::Sets;
use super::target::LabelSets;
use super::uncertainty::Uncertainty;

/// One entry of `evaluate:`. Names in it (groups, classes, metrics) are checked against data and registry by the room that knows those.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The models that are scored; `None` for all that can.
    pub models: Option<Vec<Written<String>>>,
    /// The split, `dataset/split`; `None` where the predictions bring their own labels.
    pub data: Option<Written<String>>,
    /// How images become the pairs that are scored; `None` where they are scored one by one.
    pub pairs: Option<Written<Pairs>>,
    /// Which of the items are of which concept, where associations of concepts are measured.
    pub sets: Option<Sets>,
    /// What is done to embeddings before they are measured.
    pub embed: Option<Embed>,
    /// How the images that are scored are made worse; rules are fitted on images as they are.
    pub distort: Option<Written<Distort>>,
    /// What numbers are broken down by: each entry one field, or several for their intersection.
    pub groups: Vec<Written<Vec<String>>>,
    /// The fields whose levels are held fixed: groups are compared within each.
    pub control: Option<Written<Vec<String>>>,
    /// The class that counts as positive, where the metrics are to be read as binary.
    pub positive: Option<Written<String>>,
    /// What is correct, where the model's classes are not the dataset's labels.
    pub target: LabelSets,
    /// How scores are made probabilities before anything reads them.
    pub calibrate: Option<Calibrate>,
    /// How scores become decisions; empty for the decisions that were imported, or the largest score.
    pub decide: Vec<Decide>,
    /// Whether [`Self::decide`] is empty because what is written there is wrong, which has been told.
    pub undecided: bool,
    /// What becomes of items about which nothing was decided.
    pub abstained: Abstained,
    /// From how many items on a group is ranked.
    pub min_count: Option<Written<MinCount>>,
    /// What a mean or a gap does with an undefined part.
    pub undefined: Policy,
    /// Whether a run fails where too few groups are left to say something of all.
    pub insufficient_evidence: Evidence,
    /// What is computed.
    pub metrics: Vec<MetricCall>,
    /// What differs from the study's `uncertainty:`.
    pub uncertainty: Uncertainty,
}

impl Evaluation {
    /// Where one says which split it scores: `data`, or that of its `sets`.
    pub fn split(node: &Node) -> Option<&Node> {
        node.get("data").or_else(|| node.get("sets")?.get("data"))
    }

    /// What it is broken down by, as a whole, by single metrics, by what treats groups differently, and by sets of a field's levels.
    pub fn breakdowns(&self) -> impl Iterator<Item = &Written<Vec<String>>> {
        let of_metrics = self.metrics.iter().filter_map(|call| call.by.as_ref());
        let of_rules = self.decide.iter().filter_map(|decide| decide.rule.by());
        let of_calibration = self.calibrate.iter().filter_map(|calibrate| calibrate.by.as_ref());
        let of_sets = self.sets.iter().flat_map(Sets::fields);
        self.groups.iter().chain(&self.control).chain(of_metrics).chain(of_rules).chain(of_calibration).chain(of_sets)
    }

    /// What groups its metrics compare.
    pub fn compared(&self) -> impl Iterator<Item = &Written<Vec<String>>> {
        self.groups.iter().chain(self.metrics.iter().filter_map(|call| call.by.as_ref()))
    }

    /// The splits that something is fitted on.
    pub fn fitting_splits(&self) -> impl Iterator<Item = &Written<String>> {
        self.calibrate.iter().map(|calibrate| &calibrate.split).chain(self.decide.iter().filter_map(|decide| decide.rule.split()))
    }

    /// What is done to the images that are scored; a severity of 0 is nothing.
    pub fn distorted(&self) -> Option<Distort> {
        self.distort.as_ref().map(|written| written.value).filter(|distort| distort.severity > 0)
    }

    /// The fields that its groups, pairs and label sets are made of, and where each is named; a field that is named several times comes as
    /// often.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Node)> {
        let of_groups = self.breakdowns().flat_map(|entry| entry.value.iter().map(|field| (field.as_str(), &entry.node)));
        let of_pairs = self.pairs.iter().flat_map(|pairs| pairs.value.fields());
        of_groups.chain(of_pairs.chain(self.target.fields()).map(|field| (field.value.as_str(), &field.node)))
    }

    /// Its rules alone: all that another split, which may know nothing of its groups, pairs and label sets, is asked for. Pairs of
    /// verification are what rules decide about: they stay, and so do the groups within which they are made.
    #[must_use]
    pub fn rules(&self) -> Self {
        let pairs = self.pairs.clone().filter(|pairs| matches!(pairs.value, Pairs::Verification(_)));
        let groups = if pairs.is_some() { self.breakdowns().cloned().collect() } else { Vec::new() };
        Self { groups, control: None, pairs, target: LabelSets::default(), metrics: Vec::new(), min_count: None, ..self.clone() }
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

/// What becomes of items about which nothing was decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Abstained {
    /// They count, and are never right.
    #[default]
    Wrong,
    /// Metrics of decisions leave them out.
    Exclude,
    /// They count, are never right, and their share is a metric of its own.
    Report,
}

/// From how many of what on a group is ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MinCount {
    /// Items.
    Rows(u64),
    /// Distinct subjects.
    Subjects(u64),
}

/// What becomes of a run in which a number has too little evidence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Evidence {
    /// It is told.
    #[default]
    Report,
    /// The run fails besides, which needs small groups to be left out.
    Fail,
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
        let data: Option<Written<String>> = fields.optional("data", problems);
        let pairs: Option<Written<Pairs>> = fields.optional("pairs", problems);
        let sets: Option<Sets> = fields.optional("sets", problems);
        let embed = fields.optional("embed", problems);
        let distort = fields.optional("distort", problems);
        let groups = fields.optional_with("groups", problems, breakdowns);
        let control = fields.optional_with("control", problems, breakdown);
        let positive = fields.optional("positive", problems);
        let target = fields.node("target").map(|node| LabelSets::decode(node, problems));
        let calibrate = fields.optional("calibrate", problems);
        let decide_node = fields.node("decide");
        let decide: Option<Vec<Decide>> = decide_node.and_then(|node| those_read(node, problems));
        let abstained = fields.optional_with("abstained", problems, |node, problems| {
            word(node, problems, &[("wrong", Abstained::Wrong), ("exclude", Abstained::Exclude), ("report", Abstained::Report)])
        });
        let min_count = fields.optional("min_count", problems);
        let insufficient_evidence = fields.optional_with("insufficient_evidence", problems, |node, problems| {
            word(node, problems, &[("report", Evidence::Report), ("fail", Evidence::Fail)])
        });
        let undefined = fields.optional_with("undefined", problems, |node, problems| {
            word(node, problems, &[("propagate", Policy::Propagate), ("exclude", Policy::Exclude)])
        });
        let left_out = min_count.is_some() && undefined == Some(Policy::Exclude);
        if let (Some(Evidence::Fail), Some(node), false) = (insufficient_evidence, fields.node("insufficient_evidence"), left_out) {
            let problem = Problem::at(node, "`insufficient_evidence: fail` needs small groups to be left out, and here none are");
            let help = match min_count {
                None => "add `min_count: 20`, below which groups are small, and `undefined: exclude`",
                Some(_) => "add `undefined: exclude`: with `propagate`, a number over small groups is there, and `small`",
            };
            problems.push(problem.help(help));
        }
        let mut metrics: Option<Vec<MetricCall>> = fields.required_with("metrics", problems, |node, problems| match node.value {
            Value::List(_) => those_read(node, problems),
            _ => Vec::decode(node, problems),
        });
        if let Some(node) = fields.node("metrics").filter(|node| matches!(&node.value, Value::List(items) if items.is_empty())) {
            return expected(node, problems, "at least one metric, such as `[accuracy_score]`");
        }
        if let (Some(Abstained::Report), Some(metrics), Some(node)) = (abstained, &mut metrics, fields.node("abstained")) {
            MetricCall::add(ABSTENTION_RATE, node, metrics);
        }
        if let Some(include) = fields.node("uncertainty").and_then(|node| node.get("include")) {
            let problem = Problem::at(include, "`include` is about all evaluations, whose means it says how to trust");
            problems.push(problem.help("write it in the study's own `uncertainty`"));
        }
        let uncertainty = fields.optional("uncertainty", problems);
        fields.finish(problems);
        // Metrics of broken label sets would all be wrong too.
        let target = target.unwrap_or_else(|| Some(LabelSets::default()))?;
        if pairs.is_none() && node.get("pairs").is_some() {
            // Its metrics would be held against single images, which nobody asked for.
            return None;
        }
        if sets.is_none() && node.get("sets").is_some() {
            return None;
        }
        let of_sets = sets.as_ref().and_then(|sets| sets.data.clone());
        if let (Some(_), Some(twice)) = (&data, &of_sets) {
            problems.push(Problem::at(&twice.node, "`data` is written twice").help("leave it out of `sets`, or of the evaluation"));
            return None;
        }
        Some(Self {
            models,
            data: data.or(of_sets),
            pairs,
            sets,
            embed,
            distort,
            groups: groups.unwrap_or_default(),
            control,
            positive,
            target,
            calibrate,
            undecided: decide_node.is_some() && decide.as_ref().is_none_or(Vec::is_empty),
            decide: decide.unwrap_or_default(),
            abstained: abstained.unwrap_or_default(),
            min_count,
            undefined: undefined.unwrap_or_default(),
            insufficient_evidence: insufficient_evidence.unwrap_or_default(),
            metrics: metrics?,
            uncertainty: uncertainty.unwrap_or_default(),
        })
    }
}

fn breakdowns(node: &Node, problems: &mut Problems) -> Option<Vec<Written<Vec<String>>>> {
    match &node.value {
        Value::List(items) => Some(items.iter().filter_map(|item| breakdown(item, problems)).collect()),
        _ => expected(node, problems, "a list of fields (a list inside the list is an intersection)"),
    }
}

pub(super) fn breakdown(node: &Node, problems: &mut Problems) -> Option<Written<Vec<String>>> {
    if let Value::List(items) = &node.value
        && let Some(inner) = items.iter().find(|item| matches!(item.value, Value::List(_)))
    {
        let message = "an intersection is one list of fields, and this is a list in it";
        problems.push(Problem::at(inner, message).help("write `FIELD`, or `[FIELD, FIELD]` for an intersection"));
        return None;
    }
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

/// The metric that `abstained: report` adds.
const ABSTENTION_RATE: &str = "abstention_rate";

impl MetricCall {
    /// Adds a metric that something else asks for, unless it is called already.
    fn add(name: &str, because: &Node, metrics: &mut Vec<Self>) {
        if metrics.iter().all(|call| call.choice.name != name) {
            let options = Node { value: Value::Map(Vec::new()), ..because.clone() };
            let choice = Choice { name: name.to_owned(), name_node: because.clone(), options };
            metrics.push(Self { choice, by: None, name: None });
        }
    }
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

impl Decode for MinCount {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match node.value {
            Value::Integer(0..) => return u64::decode(node, problems).map(Self::Rows),
            Value::Map(_) => {}
            _ => return expected(node, problems, "a whole number from 0 on, or `{subjects: NUMBER}`"),
        }
        let mut fields = Fields::of(node, problems, "`min_count`")?;
        let subjects = fields.required("subjects", problems);
        fields.finish(problems);
        subjects.map(Self::Subjects)
    }
}
