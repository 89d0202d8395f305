//! Draws with a target distribution. What cannot be drawn is an outcome, with what was asked and what exists.

use std::fmt;

use indexmap::IndexMap;
use rand::RngExt;
use serde::{Deserialize, Serialize};

use super::apportion::{by_turns, down, largest_remainder, one_by_one};
use super::dataset::Dataset;
use super::error::DataError;
use super::frame::Factor;
use super::random::{generator, rank};
use super::share::shares;
use crate::spec::sample::{Round, Sample};

/// The units that may be drawn, in cells of the target.
#[derive(Clone, Debug)]
pub struct Urn {
    fields: Vec<String>,
    /// What the units are called, where they are no items.
    unit: Option<String>,
    cells: Vec<Cell>,
    /// How many items no cell can have, since a field of the target is missing.
    left_out: u64,
    round: Round,
    /// Of draws that are nested, when it is the turn of each cell among those of equal claims; the same whatever the size and the shares.
    turns: Option<Vec<usize>>,
    replace: bool,
    seed: u64,
}

#[derive(Clone, Debug)]
struct Cell {
    levels: Vec<String>,
    share: f64,
    /// Name and rows of each.
    units: Vec<(String, Vec<u32>)>,
}

/// Of one combination of levels: what was asked, what exists and what was drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Portion {
    /// One level a field of the target.
    pub levels: Vec<String>,
    /// The share of the target, in 0…1.
    pub share: f64,
    /// Units that the target asks for.
    pub asked: u64,
    /// Units that exist.
    pub exists: u64,
    /// Units that were drawn.
    pub drawn: u64,
    /// Items that were drawn with them.
    pub items: u64,
}

/// What was drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draw {
    /// Rows of the dataset, in order; with replacement, some several times.
    pub rows: Vec<u32>,
    /// The size that was asked for.
    pub size: u64,
    /// The fields of the target.
    pub fields: Vec<String>,
    /// One for each combination of their levels.
    pub portions: Vec<Portion>,
    /// How many items of the split were not drawn from, since one of the fields is missing.
    pub left_out: u64,
}

/// A draw that is not possible.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
pub struct Infeasible {
    /// The size that was asked for.
    pub size: u64,
    /// What is counted, where it is no items: what the `unit` is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The fields of the target.
    pub fields: Vec<String>,
    /// How shares become whole numbers.
    pub round: Round,
    /// The combinations of which there are too few, or all of them where rounding leaves nothing of any; none where no item has one.
    pub short: Vec<Portion>,
}

impl fmt::Display for Infeasible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.size {
            0 => write!(f, "no draw is possible, however small")?,
            size => write!(f, "a draw of {size} is not possible")?,
        }
        if let Some(unit) = &self.unit {
            write!(f, ", counted by `{unit}`")?;
        }
        if self.short.is_empty() {
            let fields: Vec<String> = self.fields.iter().map(|field| format!("`{field}`")).collect();
            write!(f, ": no item has {}", fields.join(" and "))?;
        }
        for (index, portion) in self.short.iter().take(3).enumerate() {
            let levels: Vec<String> = self.fields.iter().zip(&portion.levels).map(|(field, level)| format!("{field}={level}")).collect();
            let of = if levels.is_empty() { String::new() } else { format!(" of {}", levels.join(", ")) };
            let lead = if index == 0 { ": " } else { "; " };
            let exact = (portion.share * self.size as f64 * 1e4).round() / 1e4;
            match (portion.asked > portion.exists, self.size) {
                (false, 1..) if self.round == Round::Down => {
                    let lead = if index == 0 { ": rounded down, every share is none: " } else { lead };
                    write!(f, "{lead}{exact}{of}, of which {} exist", portion.exists)?;
                }
                (true, _) => write!(f, "{lead}{}{of} are asked and {} exist", portion.asked, portion.exists)?,
                (false, 0) => {
                    let most = down(portion.exists as f64 / portion.share);
                    let there = portion.exists;
                    write!(f, "{lead}no size up to {most}, for which the {there}{of} are enough, makes a whole number of every share")?;
                }
                (false, size) => write!(f, "{lead}{size} times {}{of} is no whole number", portion.share)?,
            }
        }
        match self.short.len() {
            0..=3 => Ok(()),
            more => write!(f, " and {} more", more - 3),
        }
    }
}

impl Cell {
    fn names(&self) -> Vec<&str> {
        self.levels.iter().map(String::as_str).collect()
    }
}

/// The names of levels, one a field.
fn names<'f>(factors: &[&'f Factor], levels: &[u32]) -> Vec<&'f str> {
    factors.iter().zip(levels).map(|(factor, level)| factor.levels[*level as usize].as_str()).collect()
}

