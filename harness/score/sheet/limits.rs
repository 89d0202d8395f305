//! Intervals of a sheet's numbers.

use rayon::prelude::*;

use super::bases::Worth;
use super::block::{Block, Drawn, distinct};
use super::draws::value;
use super::extremes::leg;
use super::{Sheet, Spot, number};
use crate::score::breakdown::among::Among;
use crate::score::breakdown::combine::Combine;
use crate::score::breakdown::reduction::Reduction;
use crate::score::interval::classes::Key;
use crate::score::interval::errors::{self, Errors};
use crate::score::interval::gap::{Family, Leg, noise};
use crate::score::interval::rise::Rise;
use crate::score::interval::share::normal_quantile;
use crate::score::interval::{self, Sample, mistakes};
use crate::score::lens::tally::Tally;
use crate::score::metric::{Average, Metric, Over};
use crate::spec::uncertainty::{Method, Uncertainty};

impl<'a> Sheet<'a> {
    /// Those of the groups' numbers, as they lie in the blocks.
    pub(super) fn intervals(
        &self,
        drawn: &Drawn,
        tallies: &[Tally],
        supports: &[Tally],
        worth: &Worth,
        left_out: &[(f64, Vec<f64>)],
        uncertainty: &Uncertainty,
    ) -> Vec<Option<(f64, f64)>> {
        if uncertainty.bootstrap() == 0 {
            return vec![None; drawn.values.len()];
        }
        let places = self.places(drawn);
        let interval = |index: usize| {
            let (metric, part, group, class) = places[index];
            if metric.is_joint() {
                return None;
            }
            let value = drawn.values[index].ok()?;
            let left_out: Vec<(f64, f64)> = left_out.iter().map(|(times, numbers)| (numbers[index], *times)).collect();
            let rising = metric.rising(part, &tallies[group], class).filter(|((_, whole), _)| *whole > 0.0);
            let share = rising.map(|(share, _)| share);
            // As many of so many items, where those do not count alike.
            let items = metric.rising(part, &supports[group], class).map_or(0.0, |((_, items), _)| items);
            let units = worth.bases.get(index).copied().filter(|_| share.is_some()).unwrap_or(worth.effective[group]);
            let sample = Sample {
                value,
                replicates: &drawn.replicates(index),
                left_out: &left_out,
                share: share.map(|(part, whole)| (part * (items / whole), items)),
                rise: rising.map_or(Rise::ITSELF, |(_, rise)| rise),
                plain: worth.plain || self.refit.is_none() && !drawn.of_pairs && (units - items).abs() < 1e-9 * items,
                units,
                smaller: drawn.units[index],
                range: metric.attainable(part),
                of_classes: metric.is_of_classes(part),
            };
            let errors = if uncertainty.method() == Method::Standard { metric.errors(part) } else { Errors::AsDrawn };
            let chance: Vec<f64> = drawn.chance.iter().map(|draw| draw[index]).collect();
            let classes = Some(metric).filter(|_| uncertainty.method() == Method::Standard);
            let worth_of = |class: usize, items: f64| match worth.classes.get(&index) {
                Some(classes) => classes[class],
                None => items * worth.effective[group] / supports[group].items.max(1.0),
            };
            let classes = classes.and_then(|metric| metric.of_classes(part, &tallies[group], &supports[group], worth_of));
            let told = match (errors, classes) {
                (Errors::OfMistakes, _) => of_mistakes(metric, (part, class), (&tallies[group], &supports[group]), &sample, uncertainty),
                (_, Some(classes)) => classes.interval(&sample, Key { seed: uncertainty.seed(), rank: drawn.rank(group) }, uncertainty),
                _ => errors.interval(&sample, &chance, uncertainty.level()),
            };
            told.or_else(|| sample.interval(uncertainty))
        };
        (0..places.len()).into_par_iter().map(interval).collect()
    }

