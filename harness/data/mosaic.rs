//! Mosaics: items of one split laid out on grids, with the labels and fields of their parts.

use indexmap::IndexMap;
use rand::seq::SliceRandom;

use super::frame::{Factor, Targets};
use super::items::Grid;
use super::random::{generator, uniform};
use crate::spec::card::{Combine, Compose};

/// Mosaics in the place of the items they are made of.
pub(super) struct Mosaics {
    pub(super) grid: Grid,
    pub(super) ids: Vec<String>,
    pub(super) splits: IndexMap<String, Vec<u32>>,
}

impl Mosaics {
    /// Shuffles the items of each split and cuts them into grids; the last few that do not fill one are left out.
    pub(super) fn lay(compose: &Compose, splits: &IndexMap<String, Vec<u32>>) -> Self {
        let mut grid = Grid { rows: compose.rows, columns: compose.columns, parts: Vec::new() };
        let (mut ids, mut made) = (Vec::new(), IndexMap::new());
        for (split, rows) in splits {
            let start = ids.len() as u32;
            for round in 0..compose.repeat.of(split) {
                let mut shuffled = rows.clone();
                shuffled.shuffle(&mut generator(compose.seed, &format!("mosaic {split}"), u64::from(round), 0));
                for parts in shuffled.chunks_exact(grid.size()) {
                    ids.push(format!("{split}-mosaic-{:06}", ids.len() as u32 - start));
                    grid.parts.extend_from_slice(parts);
                }
            }
            made.insert(split.clone(), (start..ids.len() as u32).collect());
        }
        Self { grid, ids, splits: made }
    }

    fn parts(&self) -> impl Iterator<Item = &[u32]> {
        self.grid.parts.chunks_exact(self.grid.size())
    }

    /// The classes of the parts are present, all others absent, and a declared share of both unknown. A part whose class is not known
    /// leaves every class that no other part shows unknown.
    pub(super) fn targets(&self, compose: &Compose, label: &Factor) -> Targets {
        let (mut present, mut absent) = (Vec::with_capacity(self.ids.len()), Vec::with_capacity(self.ids.len()));
        for (id, parts) in self.ids.iter().zip(self.parts()) {
            let mut shown: Vec<u32> = parts.iter().filter_map(|part| label.codes[*part as usize]).collect();
            shown.sort_unstable();
            shown.dedup();
            let certain = parts.iter().all(|part| label.codes[*part as usize].is_some());
            let hidden =
                |class: u32| compose.unknown > 0.0 && uniform(compose.seed, "mosaic unknown", u64::from(class), id) < compose.unknown;
            absent.push(match certain {
                true => (0..label.levels.len() as u32).filter(|class| shown.binary_search(class).is_err() && !hidden(*class)).collect(),
                false => Vec::new(),
            });
            shown.retain(|class| !hidden(*class));
            present.push(shown);
        }
        Targets::Multi { present, absent }
    }

    /// A field of levels, combined.
    pub(super) fn combine(&self, combine: &Combine, part: &Factor) -> Factor {
        match combine {
            Combine::Any(wanted) => {
                let wanted_code = part.levels.iter().position(|level| level == wanted).map(|code| code as u32);
                let some = |parts: &[u32]| parts.iter().any(|row| wanted_code.is_some() && part.codes[*row as usize] == wanted_code);
                let codes = self.parts().map(|parts| Some(u32::from(!some(parts)))).collect();
                Factor { levels: vec![wanted.clone(), format!("no {wanted}")], codes }
            }
            Combine::Majority | Combine::Mean => {
                let mixed = part.levels.len() as u32;
                let most = |parts: &[u32]| {
                    let mut counts = vec![0_u32; part.levels.len()];
                    parts.iter().filter_map(|row| part.codes[*row as usize]).for_each(|code| counts[code as usize] += 1);
                    let top = counts.iter().copied().max().filter(|count| *count > 0)?;
                    let mut winners = counts.iter().enumerate().filter(|(_, count)| **count == top).map(|(code, _)| code as u32);
                    match (winners.next(), winners.next()) {
                        (Some(winner), None) => Some(winner),
                        _ => Some(mixed),
                    }
                };
                let codes: Vec<Option<u32>> = self.parts().map(most).collect();
                let mut levels = part.levels.clone();
                levels.push("mixed".to_owned());
                Factor { levels, codes }
            }
        }
    }

    /// The mean of what was measured of the parts; missing where it is of all.
    pub(super) fn mean(&self, measured: &[Option<f64>]) -> Vec<Option<f64>> {
        let mean = |parts: &[u32]| {
            let known: Vec<f64> = parts.iter().filter_map(|part| measured[*part as usize]).collect();
            (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
        };
        self.parts().map(mean).collect()
    }
}
