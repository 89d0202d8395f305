//! A metric's values, from the sums of a group, and what they rest on.

use super::{Average, Input, Metric};
use crate::score::breakdown::Grouping;
use crate::score::breakdown::combine::Combine;
use crate::score::breakdown::reduction::Reduction;
use crate::score::interval::errors::Errors;
use crate::score::lens::roc::Roc;
use crate::score::lens::tally::{Belief, Bin, Confusion, Sweep, Tally};
use crate::score::lens::together::Together;
use crate::score::lens::truth::Truth;
use crate::score::registry::{Compute, Reads, changes};
use crate::score::value::{Cause, Undefined, Value, ratio};
use crate::spec::evaluation::Policy;

/// How much a value rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Support {
    /// Items that count.
    pub items: f64,
    /// Positive items, or item-label pairs, where the metric has positives.
    pub positives: Option<f64>,
    /// Negative items, or item-label pairs, where the metric has negatives.
    pub negatives: Option<f64>,
    /// What the smallest of its parts is of: positives for a recall, positives or negatives for equalized odds, whichever are fewer; the items
    /// where that is not told.
    pub fewest: f64,
}

impl Metric {
    /// Whether it is about pairs of an original and its counterfactual.
    pub fn of_pairs(&self) -> bool {
        self.parts.iter().any(|part| matches!(part.reads, Reads::Flips | Reads::Shifts))
    }

    /// Whether it sets what was said of items against what is true of them.
    pub fn reads_labels(&self) -> bool {
        self.truth == Truth::Labels && !self.of_pairs() && !matches!(self.input, Input::Neighbours { .. })
    }

    /// Whether it counts classes against each other.
    pub fn reads_confusions(&self) -> bool {
        self.parts.iter().any(|part| part.reads == Reads::Confusions)
    }

    /// Whether it says nothing of all items together.
    pub fn compares(&self) -> bool {
        self.over.is_some() || self.parts.iter().any(|part| part.compute.compares())
    }

    /// Its value where nothing is there to be found, if it is a gap, a signed difference or a number with a sign.
    pub fn no_effect(&self) -> Option<f64> {
        let Some(over) = self.over else { return (self.limits().0 < 0.0).then_some(0.0) };
        let terms = if over.parts == Combine::Sum { self.parts() as f64 } else { 1.0 };
        Some(terms * over.reduction.no_effect()?)
    }

    /// Whether it is one number over groups without a reduction.
    pub fn is_joint(&self) -> bool {
        self.over.is_some_and(|over| matches!(over.reduction, Reduction::Joint { .. }))
    }

    /// Whether a group's number takes the sums of all items.
    pub fn needs_whole(&self) -> bool {
        self.parts.iter().any(|part| matches!(part.compute, Compute::Against { .. } | Compute::Changes { .. }))
    }

    /// The number of some groups together, each with its place, in an order that knows no names; `None` for a metric that has one a group.
    pub fn together(&self, groups: &[(usize, &Tally)], policy: Policy) -> Option<Value> {
        let Compute::Groups { of, .. } = self.parts.first()?.compute else { return None };
        let empty = groups.iter().find(|(_, tally)| tally.items <= 0.0);
        if let (Some((group, _)), Policy::Propagate) = (empty, policy) {
            return Some(Err(Undefined::from(Cause::NoItems).in_group(*group)));
        }
        let filled: Vec<(usize, &Tally)> = groups.iter().copied().filter(|(_, tally)| tally.items > 0.0).collect();
        if filled.len() < 2 {
            return Some(Err(Cause::FewGroups.into()));
        }
        Some(of(&Together::new(filled, self.parameter, self.task.positive.unwrap_or(0), policy)))
    }

    /// Whether there is one number a class.
    pub fn per_class(&self) -> bool {
        self.average == Average::PerClass && self.over.is_none_or(|over| over.classes.is_none())
    }

    /// Whether there is one number a group (or a level of what is held fixed), and not one over all groups.
    pub fn has_groups(&self, grouping: &Grouping) -> bool {
        grouping.control > 0 || self.over.is_none_or(|over| over.reduction.is_each())
    }

    /// Whether it is how many items there are, which is no estimate of anything.
    pub fn is_count(&self) -> bool {
        self.parts.iter().all(|part| part.name == "count")
    }