    /// The metric, part, group and class of each number of a group, as they lie in the blocks.
    fn places(&self, drawn: &Drawn) -> Vec<(&'a Metric, usize, usize, usize)> {
        let of_block = |(place, block): (usize, &Block)| {
            let (metric, block) = (self.metrics[place], *block);
            let of_group = move |(part, group): (usize, usize)| (0..block.classes).map(move |class| (metric, part, group, class));
            (0..block.parts).flat_map(move |part| (0..block.groups).map(move |group| (part, group))).flat_map(of_group)
        };
        distinct(&drawn.blocks).flat_map(of_block).collect()
    }

    /// How many units each number of a group rests on.
    pub(super) fn units(&self, drawn: &Drawn, supports: &[Tally], worth: &Worth) -> Vec<f64> {
        let of = |(metric, _, group, class): (&Metric, usize, usize, usize)| {
            // A pair of subjects says something of both rates, whichever has more pairs.
            if drawn.of_pairs {
                return worth.effective[group];
            }
            let ranked = match metric.average {
                Average::Positive(_) => Some(0),
                Average::PerClass => Some(class),
                _ => None,
            };
            if let Some(fewer) = ranked.and_then(|class| worth.sides.get(group)?.get(class)) {
                return *fewer;
            }
            let support = metric.support(&supports[group], (metric.average == Average::PerClass).then_some(class));
            support.fewest * worth.effective[group] / supports[group].items.max(1.0)
        };
        self.places(drawn).into_iter().map(of).collect()
    }

    /// The numbers of groups that no draw varies, where reductions read them: as errors that reach as far as their intervals do would have them.
    pub(super) fn still(&self, drawn: &Drawn, uncertainty: &Uncertainty) -> Vec<(usize, Vec<f64>)> {
        if uncertainty.method() == Method::Percentile {
            return Vec::new();
        }
        let z = normal_quantile(f64::midpoint(1.0, uncertainty.level()));
        let read = distinct(&drawn.blocks).filter(|(place, _)| self.metrics[*place].over.is_some() && !self.metrics[*place].is_joint());
        let number = |(block, index): (&Block, usize)| {
            let (value, (lower, upper)) = (drawn.values[index].ok()?, drawn.intervals[index]?);
            let varies = drawn.resampled.iter().any(|draw| draw[index].is_nan() || (draw[index] - value).abs() > 1e-12);
            if varies || !(lower < upper && lower.is_finite() && upper.is_finite()) {
                return None;
            }
            let (place, class) = ((index - block.start) / block.classes, (index - block.start) % block.classes);
            let (part, group) = (place / block.groups, place % block.groups);
            let errors = noise(drawn.seed, (part * block.classes + class) as u64, drawn.rank(group), drawn.resampled.len());
            let number = |error: f64| value + error / z * if error < 0.0 { value - lower } else { upper - value };
            Some((index, errors.into_iter().map(number).collect()))
        };
        read.flat_map(|(_, block)| (block.start..block.start + block.len()).map(move |index| (block, index))).filter_map(number).collect()
    }

