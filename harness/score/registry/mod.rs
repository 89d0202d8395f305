//! Every metric, one small definition each, in families. Names are scikit-learn's and fairlearn's.

mod criteria;
mod elsewhere;
mod flips;
mod inequality;
mod items;
mod matches;
mod neighbours;
mod presets;
mod probabilities;
mod ranks;
mod rates;
mod suffixes;
mod together;
mod top_k;

use std::sync::LazyLock;

pub(in crate::score) use elsewhere::COMPLEMENT;
pub use elsewhere::{Elsewhere, SHORT};
pub use presets::Preset;
pub use suffixes::Suffix;
pub use together::changes;

use super::measurement::Direction::{self, Higher, Lower, Neutral};
use super::value::{Cause, Value, ratio};
use crate::score::breakdown::combine::Combine;
use crate::score::interval::errors::Errors;
use crate::score::interval::mistakes::Mistakes;
use crate::score::interval::rise::Rise;
use crate::score::lens::probability::Bins;
use crate::score::lens::roc::Seek;
use crate::score::lens::tally::{Belief, Bin, Confusion, Mean, Samples, Sweep, Tally};
use crate::score::lens::together::Together;

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// Its name.
    pub name: &'static str,
    /// Its formula, in words and symbols.
    pub formula: &'static str,
    /// Its least and largest value.
    pub range: (f64, f64),
    /// Which way is better.
    pub direction: Direction,
    /// When it has no value.
    pub undefined: &'static str,
    /// Where the definition comes from.
    pub source: &'static str,
    /// What others call it: names with commas between, notes in parentheses.
    pub peers: &'static [(&'static str, &'static str)],
    /// What it reads.
    pub reads: Reads,
    /// Whether it also has a meaning where an item may have several labels.
    pub multi_label: bool,
    /// The number that it is given beside the items, if it takes one.
    pub parameter: Option<Parameter>,
    /// How it is computed.
    pub compute: Compute,
}

/// What a metric reads of an item beside what is true of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// The decisions of the evaluation's rule.
    Decisions,
    /// The decisions about an item and its nearest ones by their vectors.
    Neighbours,
    /// The k classes of the largest scores, whatever the rule.
    TopK,
    /// Whether anything was decided.
    Answers,
    /// Which of some classes are among the k of the largest scores.
    Associations,
    /// The scores.
    Scores,
    /// The scores, along rankings whose totals are counted first.
    Roc,
    /// The scores as probabilities.
    Probabilities,
    /// The decisions, class by class against what is true.
    Confusions,
    /// The scores of one class, of one group beside those of others.
    Crossings,
    /// The decisions about both images of a counterfactual pair.
    Flips,
    /// The probabilities of both images of a counterfactual pair.
    Shifts,
}

impl Definition {
    /// Whether it is about one class, whatever the number of classes.
    pub fn is_binary(&self) -> bool {
        self.reads == Reads::Neighbours || self.compute.is_binary()
    }

    /// How its numbers err; `parameter` is that of the metric, if it has one.
    pub fn errors(&self, parameter: f64) -> Errors {
        match self.compute {
            Compute::Rank(_, errors) | Compute::MeanOfRanks(_, errors) | Compute::Belief(_, errors) => errors,
            Compute::Roc(seek) if seek(parameter) == Seek::Precision(parameter) => Errors::OfOdds,
            // Rankings of the items of two sides.
            Compute::Outside(_) => Errors::OfShare,
            Compute::Calibration { .. } => Errors::OfDistance,
            Compute::Class { of: Of::Mistakes(_), .. } => Errors::OfMistakes,
            Compute::OfClasses(..) => Errors::OfClasses,
            Compute::Loss { .. } => Errors::Proportional,
            _ => Errors::AsDrawn,
        }
    }
}

/// A number that a metric is given beside the items.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// The option's name.
    pub name: &'static str,
    /// The number where none is written; without one, it must be.
    pub default: Option<f64>,
    /// The least and the largest number.
    pub range: (f64, f64),
    /// Whether it is a whole number.
    pub whole: bool,
}

