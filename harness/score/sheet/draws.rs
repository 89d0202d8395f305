//! A sheet's numbers in one draw, and in many.

use rayon::prelude::*;

use super::block::{Block, Drawn, Roster, distinct};
use super::{NoInterval, Sheet, Spot, number};
use crate::score::breakdown::Breakdown;
use crate::score::breakdown::reduction::Reduction;
use crate::score::interval::errors::Errors;
use crate::score::lens::ladder::{Ladders, Room};
use crate::score::lens::order::Order;
use crate::score::lens::stretch::Stretches;
use crate::score::lens::tally::Tally;
use crate::score::lens::{Hand, Lens};
use crate::score::units::draw::Purpose;
use crate::score::units::vertices::{Draw, narrow};
use crate::score::units::{Exchange, Shuffle, Slot, Units};
use crate::score::value::{Cause, Undefined};
use crate::score::{OUTSIDE, Value};
use crate::spec::evaluation::Policy;
use crate::spec::uncertainty::{Method, Uncertainty};

/// So many draws tell a variance, or a rare share, well enough.
const VARIANCES: u32 = 400;

/// Slots of units, as a lens sums them up.
pub(super) struct Slots<'u> {
    breakdown: &'u Breakdown,
    units: &'u Units,
    patterns: &'u [u32],
    labels: Vec<u32>,
    /// Where a ranking is not summed up stratum by stratum.
    order: Vec<Order>,
    ladders: Option<Ladders<'u>>,
}

impl Slots<'_> {
    fn hand<'h>(&'h self, weights: &'h [f64]) -> Hand<'h> {
        Hand { breakdown: self.breakdown, patterns: self.patterns, order: &self.order, labels: &self.labels, weights }
    }
}