    pub(super) fn interval(&self, spot: &Spot, value: f64, drawn: &Drawn, uncertainty: &Uncertainty) -> Option<(f64, f64)> {
        let block = &drawn.blocks[spot.metric];
        let Some(over) = self.over(spot) else {
            if self.metrics[spot.metric].is_count() {
                return None;
            }
            return drawn.intervals[block.at(0, spot.group?, spot.class.unwrap_or(0))];
        };
        let among = self.among(spot.metric, spot.panel, &drawn.roster);
        if let Reduction::Levelled(level) = over.reduction {
            return self.levelled(level, &among, spot, drawn);
        }
        if uncertainty.method() != Method::Percentile
            && let Some(bounds) = self.bounds(spot, over, &among, drawn, uncertainty)
        {
            // The largest of several distances is there by chance more often than any one.
            let chance = if over.reduction == Reduction::GroupMax { self.chance(spot, drawn) } else { Vec::new() };
            let (least, explained) = (self.metrics[spot.metric].range(0).0, errors::explained(value, &chance, uncertainty.level()));
            return bounds.map(|(lower, upper)| (if explained { least } else { lower.min(value) }, upper.max(value)));
        }
        let replicates: Vec<f64> = self.redrawn(spot, drawn).collect();
        if over.reduction.errs_up().is_none()
            && let Some(ends) = self.of_errors(spot, value, &replicates, &among, drawn, uncertainty)
        {
            return Some(ends);
        }
        if uncertainty.method() != Method::Percentile
            && let Some(ends) = self.averaged(spot, over, &among, drawn, uncertainty)
        {
            return Some(ends);
        }
        let replicates = replicates.into_iter();
        let Some(errs_up) = over.reduction.errs_up().filter(|_| uncertainty.method() != Method::Percentile) else {
            // Where nothing varies from draw to draw, as the groups' sizes, draws say nothing.
            return interval::percentile(replicates, uncertainty.level())
                .filter(|(lower, upper)| lower < upper || !self.metrics[spot.metric].is_joint())
                .map(|(lower, upper)| (lower.min(value), upper.max(value)));
        };
        let (least, most) = self.metrics[spot.metric].limits();
        let (lower, upper) = interval::of_gap(replicates, value, errs_up, uncertainty.level())?;
        Some((lower.max(least), upper.min(most)))
    }

    /// Those of what is a largest or smallest, or a sum of such. The outer `None`: it is none; the inner: there are none.
    fn bounds(&self, spot: &Spot, over: Over, among: &Among<'_>, drawn: &Drawn, uncertainty: &Uncertainty) -> Option<Option<(f64, f64)>> {
        let parts = drawn.blocks[spot.metric].parts;
        let extremes = match spot.group.is_none() && parts > 1 && over.reduction.joins_parts(over.parts) {
            true => self.extremes_of_parts(over, spot, among, drawn, uncertainty),
            false => self.extremes(spot, over, among, drawn, uncertainty),
        };
        extremes.map(|extremes| extremes.limits())
    }

    /// That of a mean over groups of what errs to one side, which errs as its parts do; `None` where they err as resamples do.
    fn of_errors(
        &self,
        spot: &Spot,
        value: f64,
        replicates: &[f64],
        among: &Among<'_>,
        drawn: &Drawn,
        uncertainty: &Uncertainty,
    ) -> Option<(f64, f64)> {
        let (metric, block) = (self.metrics[spot.metric], &drawn.blocks[spot.metric]);
        let errors = metric.errors(0);
        if errors == Errors::AsDrawn || uncertainty.method() != Method::Standard {
            return None;
        }
        // Each group's own spread costs a degree of freedom.
        let freedom = |group: usize| (drawn.units[block.at(0, group, spot.class.unwrap_or(0))] - 1.0).max(0.0);
        let smaller = 1.0 + among.members().map(freedom).sum::<f64>();
        let sample = Sample::new(value, replicates, smaller, metric.attainable(0));
        errors.interval(&sample, &self.chance(spot, drawn), uncertainty.level())
    }

