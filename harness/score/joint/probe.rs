//! Attackers and the items that they are asked about: fitted once, and anew on resamples of items or on items whose groups are dealt out by
//! chance.

use rayon::prelude::*;

use super::attacker::{Attacker, Features};
use crate::score::OUTSIDE;
use crate::score::units::draw::{Purpose, generator, shuffle};
use crate::score::value;

/// Items whose group is asked for, and what attackers see of them.
#[derive(Clone, Debug)]
pub struct Probe {
    /// What is seen, and how much what is told from it counts, for or against (below 0); all that counts for is 1 together.
    pub sights: Vec<(f64, Features)>,
    /// The row of each item among the predictions, in the order of their ids.
    pub rows: Vec<usize>,
    /// The group of each item.
    pub groups: Vec<u32>,
    /// The fold of each item: it is told by an attacker that was fitted on all others.
    pub folds: Vec<u32>,
    /// The subject of each item.
    pub units: Vec<usize>,
    /// How much each item counts.
    pub weights: Vec<f64>,
    /// How many groups there are.
    pub count: usize,
}

impl Probe {
    /// How far each item's group is told.
    pub fn told(&self) -> Vec<f64> {
        self.told_of(&vec![1.0; self.rows.len()], &self.groups)
    }

    /// The leakage where each item came so many times, and attackers are fitted to that; NaN where fewer than two groups came.
    pub fn resampled(&self, times: &[f64]) -> f64 {
        self.leakage(times, &self.groups)
    }

    /// The leakage where groups are dealt out anew among the subjects of a fold; `None` where a subject is of two groups.
    pub fn permuted(&self, seed: u64, replicate: u64) -> Option<f64> {
        let mut of_units = vec![(OUTSIDE, 0); self.units.iter().max().map_or(0, |last| last + 1)];
        for ((unit, group), fold) in self.units.iter().zip(&self.groups).zip(&self.folds) {
            match of_units[*unit].0 {
                OUTSIDE => of_units[*unit] = (*group, *fold),
                known if known != *group => return None,
                _ => {}
            }
        }
        // Within folds, each fold has as many of each group as before.
        let mut dealt = vec![0; of_units.len()];
        for fold in 0..self.fold_count() {
            let among: Vec<usize> = (0..of_units.len()).filter(|unit| of_units[*unit].1 == fold).collect();
            let mut groups: Vec<u32> = among.iter().map(|unit| of_units[*unit].0).collect();
            shuffle(&mut generator(seed, Purpose::Permutation, replicate, u64::from(fold)), &mut groups);
            among.into_iter().zip(groups).for_each(|(unit, group)| dealt[unit] = group);
        }
        let groups: Vec<u32> = self.units.iter().map(|unit| dealt[*unit]).collect();
        Some(self.leakage(&vec![1.0; self.rows.len()], &groups))
    }

    /// The mean over groups of how far their items are told.
    fn leakage(&self, times: &[f64], groups: &[u32]) -> f64 {
        let mut sums = vec![(0.0, 0.0); self.count];
        let told = self.told_of(times, groups);
        for (place, group) in groups.iter().enumerate() {
            let (sum, all) = &mut sums[*group as usize];
            let weight = self.weights[place] * times[place];
            *sum += weight * told[place];
            *all += weight;
        }
        let shares: Vec<f64> = sums.into_iter().filter(|(_, all)| *all > 0.0).map(|(sum, all)| sum / all).collect();
        if shares.len() < 2 { f64::NAN } else { value::sum(shares.iter().copied()) / shares.len() as f64 }
    }

    fn told_of(&self, times: &[f64], groups: &[u32]) -> Vec<f64> {
        let of_sight = |(share, features): &(f64, Features)| -> Vec<f64> {
            let of_fold =
                |fold: u32| Attacker::fit(features, &self.amounts(features, fold, times, groups), self.count).told(features, self.count);
            let all: Vec<Vec<f64>> = (0..self.fold_count()).into_par_iter().map(of_fold).collect();
            let told =
                |place: usize| all[self.folds[place] as usize][features.of_item[place] as usize * self.count + groups[place] as usize];
            (0..self.rows.len()).map(|place| share * told(place)).collect()
        };
        let all: Vec<Vec<f64>> = self.sights.par_iter().map(of_sight).collect();
        // Whole numbers are summed before they are divided, so that what is for and what is against may be nothing together.
        let whole: f64 = self.sights.iter().map(|(share, _)| share.max(0.0)).sum();
        (0..self.rows.len()).map(|place| all.iter().map(|told| told[place]).sum::<f64>() / whole).collect()
    }

    /// How much further a leakage errs than that of given attackers, who would have been others with other items: of a mean over k folds the
    /// variance is 1 + k / (k - 1) times as large (Nadeau and Bengio 2003, Machine Learning 52: 1/k plus the items of a fold over those that its
    /// attacker was fitted to).
    pub fn further(&self) -> f64 {
        let mut folds = self.folds.clone();
        folds.sort_unstable();
        folds.dedup();
        let folds = folds.len().max(2) as f64;
        (1.0 + folds / (folds - 1.0)).sqrt()
    }

    fn fold_count(&self) -> u32 {
        self.folds.iter().max().map_or(0, |last| last + 1)
    }

    /// How much the items outside a fold count, kinds by groups: all groups alike, and as many in all as there are such items.
    fn amounts(&self, features: &Features, fold: u32, times: &[f64], groups: &[u32]) -> Vec<f64> {
        let mut amounts = vec![0.0; features.kinds() * self.count];
        let mut of_groups = vec![0.0; self.count];
        let mut items = 0.0;
        for place in (0..self.rows.len()).filter(|place| self.folds[*place] != fold) {
            let weight = self.weights[place] * times[place];
            amounts[features.of_item[place] as usize * self.count + groups[place] as usize] += weight;
            of_groups[groups[place] as usize] += weight;
            items += times[place];
        }
        let known = of_groups.iter().filter(|weight| **weight > 0.0).count().max(1) as f64;
        for of_kind in amounts.chunks_mut(self.count.max(1)) {
            for (amount, weight) in of_kind.iter_mut().zip(&of_groups).filter(|(_, weight)| **weight > 0.0) {
                *amount *= items / known / weight;
            }
        }
        amounts
    }
}