    /// What the value of a tally (of one class, where there is one a class) rests on.
    pub fn support(&self, tally: &Tally, class: Option<usize>) -> Support {
        let ranks = !matches!(self.input, Input::Decisions | Input::TopK(_) | Input::TopFrom { .. });
        let sides: Vec<(f64, f64)> = match self.input {
            Input::Decisions | Input::TopK(_) | Input::TopFrom { .. } => {
                tally.cells.iter().map(|cell| (cell.positives(), cell.negatives())).collect()
            }
            Input::Scores | Input::PositiveScore => tally.sweeps.iter().map(|sweep| (sweep.positives, sweep.negatives())).collect(),
            Input::Crossings => vec![(tally.cross.positives, tally.cross.negatives)],
            Input::Roc { .. } => tally.rocs.iter().map(|roc| (roc.positives, roc.negatives)).collect(),
            Input::Shifts { .. } | Input::Neighbours { .. } => Vec::new(),
            Input::Probabilities { .. } => tally.beliefs.iter().map(|belief| (belief.positives, belief.negatives)).collect(),
        };
        let one = match (class, self.average) {
            _ if self.input == Input::Crossings => sides.first(),
            (Some(class), _) => sides.get(class),
            (None, Average::Positive(class)) => sides.get(if ranks { 0 } else { class }),
            (None, _) if self.task.multi_label => None,
            (None, _) => self.task.positive.filter(|_| !ranks).and_then(|class| sides.get(class)),
        };
        let pairs = || sides.iter().fold((0.0, 0.0), |sum, side| (sum.0 + side.0, sum.1 + side.1));
        let side = one.copied().or_else(|| (self.task.multi_label && !sides.is_empty()).then(pairs));
        let items = match (class, side) {
            (Some(_), Some((positives, negatives))) => positives + negatives,
            _ => tally.items,
        };
        let fewest = side.map_or(items, |side| self.fewest(tally, class, side));
        Support { items, positives: side.map(|side| side.0), negatives: side.map(|side| side.1), fewest }
    }

    /// How much there is of what the smallest part is of, of so many positives and negatives.
    fn fewest(&self, tally: &Tally, class: Option<usize>, (positives, negatives): (f64, f64)) -> f64 {
        let one = class.is_some() || self.average != Average::PerClass;
        let of_part = |part: usize| {
            if let Some(sides) = self.parts[part].compute.sides() {
                return match sides {
                    (false, false) => positives + negatives,
                    (true, false) => positives,
                    (false, true) => negatives,
                    (true, true) => positives.min(negatives),
                };
            }
            let own = if one { self.rising(part, tally, class.unwrap_or(0)) } else { None };
            let least = || Some(self.wholes(part, tally)?.into_iter().fold(f64::INFINITY, f64::min));
            own.map(|((_, whole), _)| whole).or_else(least).unwrap_or(positives.min(negatives))
        };
        (0..self.parts.len()).map(of_part).fold(f64::INFINITY, f64::min)
    }

    /// The values of items that are set against no others, appended: one, or one a class.
    pub fn push_values(&self, part: usize, tally: &Tally, policy: Policy, values: &mut Vec<Value>) {
        self.push_values_within(part, tally, tally, policy, values);
    }

