//! How alike two scenes of the same items are, group by group.

use rayon::prelude::*;

use super::{Scene, limits};
use crate::score::OUTSIDE;
use crate::score::embedding::metric::Metric;
use crate::score::embedding::options::Options;
use crate::score::embedding::registry::OfModels;
use crate::score::embedding::similarity::{Centred, Similarity};
use crate::score::value::{Cause, Undefined, Value};
use crate::spec::uncertainty::Uncertainty;

/// A number of two models, of one group.
pub struct Likeness {
    /// The number.
    pub value: Value,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
}

impl Scene<'_> {
    /// A number of this scene and of another that draws what this one does, of every group.
    ///
    /// Resamples move it by what their items say of it (a linear bootstrap; Davison and Hinkley 1997, 2.7.4): the products of all vectors
    /// would take hours to form a thousand times.
    pub fn likeness(&self, other: &Self, (of, metric): (OfModels, &Metric), uncertainty: &Uncertainty) -> Vec<Likeness> {
        let groups = self.ground.breakdown.groups.len();
        let observed = self.units.observed();
        let mut influence = vec![0.0; self.slots.len()];
        let found: Vec<Result<(f64, f64), Undefined>> = (0..groups)
            .map(|group| {
                let places: Vec<usize> = (0..self.slots.len()).filter(|place| self.labels[*place] as usize == group).collect();
                let found = self.similarity(other, (of, &metric.options), &places, &observed)?;
                places.iter().zip(found.influence).for_each(|(place, number)| influence[*place] = number);
                Ok((found.value, found.estimate))
            })
            .collect();
        let moved = |weights: &mut Vec<f64>, replicate: u32| {
            self.units.resample(uncertainty.seed(), u64::from(replicate), weights);
            let mut sums = vec![(0.0, 0.0); groups];
            for ((label, weight), number) in
                self.labels.iter().zip(weights.iter()).zip(&influence).filter(|((label, _), _)| **label != OUTSIDE)
            {
                let (moved, total) = &mut sums[*label as usize];
                (*moved, *total) = (*moved + weight * number, *total + weight);
            }
            sums.into_iter().map(|(moved, total)| moved / total).collect::<Vec<f64>>()
        };
        let draws: Vec<Vec<f64>> = (0..uncertainty.bootstrap()).into_par_iter().map_init(|| vec![0.0; self.slots.len()], moved).collect();
        let effective = self.units.effective(groups);
        let interval = |group: usize, value: f64, estimate: f64| {
            // On the scale on which a correlation's errors are alike everywhere (Fisher's z).
            let slope = 1.0 - estimate * estimate;
            let at = |draw: &Vec<f64>| if slope > 1e-12 { (estimate.atanh() + draw[group] / slope).tanh() } else { estimate };
            let replicates: Vec<f64> = draws.iter().map(at).collect();
            let (lower, upper) =
                limits(estimate, &replicates, &[], effective[group], (metric.definition.errors, metric.range()), uncertainty)?;
            Some((lower.min(value), upper.max(value)))
        };
        let read = |(group, found): (usize, Result<(f64, f64), Undefined>)| Likeness {
            value: found.map(|(value, _)| value),
            interval: found.ok().and_then(|(value, estimate)| interval(group, value, estimate)),
        };
        found.into_iter().enumerate().map(read).collect()
    }

    fn similarity(
        &self,
        other: &Self,
        (of, options): (OfModels, &Options),
        places: &[usize],
        weights: &[f64],
    ) -> Result<Similarity, Undefined> {
        if places.is_empty() {
            return Err(Cause::NoItems.into());
        }
        let weights: Vec<f64> = places.iter().map(|place| weights[*place]).collect();
        let centred = |scene: &Self| Centred::new(places.iter().map(|place| scene.points.centred(self.slots[*place])), &weights);
        of(&centred(self), &centred(other), &weights, options)
    }
}