/// How a metric is computed.
#[derive(Clone, Copy, Debug)]
pub enum Compute {
    /// From the confusion of one class against the rest; `average` says what several classes make, `samples` is its mean over items.
    Class {
        /// Of one class.
        of: Of,
        /// Averaged over multi-label items, where that exists.
        samples: Option<fn(&Samples) -> Mean>,
    },
    /// The mean, or the worst, over all classes of a number of one class against the rest.
    OfClasses(Combine, Of),
    /// A share of the items: those that count, and all that could; and why there is none.
    Share(fn(&Tally) -> (f64, f64), Cause),
    /// From all counts at once.
    Whole(fn(&Tally) -> Value),
    /// The mean over items of what each is wrong by.
    Loss {
        /// That mean.
        of: fn(&Tally) -> Value,
        /// The most that an item of so many classes can be wrong by.
        most: fn(usize) -> f64,
    },
    /// From one class's ranking against the rest, and how that errs; `average` says what several classes make.
    Rank(fn(&Sweep) -> Value, Errors),
    /// What is looked for along one class's ranking against the rest, given the metric's parameter; `average` says what several classes
    /// make.
    Roc(fn(f64) -> Seek),
    /// The mean over all classes of a number of one class's ranking, and how that errs.
    MeanOfRanks(fn(&Sweep) -> Value, Errors),
    /// From one class's probabilities, and how that errs; `average` says what several classes make.
    Belief(fn(&Belief) -> Value, Errors),
    /// From bins of how likely something was held.
    Calibration {
        /// Of one set of bins.
        of: fn(&[Bin]) -> Value,
        /// What the bins are, given the metric's parameter.
        bins: fn(u32) -> Bins,
        /// Whether they are of one class's probability (`average` says what several classes make), and not of the confidence of all.
        each: bool,
    },
    /// A number of one class that takes the counts of all; `average` says what several classes make.
    ClassOf(fn(&Tally, usize) -> Value),
    /// From the sums of a group beside those of the other groups.
    Outside(fn(&Tally) -> Value),
    /// From the sums of a group and those of all items, and the positive class.
    Against {
        /// Of the group, all items, and the class.
        of: fn(&Tally, &Tally, usize) -> Value,
        /// Whether it is about the positive class.
        binary: bool,
    },
    /// From how far the rates of false positives and negatives of each class are from those of all items, as a share of these: a mean over
    /// classes of that.
    Changes {
        /// Of the classes that have such numbers.
        of: fn(&[(f64, f64)]) -> f64,
        /// How many classes it takes.
        least: usize,
    },
    /// From the sums of all groups together: one number over groups.
    Groups {
        /// Of the groups.
        of: fn(&Together<'_>) -> Value,
        /// Whether groups that do not differ still give a number above that of no gap, so that a null belongs to it.
        gap: bool,
        /// Whether it is about the positive class.
        binary: bool,
    },
}

/// A number of one class's confusion.
#[derive(Clone, Copy, Debug)]
pub enum Of {
    /// A share of the items: those that count, and all that could; and why there is none.
    Share(fn(&Confusion) -> (f64, f64), Cause),
    /// What rises with a share of the items.
    Rising {
        /// The number.
        of: fn(&Confusion) -> Value,
        /// The share: items that count, and all that could.
        share: fn(&Confusion) -> (f64, f64),
        /// The number where that share is another.
        rise: Rise,
    },
    /// Anything else.
    Other(fn(&Confusion) -> Value),
    /// Anything else, given the metric's parameter.
    With(fn(&Confusion, f64) -> Value),
    /// From what shares of the items are missed and falsely alarmed, given the metric's parameter.
    Mistakes(fn(Mistakes, f64) -> Value),
}

impl Compute {
    /// Whether it is of positives, and of negatives, where it is a number of what is said of either: what it has no value without.
    pub fn sides(self) -> Option<(bool, bool)> {
        let Self::Belief(of, _) = self else { return None };
        let positives = Belief { positives: 2.0, in_positives: 1.0, ..Belief::default() };
        let negatives = Belief { negatives: 2.0, in_negatives: 1.0, ..Belief::default() };
        Some((of(&negatives).is_err(), of(&positives).is_err()))
    }

    /// Whether it is one number over groups already.
    pub fn is_over_groups(self) -> bool {
        matches!(self, Self::Groups { .. })
    }