    /// The values of one group, appended: one, or one a class. `whole` is what it is set against, if it is.
    pub fn push_values_within(&self, part: usize, tally: &Tally, whole: &Tally, policy: Policy, values: &mut Vec<Value>) {
        let definition = self.parts[part];
        if tally.items <= 0.0 && !self.is_count() {
            let classes = if self.average == Average::PerClass { tally.classes() } else { 1 };
            values.extend(std::iter::repeat_n(Err(Undefined::from(Cause::NoItems)), classes));
            return;
        }
        match definition.compute {
            Compute::Whole(of) | Compute::Loss { of, .. } | Compute::Outside(of) => values.push(of(tally)),
            Compute::Against { of, .. } => values.push(of(tally, whole, self.task.positive.unwrap_or(0))),
            Compute::Changes { of, least } => values.push(changed(of, least, changes(tally, whole), policy)),
            // One number over groups is none of a group.
            Compute::Groups { .. } => values.push(Err(Cause::FewGroups.into())),
            Compute::ClassOf(of) => match self.average {
                Average::Positive(class) => values.push(of(tally, class)),
                Average::PerClass => values.extend((0..tally.cells.len()).map(|class| of(tally, class))),
                _ => values.push(Combine::Mean.of((0..tally.cells.len()).map(|class| of(tally, class)), policy)),
            },
            Compute::Share(of, cause) => {
                let (part, whole) = of(tally);
                values.push(ratio(part, whole, cause));
            }
            Compute::OfClasses(combine, of) => values.push(combined(combine, &tally.cells, |cell| of.value(cell, self.parameter), policy)),
            Compute::MeanOfRanks(of, _) => values.push(mean(&tally.sweeps, of, policy)),
            Compute::Rank(of, _) => match self.average {
                // The lens of a positive class holds that class alone.
                Average::Positive(_) => values.push(tally.sweeps.first().map_or(Err(Cause::NoItems.into()), of)),
                Average::PerClass => values.extend(tally.sweeps.iter().map(of)),
                Average::Weighted => values.push(weighted(&tally.sweeps, of, |sweep: &Sweep| sweep.positives, policy)),
                _ => values.push(mean(&tally.sweeps, of, policy)),
            },
            Compute::Roc(_) => match self.average {
                Average::Positive(_) => values.push(tally.rocs.first().map_or(Err(Cause::NoItems.into()), Roc::found)),
                Average::PerClass => values.extend(tally.rocs.iter().map(Roc::found)),
                Average::Weighted => values.push(weighted(&tally.rocs, Roc::found, |roc: &Roc| roc.positives, policy)),
                _ => values.push(mean(&tally.rocs, Roc::found, policy)),
            },
            Compute::Belief(of, _) => match self.average {
                // So does that of its probability.
                Average::Positive(_) => values.push(tally.beliefs.first().map_or(Err(Cause::NoItems.into()), of)),
                Average::PerClass => values.extend(tally.beliefs.iter().map(of)),
                Average::Weighted => values.push(weighted(&tally.beliefs, of, |belief: &Belief| belief.positives, policy)),
                _ => values.push(mean(&tally.beliefs, of, policy)),
            },
            Compute::Calibration { of, each: false, .. } => values.push(of(&tally.bins)),
            Compute::Calibration { of, .. } => {
                let classes: Vec<&[Bin]> = tally.bins.chunks(tally.bins.len() / tally.beliefs.len().max(1)).collect();
                match self.average {
                    Average::Positive(_) => values.push(classes.first().map_or(Err(Cause::NoItems.into()), |bins| of(bins))),
                    Average::PerClass => values.extend(classes.iter().map(|bins| of(bins))),
                    Average::Weighted => {
                        values.push(weighted(&classes, |bins| of(bins), |bins| bins.iter().map(|bin| bin.hits).sum(), policy))
                    }
                    _ => values.push(mean(&classes, |bins| of(bins), policy)),
                }
            }
            Compute::Class { of, samples } => match (self.average, samples) {
                (Average::Positive(class), _) => values.push(of.value(&tally.cells[class], self.parameter)),
                (Average::PerClass, _) => values.extend(tally.cells.iter().map(|cell| of.value(cell, self.parameter))),
                (Average::Weighted, _) => {
                    values.push(weighted(&tally.cells, |cell| of.value(cell, self.parameter), Confusion::positives, policy));
                }
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

    /// The least and the largest value of the metric, reduced where it is.
    pub fn limits(&self) -> (f64, f64) {
        let Some(over) = self.over else { return self.range(0) };
        let (least, most) = over.reduction.limits(self.range(0));
        let terms = if over.parts == Combine::Sum { self.parts() as f64 } else { 1.0 };
        (terms * least, terms * most)
    }

    /// The least and the largest value of a part.
    pub fn range(&self, part: usize) -> (f64, f64) {
        let (least, most) = self.parts[part].range;
        if most.is_finite() { self.attainable(part) } else { (least, most) }
    }

    /// The same, where a loss ends at the most that an item can be wrong by, however far above what is met that lies: so far an interval may
    /// reach, and nothing is measured by it.
    pub fn attainable(&self, part: usize) -> (f64, f64) {
        let (least, most) = self.parts[part].range;
        match self.parts[part].compute {
            Compute::Loss { most, .. } => (least, most(self.task.classes)),
            _ => (least, most),
        }
    }

    /// How the values of a part err.
    pub fn errors(&self, part: usize) -> Errors {
        self.parts[part].errors(self.parameter)
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

/// The number of the classes that have what it is of; those without make it undefined, unless they may be left out and enough are left.
fn changed(of: fn(&[(f64, f64)]) -> f64, least: usize, changes: Vec<Result<(f64, f64), Undefined>>, policy: Policy) -> Value {
    let missing = changes.iter().find_map(|change| change.err());
    let kept: Vec<(f64, f64)> = changes.into_iter().flatten().collect();
    match missing {
        Some(undefined) if policy == Policy::Propagate || kept.len() < least => Err(undefined),
        _ if kept.is_empty() => Err(Cause::NoClasses.into()),
        _ => Ok(of(&kept)),
    }
}

fn mean<T>(classes: &[T], of: impl Fn(&T) -> Value, policy: Policy) -> Value {
    combined(Combine::Mean, classes, of, policy)
}

fn combined<T>(combine: Combine, classes: &[T], of: impl Fn(&T) -> Value, policy: Policy) -> Value {
    combine.of(classes.iter().enumerate().map(|(class, item)| of(item).map_err(|undefined| undefined.in_class(class))), policy)
}

/// Classes without positives have no weight, so that it does not matter whether they have a value.
fn weighted<T>(classes: &[T], of: impl Fn(&T) -> Value, support: impl Fn(&T) -> f64, policy: Policy) -> Value {
    let (mut sum, mut total) = (0.0, 0.0);
    for (class, item) in classes.iter().enumerate().filter(|(_, item)| support(item) > 0.0) {
        match of(item) {
            Ok(value) => {
                sum += support(item) * value;
                total += support(item);
            }
            Err(undefined) if policy == Policy::Propagate => return Err(undefined.in_class(class)),
            Err(_) => {}
        }
    }
    let left_out = classes.iter().any(|item| support(item) > 0.0);
    ratio(sum, total, if left_out { Cause::NoClasses } else { Cause::NoPositives })
}
