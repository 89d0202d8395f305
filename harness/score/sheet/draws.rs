//! A sheet's numbers in one draw, and in many.

use rayon::prelude::*;

use super::block::{Block, Roster};
use super::{Sheet, Spot};
use crate::score::ladder::Ladders;
use crate::score::lens::{Hand, Lens};
use crate::score::ranking::Order;
use crate::score::reduction::Reduction;
use crate::score::tally::Tally;
use crate::score::units::Units;
use crate::score::{OUTSIDE, Value};
use crate::spec::evaluation::Policy;
use crate::spec::uncertainty::Uncertainty;

impl Sheet<'_> {
    /// What `of` makes of many resamples.
    pub(super) fn resamples(
        &self,
        units: &Units,
        labels: &[u32],
        patterns: &[u32],
        order: &[Order],
        uncertainty: &Uncertainty,
        of: impl Fn(&[Tally]) -> Vec<f64> + Sync,
    ) -> Vec<(f64, Vec<f64>)> {
        let (seed, draws) = (uncertainty.seed(), uncertainty.bootstrap());
        if let Some(refit) = self.refit {
            let (lens, (labels, patterns)) = (Lens::Outcomes(refit.outcomes()), refit.slots());
            let resample = |replicate: u64, _: &mut [u32], weights: &mut [f64]| {
                refit.draw(seed, replicate, weights);
                1.0
            };
            let counted = Sheet { lens: &lens, ..*self };
            return counted.draws(draws, patterns.len(), resample, Some(&labels), &patterns, &[], of);
        }
        let panels = self.breakdown.panels.len();
        // Only sweeps lie apart by group.
        if let Lens::Rankings(_) = self.lens
            && (panels == 1 || !self.whole())
            && let Some(ladders) = Ladders::new(order, units, self.whole())
        {
            let fresh = || (vec![0; patterns.len()], self.tallies());
            let one = |(counts, tallies): &mut (Vec<u32>, Vec<Tally>), replicate: u32| {
                ladders.resample(seed, u64::from(replicate), counts, tallies);
                (1.0, of(tallies))
            };
            return (0..draws).into_par_iter().map_init(fresh, one).collect();
        }
        let resample = |replicate: u64, _: &mut [u32], weights: &mut [f64]| {
            units.resample(seed, replicate, weights);
            1.0
        };
        self.draws(draws, patterns.len(), resample, Some(labels), patterns, order, of)
    }

    /// What `of` makes of many draws, each with how often it counts.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn draws(
        &self,
        draws: u32,
        slots: usize,
        draw: impl Fn(u64, &mut [u32], &mut [f64]) -> f64 + Sync,
        labels: Option<&[u32]>,
        patterns: &[u32],
        order: &[Order],
        of: impl Fn(&[Tally]) -> Vec<f64> + Sync,
    ) -> Vec<(f64, Vec<f64>)> {
        let whole = self.whole();
        let fresh = || (labels.map_or_else(|| vec![OUTSIDE; slots], <[u32]>::to_vec), vec![0.0; slots], self.tallies());
        let one = |(labels, weights, tallies): &mut (Vec<u32>, Vec<f64>, Vec<Tally>), replicate: u32| {
            let times = draw(u64::from(replicate), labels, weights);
            self.lens.sum(&Hand { breakdown: self.breakdown, patterns, order, labels, weights }, whole, tallies);
            (times, of(tallies))
        };
        (0..draws).into_par_iter().map_init(fresh, one).collect()
    }

    /// Every number of every group, block by block.
    pub(super) fn values(&self, tallies: &[Tally], roster: &Roster) -> Vec<Value> {
        let mut values = Vec::new();
        let home = |place: usize| self.breakdown.home(place as u32).filter(|_| place < self.breakdown.groups.len()).unwrap_or(place);
        for metric in self.metrics {
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
        values
    }

    /// Every number of the sheet, in the order of its spots: those of reductions are reduced.
    pub(super) fn reduced(&self, spots: &[Spot], blocks: &[Block], values: &[Value], roster: &Roster) -> Vec<Value> {
        spots.iter().map(|spot| self.number_at(spot, &blocks[spot.metric], values, roster)).collect()
    }

    /// The number of one spot.
    pub(super) fn number_at(&self, spot: &Spot, block: &Block, values: &[Value], roster: &Roster) -> Value {
        let Some(over) = self.over(spot) else {
            return values[block.at(0, spot.group.unwrap_or(0), spot.class.unwrap_or(0))];
        };
        if let Reduction::Joint { .. } = over.reduction {
            return values[block.at(0, spot.panel, 0)];
        }
        let among = self.among(spot.metric, spot.panel, roster);
        let whole = self.breakdown.groups.len() + spot.panel;
        let of_class = |class: usize| {
            let of_part = |part: usize| {
                let value = |group: usize| values[block.at(part, group, class)];
                let reduced = match spot.group {
                    Some(group) => over.reduction.of_each(group, value, &among),
                    None => over.reduction.of(value, value(whole), &among),
                };
                reduced.map_err(|undefined| if block.classes > 1 { undefined.in_class(class) } else { undefined })
            };
            // A criterion of two parts needs both, whatever the policy on groups.
            over.parts.of((0..block.parts).map(of_part), Policy::Propagate)
        };
        match over.classes {
            Some(combine) => combine.of((0..block.classes).map(of_class), self.policy),
            None => of_class(spot.class.unwrap_or(0)),
        }
    }
}