    /// Whether it sets groups against each other or against all items.
    pub fn compares(self) -> bool {
        matches!(self, Self::Groups { .. } | Self::Against { .. } | Self::Changes { .. } | Self::Outside(_))
    }

    /// Whether it is about one class, whatever the number of classes.
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Groups { binary: true, .. } | Self::Against { binary: true, .. } | Self::Outside(_))
    }
}

impl Of {
    /// The number; `parameter` is that of the metric, if it has one.
    pub fn value(self, confusion: &Confusion, parameter: f64) -> Value {
        match self {
            Self::Share(of, cause) => {
                let (part, whole) = of(confusion);
                ratio(part, whole, cause)
            }
            Self::Other(of) | Self::Rising { of, .. } => of(confusion),
            Self::With(of) => of(confusion, parameter),
            Self::Mistakes(of) => of(Mistakes::of(confusion).ok_or(Cause::NoItems)?, parameter),
        }
    }

    /// The share that it is or rises with, if any, and how.
    pub fn share(self, confusion: &Confusion) -> Option<((f64, f64), Rise)> {
        match self {
            Self::Share(of, _) => Some((of(confusion), Rise::ITSELF)),
            Self::Rising { share, rise, .. } => Some((share(confusion), rise)),
            Self::Other(_) | Self::With(_) | Self::Mistakes(_) => None,
        }
    }
}

/// A fairness criterion that has a name of its own: a gap in one metric, or in two of them.
#[derive(Debug)]
pub struct Criterion {
    /// The name, to which `_difference`, `_ratio` or `_disparity` is added.
    pub name: &'static str,
    /// The metrics whose gaps it is made of; where there are two, `agg` says how they are put together.
    pub parts: &'static [&'static str],
    /// Where it comes from.
    pub source: &'static str,
    /// What others call it: names with commas between, notes in parentheses.
    pub peers: &'static [(&'static str, &'static str)],
}

/// Metrics of one kind.
#[derive(Debug)]
pub struct Family {
    /// What they have in common.
    pub title: &'static str,
    /// The metrics.
    pub metrics: &'static [Definition],
}

/// All metrics by kind.
pub fn families() -> &'static [Family] {
    &[
        Family { title: "decisions, one number of all classes", metrics: items::ITEMS },
        Family { title: "decisions, one class against the rest", metrics: rates::RATES },
        Family { title: "how unequally right and wrong decisions fall on items", metrics: inequality::INEQUALITY },
        Family { title: "decisions about items that are alike", metrics: neighbours::NEIGHBOURS },
        Family { title: "the k classes of the largest scores", metrics: top_k::TOP_K },
        Family { title: "rankings by score", metrics: ranks::RANKS },
        Family { title: "probabilities and calibration", metrics: probabilities::PROBABILITIES },
        Family { title: "counterfactual pairs", metrics: flips::FLIPS },
        Family { title: "verification pairs", metrics: matches::MATCHES },
        Family { title: "all groups together, or one against all items", metrics: together::TOGETHER },
    ]
}

/// All metrics.
pub fn metrics() -> &'static [Definition] {
    static ALL: LazyLock<Vec<Definition>> = LazyLock::new(|| families().iter().flat_map(|family| family.metrics).copied().collect());
    &ALL
}

/// All criteria.
pub fn criteria() -> &'static [Criterion] {
    criteria::CRITERIA
}

/// All calls that have a name of their own.
pub fn presets() -> &'static [Preset] {
    presets::PRESETS
}

/// All names that only others use, beside those in `peers`.
pub fn elsewhere() -> &'static [Elsewhere] {
    elsewhere::ELSEWHERE
}

/// All reductions over groups.
pub fn suffixes() -> &'static [Suffix] {
    suffixes::SUFFIXES
}

const SKLEARN: &str = "scikit-learn 1.x, sklearn.metrics";
const FAIRLEARN: &str = "fairlearn 0.15, fairlearn.metrics";
const CONFUSION: &str = "Fawcett (2006), An introduction to ROC analysis";

const RECALL: Of = Of::Share(|c| (c.true_positive, c.positives()), Cause::NoPositives);
