//! A sheet's numbers in one draw, and in many.

use rayon::prelude::*;

use super::Sheet;
use super::block::Block;
use crate::score::ladder::Ladders;
use crate::score::lens::{Hand, Lens};
use crate::score::metric::Over;
use crate::score::ranking::Order;
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
        if let Some(ladders) = Ladders::new(order, units, self.whole()) {
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
            self.lens.sum(&Hand { patterns, order, labels, weights }, whole, tallies);
            (times, of(tallies))
        };
        (0..draws).into_par_iter().map_init(fresh, one).collect()
    }

    /// Every number of every group, block by block.
    pub(super) fn values(&self, tallies: &[Tally]) -> Vec<Value> {
        let mut values = Vec::new();
        for metric in self.metrics {
            let groups = if metric.over.is_some() { tallies.len() } else { tallies.len() - 1 };
            for part in 0..metric.parts() {
                tallies[..groups].iter().for_each(|tally| metric.push_values(part, tally, self.policy, &mut values));
            }
        }
        values
    }

    /// Every number of the sheet, in the order of [`Self::spots`]: those of reductions are reduced.
    pub(super) fn reduced(&self, blocks: &[Block], values: &[Value]) -> Vec<Value> {
        let mut reduced = Vec::with_capacity(values.len());
        for (metric, block) in self.metrics.iter().zip(blocks) {
            match metric.over {
                None => reduced.extend_from_slice(&values[block.start..block.start + block.len()]),
                Some(over) => self.push_reduced(over, block, values, &mut reduced),
            }
        }
        reduced
    }

    fn push_reduced(&self, over: Over, block: &Block, values: &[Value], reduced: &mut Vec<Value>) {
        let all = block.groups - 1;
        let of_class = |class: usize| {
            let of_part = |part: usize| {
                let groups = (0..all).map(|group| values[block.at(part, group, class)]);
                let reduced = over.reduction.of(groups, values[block.at(part, all, class)], self.kept, self.policy);
                reduced.map_err(|undefined| if block.classes > 1 { undefined.in_class(class) } else { undefined })
            };
            // A criterion of two parts needs both, whatever the policy on groups.
            over.parts.of((0..block.parts).map(of_part), Policy::Propagate)
        };
        match over.classes {
            Some(combine) => reduced.push(combine.of((0..block.classes).map(of_class), self.policy)),
            None => reduced.extend((0..block.classes).map(of_class)),
        }
    }
}
