//! Folds: items dealt into parts, each of them the test split once.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::dataset::Dataset;
use super::error::DataError;
use super::frame::Factor;
use super::random::rank;
use crate::spec::folds::{DEALT, Folds};

/// Its size, what orders it among those of equal size, and its rows.
type Unit<'u> = (Reverse<usize>, u128, &'u [u32]);

impl Dataset {
    /// Deals items into `folds.k` parts: the rows of each, in order. Units go whole, the largest first, each to the part that has the
    /// fewest items of its stratum, then the fewest of all.
    ///
    /// # Errors
    /// When there are fewer units than parts, a field is not there, or a subject would lie in two parts.
    pub fn folds(&self, folds: &Folds) -> Result<Vec<Vec<u32>>, DataError> {
        let all: Vec<u32>;
        let rows = match &folds.of {
            Some(split) => self.split(&split.text)?,
            None => {
                all = (0..self.ids.len() as u32).collect();
                &all
            }
        };
        let by = match &folds.by {
            Some(name) => Some(self.factor(name)?),
            None => self.subject.as_ref(),
        };
        let strata: Vec<&Factor> = folds.stratify.iter().map(|name| self.factor(name)).collect::<Result<_, _>>()?;
        let units = self.units(rows, by);
        let k = folds.k as usize;
        if units.len() < k {
            return Err(DataError::dataset(&self.name, format!("has {} units, fewer than the {k} of `folds.k`", units.len())));
        }
        let mut dealt: BTreeMap<Vec<Option<u32>>, Vec<Unit>> = BTreeMap::new();
        for (name, members) in &units {
            let stratum = strata.iter().map(|factor| members.first().and_then(|row| factor.codes[*row as usize])).collect();
            let order = (Reverse(members.len()), rank(folds.seed, "folds", 0, name), members.as_slice());
            dealt.entry(stratum).or_default().push(order);
        }
        let mut parts: Vec<Vec<u32>> = vec![Vec::new(); k];
        for mut units in dealt.into_values() {
            units.sort_unstable();
            let mut counts = vec![0_usize; k];
            for (_, _, members) in units {
                let least = (0..k).min_by_key(|part| (counts[*part], parts[*part].len(), *part)).unwrap_or(0);
                counts[least] += members.len();
                parts[least].extend_from_slice(members);
            }
        }
        parts.iter_mut().for_each(|part| part.sort_unstable());
        self.disjoint(&parts)?;
        Ok(parts)
    }

    fn disjoint(&self, parts: &[Vec<u32>]) -> Result<(), DataError> {
        let Some(subject) = &self.subject else { return Ok(()) };
        let mut seen: BTreeMap<u32, usize> = BTreeMap::new();
        for (part, rows) in parts.iter().enumerate() {
            for row in rows {
                let Some(code) = subject.codes[*row as usize] else { continue };
                if *seen.entry(code).or_insert(part) != part {
                    let reason = format!("has the subject `{}` in two folds: deal them by subject", subject.levels[code as usize]);
                    return Err(DataError::dataset(&self.name, reason));
                }
            }
        }
        Ok(())
    }
}

/// The rows of a fold's splits, in order: of dealt parts one is `test`, the next `validation` ones are that, and all others are `train`.
pub fn splits(parts: &[Vec<u32>], fold: usize, validation: usize) -> Vec<(&'static str, Vec<u32>)> {
    let place = |part: usize| match (part + parts.len() - fold) % parts.len() {
        0 => 0,
        after if after <= validation => 1,
        _ => 2,
    };
    let mut splits: Vec<(&str, Vec<u32>)> = DEALT.into_iter().map(|split| (split, Vec::new())).collect();
    for (part, rows) in parts.iter().enumerate() {
        splits[place(part)].1.extend_from_slice(rows);
    }
    splits.iter_mut().for_each(|(_, rows)| rows.sort_unstable());
    splits.retain(|(split, _)| *split != DEALT[1] || validation > 0);
    splits
}
