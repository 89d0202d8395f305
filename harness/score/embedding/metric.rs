//! A metric of embeddings as an evaluation calls it.

use std::f64::consts::SQRT_2;

use super::options::{Deviation, Distance, Options};
use super::permutation::Alternative;
use super::registry::{Compute, Definition, Errors, Opt};
use crate::score::breakdown::combine::Combine;
use crate::score::breakdown::reduction::Reduction;
use crate::score::compare::resampled::Errs;
use crate::score::measurement::Direction;
use crate::score::metric::{check_options, parameters};
use crate::score::registry::Suffix;
use crate::spec::decode::{Decode, word};
use crate::spec::evaluation::{MetricCall, Written};
use crate::spec::node::Node;
use crate::spec::problem::{Problem, Problems};

/// The reductions over groups that numbers of embeddings have: those that a number below 0 leaves their meaning.
pub const SUFFIXES: &[&str] = &["difference", "group_min", "group_max", "mean_abs_difference", "group_std", "mean_over_groups"];

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
    /// What it is.
    pub definition: &'static Definition,
    /// The options that it was given.
    pub options: Options,
    /// The reduction over groups, if it is one.
    pub over: Option<Reduction>,
}

impl Opt {
    /// The option's key.
    pub fn key(self) -> &'static str {
        match self {
            Self::Distance => "metric",
            Self::K => "k",
            Self::Pairs => "pairs",
            Self::Permutations => "permutations",
            Self::Alternative => "alternative",
            Self::Deviation => "sd",
            Self::Debiased => "debiased",
        }
    }

    /// What may be written, and what stands for nothing written.
    pub fn words(self) -> &'static str {
        match self {
            Self::Distance => "metric: cosine | euclidean, must be given",
            Self::K => "k: a whole number, must be given",
            Self::Pairs => "pairs: mean (default) | max | min | per_pair",
            Self::Permutations => "permutations: 10000 by default",
            Self::Alternative => "alternative: greater (default) | less | two_sided",
            Self::Deviation => "sd: attributes (default) | concept",
            Self::Debiased => "debiased: false (default) | true",
        }
    }

    /// Whether the metric has no meaning without it, with what to write.
    fn missing(self) -> Option<&'static str> {
        match self {
            Self::Distance => Some("metric: cosine | euclidean"),
            Self::K => Some("k: 10"),
            _ => None,
        }
    }

    fn read(self, node: &Node, options: &mut Options, problems: &mut Problems) -> Option<()> {
        match self {
            Self::Distance => {
                options.distance = Distance::decode(node, problems)?;
            }
            Self::K => options.k = at_least(1, node, problems)? as usize,
            Self::Pairs => {
                let combine = |combine| Some(combine);
                let words =
                    [("mean", combine(Combine::Mean)), ("max", combine(Combine::Max)), ("min", combine(Combine::Min)), ("per_pair", None)];
                options.pairs = word(node, problems, &words)?;
            }
            Self::Permutations => options.permutations = at_least(100, node, problems)?,
            Self::Alternative => {
                let words = [("greater", Alternative::Greater), ("less", Alternative::Less), ("two_sided", Alternative::TwoSided)];
                options.alternative = word(node, problems, &words)?;
            }
            Self::Deviation => {
                options.deviation = word(node, problems, &[("concept", Deviation::Concept), ("attributes", Deviation::Attributes)])?;
            }
            Self::Debiased => options.debiased = bool::decode(node, problems)?,
        }
        Some(())
    }
}

fn at_least(least: u32, node: &Node, problems: &mut Problems) -> Option<u32> {
    let number = u32::decode(node, problems)?;
    if (least..=1_000_000).contains(&number) {
        return Some(number);
    }
    problems.push(Problem::at(node, format!("`{number}` is out of range: must be between {least} and 1000000")));
    None
}

/// Resolves a call of a metric, or of one reduced over groups; says what is wrong with its options.
pub fn resolve(
    call: &MetricCall,
    definition: &'static Definition,
    suffix: Option<&'static Suffix>,
    problems: &mut Problems,
) -> Option<Metric> {
    let before = problems.len();
    let keys: Vec<&str> = definition.options.iter().map(|option| option.key()).collect();
    check_options(call, &keys, problems);
    let mut options = Options::default();
    for option in definition.options {
        match (call.choice.options.get(option.key()), option.missing()) {
            (Some(node), _) => drop(option.read(node, &mut options, problems)),
            (None, Some(written)) => {
                let name = &call.choice.name;
                let problem = Problem::at(&call.choice.name_node, format!("`{name}` needs `{}`", option.key()));
                problems.push(problem.help(format!("write `{{{name}: {{{written}}}}}`")));
            }
            (None, None) => {}
        }
    }
    if let (true, Some(by)) = (definition.compute.of_sets(), &call.by) {
        let message = format!("`{}` is about the concepts of `sets`, and takes no `by`", call.choice.name);
        problems.push(Problem::at(&by.node, message));
    }
    let over = suffix.map(|suffix| suffix.reduction);
    let direction = over.map_or(definition.direction, |over| over.direction(definition.direction));
    (problems.len() == before).then(|| Metric {
        name: call.name.clone().unwrap_or_else(|| call.choice.name.clone()),
        parameters: parameters(call),
        direction,
        by: call.by.clone(),
        definition,
        options,
        over,
    })
}

impl Metric {
    /// Whether all items together have a number.
    pub fn overall(&self) -> bool {
        self.over.is_none() && matches!(self.definition.compute, Compute::Group(_, true) | Compute::Models(_))
    }

    /// Whether each group has a number.
    pub fn per_group(&self) -> bool {
        self.over.is_none() && matches!(self.definition.compute, Compute::Group(..) | Compute::Models(_))
    }

    /// Its least and largest value.
    pub fn range(&self) -> (f64, f64) {
        self.over.map_or(self.definition.range, |over| over.limits(self.definition.range))
    }

    /// How it errs, where sums of it are made.
    pub(in crate::score) fn errs(&self) -> Errs {
        let pairs = if matches!(self.definition.compute, Compute::Pair(_)) { self.options.pairs } else { None };
        match (self.over, pairs, self.definition.errors) {
            (Some(over), ..) if over.is_extreme() => Errs::OneSided,
            (_, Some(Combine::Max | Combine::Min), _) | (.., Errors::OfDistance | Errors::OfNearest) => Errs::OneSided,
            (.., Errors::Centred) => Errs::By(1.0),
            (.., Errors::OfPairs) => Errs::Further(SQRT_2),
            (.., Errors::Shifted | Errors::Proportional) => Errs::By(2.0),
            (.., Errors::Skewed) => Errs::By(0.0),
        }
    }
}