impl Urn {
    /// Sorts the units of some rows into the cells of a target. Rows on which a field of the target is missing are left out.
    ///
    /// # Errors
    /// When a field or a level is not there, or a field varies within a unit.
    pub fn fill(dataset: &Dataset, rows: &[u32], sample: &Sample) -> Result<Self, DataError> {
        let fields: Vec<String> = sample.target.fields().into_iter().map(str::to_owned).collect();
        let factors: Vec<&Factor> = fields.iter().map(|field| dataset.factor_at(field, &sample.node)).collect::<Result<_, _>>()?;
        let unit = sample.unit.as_ref().map(|unit| dataset.factor(unit)).transpose()?;
        let mut cells: IndexMap<Vec<u32>, Vec<(String, Vec<u32>)>> = IndexMap::new();
        let mut left_out = 0;
        for (name, members) in dataset.units(rows, unit) {
            let code = |factor: &Factor| {
                let first = factor.codes[*members.first()? as usize];
                members.iter().all(|row| factor.codes[*row as usize] == first).then_some(first)
            };
            let mut levels = Vec::with_capacity(factors.len());
            for (field, factor) in fields.iter().zip(&factors) {
                match code(factor) {
                    Some(level) => levels.extend(level),
                    None => {
                        let reason = format!(
                            "has several levels of `{field}` within `{}`: draw by another `unit`, or leave `{field}` out",
                            &name[1..]
                        );
                        return Err(DataError::dataset(&dataset.name, reason));
                    }
                }
            }
            match levels.len() == factors.len() {
                true => cells.entry(levels).or_default().push((name, members)),
                false => left_out += members.len() as u64,
            }
        }
        let counts: IndexMap<Vec<u32>, u64> = cells.iter().map(|(levels, units)| (levels.clone(), units.len() as u64)).collect();
        let met: Vec<Vec<&str>> = cells.keys().map(|levels| names(&factors, levels)).collect();
        let cells: Vec<Cell> = shares(&sample.target, &fields, &factors, &counts)?
            .into_iter()
            .map(|(levels, share)| Cell {
                units: cells.swap_remove(&levels).unwrap_or_default(),
                levels: names(&factors, &levels).into_iter().map(str::to_owned).collect(),
                share,
            })
            .collect();
        let nested = sample.round == Round::LargestRemainder && !sample.nested_over.is_empty();
        let turns = nested.then(|| {
            // Those that the target leaves out take part, so that it does not matter which these are.
            let all: Vec<Vec<&str>> = cells.iter().map(Cell::names).chain(met).collect();
            let mut turns = vec![0; all.len()];
            by_turns(&all, (0..all.len()).collect(), sample.seed).into_iter().enumerate().for_each(|(turn, at)| turns[at] = turn);
            turns
        });
        let unit = sample.unit.as_ref().map(|unit| unit.text.clone());
        Ok(Self { fields, unit, cells, left_out, round: sample.round, turns, replace: sample.replace, seed: sample.seed })
    }

    /// What of so many items cannot be drawn at all: `12 of 40 items have no `race``. `None` where all can.
    pub fn unplaced(&self, all: usize) -> Option<String> {
        let fields: Vec<String> = self.fields.iter().map(|field| format!("`{field}`")).collect();
        let have = if self.left_out == 1 { "has" } else { "have" };
        (self.left_out > 0).then(|| format!("{} of {all} items {have} no {}", self.left_out, fields.join(" or no ")))
    }

    /// The largest size that can be drawn without replacement; 0 where none can.
    pub fn largest(&self) -> u64 {
        // A rounded share may be no unit at all, but what the target asks for and nobody has is no matter of rounding.
        if self.cells.iter().any(|cell| cell.share > 0.0 && cell.units.is_empty()) {
            return 0;
        }
        if self.turns.is_some() {
            return self.last_of_nested();
        }
        let bound = |cell: &Cell| ((cell.units.len() + 1) as f64 / cell.share).floor() as u64;
        let bound = self.cells.iter().filter(|cell| cell.share > 0.0).map(bound).min().unwrap_or(0);
        // Rounding makes the quotas jump by one, so the answer is a little below the bound; exact shares may need a longer way.
        (1..=bound).rev().find(|size| self.short(*size).is_empty()).unwrap_or(0)
    }

    /// The largest size of nested draws: where one is possible, all smaller ones are.
    fn last_of_nested(&self) -> u64 {
        let (mut able, mut unable) = (0, self.cells.iter().map(|cell| cell.units.len() as u64).sum::<u64>() + 1);
        while unable - able > 1 {
            let size = able + (unable - able) / 2;
            *(if self.short(size).is_empty() { &mut able } else { &mut unable }) = size;
        }
        able
    }