impl Sheet<'_> {
    /// Makes the slots of some units ready to be summed up.
    pub(super) fn slots<'u>(&'u self, units: &'u Units, patterns: &'u [u32]) -> Slots<'u> {
        let in_group = |slot: &Slot| slot.group == OUTSIDE || self.breakdown.has(slot.group);
        let ladders = match self.lens {
            // Ladders know groups, and one whole of all items.
            Lens::Rankings(rankings) if !self.breakdown.is_within() || !self.whole() && units.slots().iter().all(in_group) => {
                Ladders::new(rankings, patterns, units, self.whole())
            }
            _ => None,
        };
        let order = if ladders.is_some() { Vec::new() } else { self.lens.order(patterns) };
        Slots { breakdown: self.breakdown, units, patterns, labels: units.slots().iter().map(|slot| slot.group).collect(), order, ladders }
    }

    /// Sums slots up that have some weights.
    pub(super) fn sum(&self, slots: &Slots<'_>, weights: &[f64], tallies: &mut [Tally]) {
        match &slots.ladders {
            Some(ladders) => {
                ladders.sum(weights, tallies);
                let panels = self.breakdown.panels.iter().zip(self.breakdown.groups.len()..);
                for (panel, whole) in panels.filter(|_| self.breakdown.is_within()) {
                    tallies[whole].items = tallies[panel.groups.clone()].iter().map(|tally| tally.items).sum();
                }
            }
            None => self.lens.sum(&slots.hand(weights), true, tallies),
        }
    }

    /// What `of` makes of many resamples.
    pub(super) fn resamples(
        &self,
        slots: &Slots<'_>,
        uncertainty: &Uncertainty,
        of: impl Fn(&[Tally]) -> Vec<f64> + Sync,
    ) -> Vec<Vec<f64>> {
        let (seed, draws, whole) = (uncertainty.seed(), uncertainty.bootstrap(), self.whole());
        if let Some(refit) = self.refit {
            let (lens, (labels, patterns)) = (refit.lens(), refit.slots());
            let draw = |weights: &mut Vec<f64>, replicate, tallies: &mut [Tally]| {
                let found = refit.draw(seed, replicate, weights);
                lens.sum(&Hand { breakdown: self.breakdown, patterns: &patterns, order: &[], labels: &labels, weights }, whole, tallies);
                found
            };
            let counted = Sheet { lens: &lens, ..*self };
            let numbers = |found: bool, tallies: &[Tally]| {
                let mut numbers = of(tallies);
                if !found {
                    numbers.fill(f64::NAN);
                }
                numbers
            };
            return counted.draws(draws, || vec![0.0; patterns.len()], draw, numbers);
        }
        let size = slots.patterns.len();
        match &slots.ladders {
            Some(ladders) => {
                let draw = |room: &mut Room, replicate, tallies: &mut [Tally]| ladders.resample(seed, replicate, room, tallies);
                self.draws(draws, || ladders.room(), draw, |(), tallies| of(tallies))
            }
            None => {
                let ranked = matches!(self.lens, Lens::Rankings(_) | Lens::Rocs(..));
                if let Some(resampled) = ranked.then(|| self.walked(slots, uncertainty, &of)).flatten() {
                    return resampled;
                }
                let (units, fresh) = (slots.units, || vec![0.0; size]);
                let draw = |weights: &mut Vec<f64>, replicate, tallies: &mut [Tally]| {
                    units.resample(seed, replicate, weights);
                    self.lens.sum(&slots.hand(weights), whole, tallies);
                };
                let mut resampled = self.draws(draws, fresh, draw, |(), tallies| of(tallies));
                if units.are_pairs() {
                    let draw = |weights: &mut Vec<f64>, replicate, tallies: &mut [Tally]| {
                        units.resample_pairs(seed, replicate, weights);
                        self.lens.sum(&slots.hand(weights), whole, tallies);
                    };
                    narrow(&mut resampled, &self.draws(draws.min(VARIANCES), fresh, draw, |(), tallies| of(tallies)));
                }
                resampled
            }
        }
    }

    /// The same of rankings of pairs; `None` where units are no pairs.
    fn walked(&self, slots: &Slots<'_>, uncertainty: &Uncertainty, of: &(impl Fn(&[Tally]) -> Vec<f64> + Sync)) -> Option<Vec<Vec<f64>>> {
        let vertices = slots.units.vertices()?;
        let stretches = Stretches::new(&slots.order, self.breakdown, slots.units, self.whole())?;
        let (seed, draws) = (uncertainty.seed(), uncertainty.bootstrap());
        let sum = |draw: &Draw, tallies: &mut [Tally]| stretches.sum(draw, tallies);
        let draw = |(): &mut (), replicate, tallies: &mut [Tally]| sum(&vertices.draw(Purpose::Bootstrap, seed, replicate), tallies);
        let mut resampled = self.draws(draws, || (), draw, |(), tallies| of(tallies));
        let draw = |(): &mut (), replicate, tallies: &mut [Tally]| sum(&vertices.draw_pairs(seed, replicate), tallies);
        narrow(&mut resampled, &self.draws(draws.min(VARIANCES), || (), draw, |(), tallies| of(tallies)));
        Some(resampled)
    }

    /// What `of` makes of all units but one kind or block of them, each with how often it counts.
    pub(super) fn left_out(&self, slots: &Slots<'_>, of: impl Fn(&[Tally]) -> Vec<f64> + Sync) -> Vec<(f64, Vec<f64>)> {
        let draw = |weights: &mut Vec<f64>, block, tallies: &mut [Tally]| {
            let times = slots.units.leave_out(block as usize, weights);
            self.sum(slots, weights, tallies);
            times
        };
        let size = slots.patterns.len();
        self.draws(slots.units.leave_outs() as u32, || vec![0.0; size], draw, |times, tallies| (times, of(tallies)))
    }

    /// The numbers of this sheet, which is of one metric, in every permutation of the group labels of some units; none where labels cannot be
    /// exchanged.
    pub fn permuted(&self, units: &Units, uncertainty: &Uncertainty) -> Vec<Vec<f64>> {
        let kin = self.metrics.first().and_then(|metric| self.kin(metric));
        self.permuted_among(kin.as_deref(), units, uncertainty)
    }

    /// The same, of any metrics, of labels that are exchanged among patterns of the same `kin`.
    pub(super) fn permuted_among(&self, kin: Option<&[u32]>, units: &Units, uncertainty: &Uncertainty) -> Vec<Vec<f64>> {
        let seed = uncertainty.seed();
        if let Some((lens, matching)) = self.relabel {
            let deal =
                |replicate, labels: &mut [u32], weights: &mut [f64]| matching.deal((seed, replicate), self.breakdown, labels, weights);
            return self.dealt(lens, &matching.patterns, deal, units, uncertainty);
        }
        let panel_of = |group: u32| self.breakdown.panels.iter().position(|panel| panel.groups.contains(&(group as usize)));
        let Some(shuffle) = (uncertainty.permutations() > 0).then(|| Shuffle::new(units, panel_of, kin)).flatten() else {
            return Vec::new();
        };
        let deal = |replicate, labels: &mut [u32], weights: &mut [f64]| shuffle.deal(seed, replicate, labels, weights);
        self.dealt(self.lens, &shuffle.patterns, deal, units, uncertainty)
    }

    /// The numbers in every permutation that `deal` deals to slots of these patterns.
    fn dealt(
        &self,
        lens: &Lens,
        patterns: &[u32],
        deal: impl Fn(u64, &mut [u32], &mut [f64]) + Sync + Send,
        units: &Units,
        uncertainty: &Uncertainty,
    ) -> Vec<Vec<f64>> {
        let (whole, numbers, order) = (self.whole(), self.numbers(units), lens.order(patterns));
        let draw = |(labels, weights): &mut (Vec<u32>, Vec<f64>), replicate, tallies: &mut [Tally]| {
            deal(replicate, labels, weights);
            lens.sum(&Hand { breakdown: self.breakdown, patterns, order: &order, labels, weights }, whole, tallies);
        };
        let fresh = || (vec![OUTSIDE; patterns.len()], vec![0.0; patterns.len()]);
        self.draws(uncertainty.permutations(), fresh, draw, |(), tallies| numbers(tallies))
    }

    /// The numbers of this sheet in every exchange of items between two sides, whose patterns its lens both knows: those of the first side.
    pub fn exchanged(
        &self,
        (units, exchange): (&Units, &Exchange<'_>),
        own: &[u32],
        other: &[u32],
        uncertainty: &Uncertainty,
    ) -> Vec<Vec<f64>> {
        self.tossed((units, exchange), [own, other], uncertainty.seed(), uncertainty.permutations(), self.numbers(units))
    }

    /// The numbers of groups where all that was said is true on average: what items err by stays as large, and turns to the other side at the
    /// toss of a coin for every unit (the wild bootstrap under a null: Liu 1988; of clusters: Cameron, Gelbach and Miller 2008). Empty where no
    /// number is a distance between what was said and what is true.
    pub(super) fn turned(
        &self,
        slots: &Slots<'_>,
        uncertainty: &Uncertainty,
        numbers: impl Fn(&[Tally]) -> Vec<f64> + Sync,
    ) -> Vec<Vec<f64>> {
        let Lens::Probabilities(probabilities) = self.lens else { return Vec::new() };
        if uncertainty.method() != Method::Standard || self.metrics.iter().all(|metric| metric.errors(0) != Errors::OfDistance) {
            return Vec::new();
        }
        let twins: Vec<u32> = slots.patterns.iter().map(|pattern| pattern + probabilities.patterns() as u32).collect();
        let Some(exchange) = Exchange::new(slots.units, |_| true) else { return Vec::new() };
        self.tossed((slots.units, &exchange), [slots.patterns, &twins], uncertainty.seed(), uncertainty.bootstrap().min(VARIANCES), numbers)
    }

    /// What `of` makes of many draws in which a coin says of every unit which of two patterns its slots have.
    fn tossed(
        &self,
        (units, exchange): (&Units, &Exchange<'_>),
        sides: [&[u32]; 2],
        seed: u64,
        draws: u32,
        of: impl Fn(&[Tally]) -> Vec<f64> + Sync,
    ) -> Vec<Vec<f64>> {
        let whole = self.whole();
        let labels: Vec<u32> = units.slots().iter().map(|slot| slot.group).collect();
        let (labels, patterns) = ([labels.as_slice(), &labels].concat(), sides.concat());
        let order = self.lens.order(&patterns);
        let draw = |weights: &mut Vec<f64>, replicate, tallies: &mut [Tally]| {
            let (stay, change) = weights.split_at_mut(units.slots().len());
            exchange.toss(seed, replicate, stay, change);
            self.lens.sum(
                &Hand { breakdown: self.breakdown, patterns: &patterns, order: &order, labels: &labels, weights },
                whole,
                tallies,
            );
        };
        self.draws(draws, || vec![0.0; patterns.len()], draw, |(), tallies| of(tallies))
    }

    /// What `of` makes of many draws: `draw` draws one into the memory of a thread (`fresh`) and sums it up.
    fn draws<S, D, T: Send>(
        &self,
        draws: u32,
        fresh: impl Fn() -> S + Sync + Send,
        draw: impl Fn(&mut S, u64, &mut [Tally]) -> D + Sync + Send,
        of: impl Fn(D, &[Tally]) -> T + Sync + Send,
    ) -> Vec<T> {
        let one = |(drawn, tallies): &mut (S, Vec<Tally>), replicate: u32| {
            let said = draw(drawn, u64::from(replicate), tallies);
            of(said, tallies)
        };
        (0..draws).into_par_iter().map_init(|| (fresh(), self.tallies()), one).collect()
    }

    /// Every number of every group, block by block.
    pub(super) fn values(&self, tallies: &[Tally], blocks: &[Block], roster: &Roster) -> Vec<Value> {
        let mut values = Vec::new();
        let home = |place: usize| self.breakdown.home(place as u32).filter(|_| place < self.breakdown.groups.len()).unwrap_or(place);
        for (place, _) in distinct(blocks) {
            let metric = self.metrics[place];
            if metric.is_joint() {
                for groups in &roster.groups {
                    let kept = groups.iter().copied().filter(|group| self.kept[*group]);
                    let groups: Vec<(usize, &Tally)> = kept.map(|group| (group, &tallies[group])).collect();
                    values.extend(metric.together(&groups, self.policy));
                }
                continue;
            }
            let groups = if metric.over.is_some() { tallies.len() } else { self.breakdown.groups.len() };
            for part in 0..metric.parts() {
                for (place, tally) in tallies[..groups].iter().enumerate() {
                    metric.push_values_within(part, tally, &tallies[home(place)], self.policy, &mut values);
                }
            }
        }
        for (place, undefined) in self.without {
            values[*place] = values[*place].and(Err(*undefined));
        }
        values
    }

    /// Every number of the sheet, in the order of its spots: those of reductions are reduced.
    pub(super) fn reduced(&self, spots: &[Spot], blocks: &[Block], values: &[Value], roster: &Roster) -> Vec<Value> {
        spots.iter().map(|spot| self.number_at(spot, &blocks[spot.metric], |index| values[index], roster)).collect()
    }

    /// A number in each draw, NaN where it has none; what no draw varies, as reductions read it.
    pub(super) fn redrawn(&self, spot: &Spot, drawn: &Drawn) -> impl Iterator<Item = f64> {
        let block = &drawn.blocks[spot.metric];
        drawn.resampled.iter().enumerate().map(move |(draw, replicate)| {
            let value = |index: usize| match drawn.still.binary_search_by_key(&index, |(still, _)| *still) {
                Ok(still) => Ok(drawn.still[still].1[draw]),
                Err(_) => value(replicate[index]),
            };
            number(self.number_at(spot, block, value, &drawn.roster))
        })
    }

    /// Why a number has no interval; `None` where nothing is drawn.
    pub(super) fn no_interval(&self, spot: &Spot, drawn: &Drawn) -> Option<NoInterval> {
        NoInterval::of(self.redrawn(spot, drawn))
    }

    /// The number of one spot, from those of groups as they lie in the blocks.
    pub(super) fn number_at(&self, spot: &Spot, block: &Block, values: impl Fn(usize) -> Value, roster: &Roster) -> Value {
        let Some(over) = self.over(spot) else {
            return values(block.at(0, spot.group.unwrap_or(0), spot.class.unwrap_or(0)));
        };
        if let Reduction::Joint { .. } = over.reduction {
            return values(block.at(0, spot.panel, 0));
        }
        let among = self.among(spot.metric, spot.panel, roster);
        let whole = self.breakdown.groups.len() + spot.panel;
        let of_class = |class: usize| {
            let in_class = |undefined: Undefined| if block.classes > 1 { undefined.in_class(class) } else { undefined };
            if spot.group.is_none() && block.parts > 1 && over.reduction.joins_parts(over.parts) {
                let value = |part: usize, group: usize| values(block.at(part, group, class));
                return over.reduction.of_parts(block.parts, over.parts, value, &among).map_err(in_class);
            }
            let of_part = |part: usize| {
                let value = |group: usize| values(block.at(part, group, class));
                let reduced = match spot.group {
                    Some(group) => over.reduction.of_each(group, value, &among),
                    None => over.reduction.of(value, value(whole), &among),
                };
                reduced.map_err(in_class)
            };
            // A criterion of two parts needs both, whatever the policy on groups.
            over.parts.of((0..block.parts).map(of_part), Policy::Propagate)
        };
        match (over.classes, spot.class) {
            (Some(combine), None) => combine.of((0..block.classes).map(of_class), self.policy),
            (_, class) => of_class(class.unwrap_or(0)),
        }
    }
}

/// A number of a draw, of which NaN is undefined.
pub(super) fn value(number: f64) -> Value {
    if number.is_nan() { Err(Cause::NoItems.into()) } else { Ok(number) }
}