    /// That of a mean over groups of shares: as far as the limits of the groups' own numbers move it. `None` of any other number, and where one of
    /// them has none.
    fn averaged(&self, spot: &Spot, over: Over, among: &Among<'_>, drawn: &Drawn, uncertainty: &Uncertainty) -> Option<(f64, f64)> {
        let even = match over.reduction {
            Reduction::MeanOverGroups => true,
            Reduction::WeightedMean => false,
            _ => return None,
        };
        let weigh = |group: usize| if even { 1.0 } else { among.sizes[group] };
        let (metric, block) = (self.metrics[spot.metric], &drawn.blocks[spot.metric]);
        let several = spot.class.is_none() && block.classes > 1;
        if !metric.is_of_shares(0) || several && over.classes != Some(Combine::Mean) {
            return None;
        }
        let (mut legs, mut weights): (Vec<Leg>, Vec<(usize, f64)>) = (Vec::new(), Vec::new());
        let mut counted = 0.0;
        for class in spot.class.map_or(0..block.classes, |class| class..class + 1) {
            let defined: Vec<usize> = among.members().filter(|group| drawn.values[block.at(0, *group, class)].is_ok()).collect();
            let total = defined.iter().map(|group| weigh(*group)).sum::<f64>();
            if total <= 0.0 {
                continue;
            }
            counted += 1.0;
            for group in defined {
                let index = block.at(0, group, class);
                weights.push((legs.len(), weigh(group) / total));
                legs.push(leg((index, class, group), drawn.values[index].ok()?, drawn.intervals[index]?, drawn));
            }
        }
        weights.iter_mut().for_each(|(_, weight)| *weight /= counted);
        let family = Family { legs: &legs, related: drawn.related || several, level: uncertainty.level(), items: drawn.items };
        let Leg { value, down, up, .. } = family.weighted(&weights)?;
        let (least, most) = metric.range(0);
        Some(((value - down).max(least), (value + up).min(most)))
    }

    /// A number over groups of distances where there is none, draw by draw.
    fn chance(&self, spot: &Spot, drawn: &Drawn) -> Vec<f64> {
        let block = &drawn.blocks[spot.metric];
        drawn.chance.iter().map(|draw| number(self.number_at(spot, block, |index| value(draw[index]), &drawn.roster))).collect()
    }

    /// Takes no gap in where chance explains one that is no largest contrast: a deviation, an index of inequality, a number of all groups.
    pub(super) fn with_no_gap(&self, spot: &Spot, interval: (f64, f64), null: Option<(f64, f64)>, uncertainty: &Uncertainty) -> (f64, f64) {
        match self.over(spot) {
            Some(over) if over.reduction.is_spread() => {
                interval::with_no_gap(interval, null, over.reduction.limits(self.metrics[spot.metric].range(0)).0, uncertainty)
            }
            _ => interval,
        }
    }

    /// Between the share of groups that surely reach a level, each by its own interval, and that of groups that may.
    fn levelled(&self, level: f64, among: &Among<'_>, spot: &Spot, drawn: &Drawn) -> Option<(f64, f64)> {
        let block = &drawn.blocks[spot.metric];
        let class = match (spot.class, block.classes) {
            (Some(class), _) => class,
            (None, 1) => 0,
            _ => return None,
        };
        let defined = among.members().map(|group| block.at(0, group, class)).filter(|index| drawn.values[*index].is_ok());
        let intervals: Vec<(f64, f64)> = defined.map(|index| drawn.intervals[index]).collect::<Option<_>>()?;
        let share = |reaches: fn(&(f64, f64)) -> f64| {
            intervals.iter().filter(|interval| reaches(interval) >= level).count() as f64 / intervals.len() as f64
        };
        Some((share(|interval| interval.0), share(|interval| interval.1)))
    }
}

/// That of a function of what is missed and what is falsely alarmed: of items that do not count alike, no narrower than their resamples say.
fn of_mistakes(
    metric: &Metric,
    (part, class): (usize, usize),
    tallies: (&Tally, &Tally),
    sample: &Sample<'_>,
    uncertainty: &Uncertainty,
) -> Option<(f64, f64)> {
    let (found, items, of) = metric.of_mistakes(part, tallies, class)?;
    let (lower, upper) = mistakes::interval(of, found, items, uncertainty)?;
    let drawn = if sample.plain { None } else { sample.interval(uncertainty) };
    let (lower, upper) = drawn.map_or((lower, upper), |drawn| (lower.min(drawn.0), upper.max(drawn.1)));
    Some((lower.max(sample.range.0), upper.min(sample.range.1)))
}