    /// Draws so many units. `key` tells draws apart that are not nested: the values of the axes that the sample depends on, without those
    /// of `nested_over`. Equal keys give nested draws: of each cell, the smaller is part of the larger, and where the target is the same or only
    /// makes a level more frequent beside others, a larger draw asks no cell of that level for fewer.
    ///
    /// # Errors
    /// What is missing: an outcome to be reported, not a mistake.
    pub fn draw(&self, size: u64, key: &str) -> Result<Draw, Infeasible> {
        let mut portions = self.portions(size);
        let mut short = if size == 0 { self.missing() } else { self.short(size) };
        let nothing = portions.iter().all(|portion| portion.asked == 0);
        if nothing && short.is_empty() {
            short.clone_from(&portions);
        }
        // Of a split without items nothing can be said.
        if !short.is_empty() || nothing && self.left_out > 0 {
            return Err(Infeasible { size, unit: self.unit.clone(), fields: self.fields.clone(), round: self.round, short });
        }
        let mut rows = Vec::new();
        for (cell, portion) in self.cells.iter().zip(&mut portions) {
            let quota = portion.asked as usize;
            let before = rows.len();
            if self.replace && quota > 0 {
                let purpose = format!("draw {key} {}", cell.levels.join(" "));
                let mut random = generator(self.seed, &purpose, 0, 0);
                (0..quota).for_each(|_| rows.extend(&cell.units[random.random_range(0..cell.units.len())].1));
            } else {
                let purpose = format!("draw {key}");
                let mut ranked: Vec<(u128, &[u32])> =
                    cell.units.iter().map(|(name, members)| (rank(self.seed, &purpose, 0, name), members.as_slice())).collect();
                ranked.sort_unstable();
                ranked.iter().take(quota).for_each(|(_, members)| rows.extend(*members));
            }
            portion.drawn = portion.asked;
            portion.items = (rows.len() - before) as u64;
        }
        rows.sort_unstable();
        Ok(Draw { rows, size, fields: self.fields.clone(), portions, left_out: self.left_out })
    }

    /// Why no size can be drawn: the combinations that the target asks for and nobody has, or else the one that is used up first.
    fn missing(&self) -> Vec<Portion> {
        let least = |portion: Portion| Portion { asked: portion.asked.max(1), ..portion };
        let portions = || self.portions(1).into_iter().filter(|portion| portion.share > 0.0).map(least);
        let none: Vec<Portion> = portions().filter(|portion| portion.exists == 0).collect();
        let most = |portion: &Portion| portion.exists as f64 / portion.share;
        if none.is_empty() { portions().min_by(|one, other| most(one).total_cmp(&most(other))).into_iter().collect() } else { none }
    }

    /// The portions that cannot be drawn.
    fn short(&self, size: u64) -> Vec<Portion> {
        let too_few =
            |portion: &Portion| if self.replace { portion.asked > 0 && portion.exists == 0 } else { portion.asked > portion.exists };
        let broken = |portion: &Portion| {
            let exact = portion.share * size as f64;
            self.round == Round::Exact && (exact - exact.round()).abs() > 1e-6
        };
        self.portions(size).into_iter().filter(|portion| too_few(portion) || broken(portion)).collect()
    }

    /// Equal remainders go by turns through the levels of each field, first to those who have a unit for it.
    fn deal(&self, tied: Vec<usize>, exact: &[f64]) -> Vec<usize> {
        let levels: Vec<Vec<&str>> = self.cells.iter().map(Cell::names).collect();
        let (able, unable) = tied.into_iter().partition(|at| self.has_more(*at, down(exact[*at])));
        [able, unable].map(|tied| by_turns(&levels, tied, self.seed)).concat()
    }

    /// Whether a cell has a unit besides so many.
    fn has_more(&self, cell: usize, quota: u64) -> bool {
        self.replace || self.cells[cell].units.len() as u64 > quota
    }

    fn portions(&self, size: u64) -> Vec<Portion> {
        let exact: Vec<f64> = self.cells.iter().map(|cell| cell.share * size as f64).collect();
        let quotas = match (self.round, &self.turns) {
            (_, Some(turns)) => {
                let shares: Vec<f64> = self.cells.iter().map(|cell| cell.share).collect();
                one_by_one(&shares, size, turns, |cell, quota| self.has_more(cell, quota))
            }
            (Round::LargestRemainder, None) => largest_remainder(&exact, |tied| self.deal(tied, &exact)),
            (Round::Down | Round::Exact, None) => exact.iter().map(|exact| down(*exact)).collect(),
        };
        let portion = |(cell, asked): (&Cell, u64)| Portion {
            levels: cell.levels.clone(),
            share: cell.share,
            asked,
            exists: cell.units.len() as u64,
            drawn: 0,
            items: 0,
        };
        self.cells.iter().zip(quotas).map(portion).collect()
    }
}
