//! All numbers of a sheet over some units, with what their intervals are made from.

use rayon::prelude::*;

use super::bases::Worth;
use super::block::Drawn;
use super::draws::value;
use super::{Omitted, Reading, Replay, Sheet, Spot, number};
use crate::score::Value;
use crate::score::interval;
use crate::score::lens::tally::Tally;
use crate::score::units::Units;
use crate::spec::uncertainty::{Method, Uncertainty};

/// The numbers of a sheet as observed, and how they vary.
pub struct Scored<'a> {
    sheet: Sheet<'a>,
    uncertainty: &'a Uncertainty,
    spots: Vec<Spot>,
    values: Vec<Value>,
    /// Weights of items, group by group.
    tallies: Vec<Tally>,
    /// Numbers of items, group by group.
    supports: Vec<Tally>,
    /// Of each gap, draw by draw, what group labels make that are dealt anew; empty where that is not asked.
    nulls: Vec<Vec<f64>>,
    drawn: Drawn,
}

impl<'a> Scored<'a> {
    /// Scores units, whose slots have the sheet's patterns; `plain` says that items are the units, and count alike.
    pub fn new(sheet: Sheet<'a>, units: &Units, plain: bool, uncertainty: &'a Uncertainty) -> Self {
        let patterns: Vec<u32> = units.slots().iter().map(|slot| slot.pattern).collect();
        let slots = sheet.slots(units, &patterns);
        let mut tallies = sheet.tallies();
        sheet.sum(&slots, &units.counted(), &mut tallies);
        let supports = tallies.clone();
        sheet.sum(&slots, &units.observed(), &mut tallies);
        let blocks = sheet.blocks(&tallies);
        let roster = sheet.roster(units);
        let values = sheet.values(&tallies, &blocks, &roster);

        let numbers = |tallies: &[Tally]| sheet.values(tallies, &blocks, &roster).into_iter().map(number).collect::<Vec<f64>>();
        let plain = plain && sheet.refit.is_none();
        // Counts alone say how uncertain shares of items are that count alike.
        let counted = plain && uncertainty.shares_have_their_own() && sheet.metrics.iter().all(|metric| metric.is_counted());
        let resampled = if counted { Vec::new() } else { sheet.resamples(&slots, uncertainty, numbers) };
        let left_out = if uncertainty.method() == Method::Bca && !counted { sheet.left_out(&slots, numbers) } else { Vec::new() };

        let spots = sheet.spots(&tallies);
        let mut drawn = Drawn {
            intervals: Vec::new(),
            units: Vec::new(),
            chance: sheet.turned(&slots, uncertainty, numbers),
            still: Vec::new(),
            resampled,
            seed: uncertainty.seed(),
            items: supports[sheet.breakdown.groups.len()..].iter().map(|tally| tally.items).sum(),
            roster,
            // Subjects in several groups are common to these, and a rule that is found anew is to all.
            related: units.are_shared() || sheet.refit.is_some(),
            ranks: (0..tallies.len()).map(|group| units.rank(group)).collect(),
            of_pairs: units.are_pairs(),
            blocks,
            values,
        };
        let (bases, classes) = if plain { Default::default() } else { sheet.bases(units, &drawn.blocks) };
        let sides = if plain { Vec::new() } else { sheet.sides(units, supports.len()) };
        let worth = Worth { effective: sheet.effective(units), bases, classes, sides, plain };
        drawn.units = sheet.units(&drawn, &supports, &worth);
        let values = sheet.reduced(&spots, &drawn.blocks, &drawn.values, &drawn.roster);
        drawn.intervals = sheet.intervals(&drawn, &tallies, &supports, &worth, &left_out, uncertainty);
        drawn.still = sheet.still(&drawn, uncertainty);
        Self { sheet, uncertainty, spots, values, tallies, supports, nulls: Vec::new(), drawn }
    }

    /// The same with nulls.
    #[must_use]
    pub fn with_nulls(mut self, units: &Units) -> Self {
        self.nulls = self.sheet.nulls(&self.spots, units, self.uncertainty);
        self
    }

    /// The same as one of several sides, each of which has its own errors where no draw shows any.
    #[must_use]
    pub fn of_side(mut self, side: usize) -> Self {
        self.drawn.seed = self.uncertainty.seed().wrapping_add(side as u64);
        self.drawn.still = self.sheet.still(&self.drawn, self.uncertainty);
        self
    }

    /// All numbers.
    pub fn readings(&self) -> Vec<Reading> {
        (0..self.spots.len()).into_par_iter().map(|index| self.reading(index)).collect()
    }

    /// The interval of a number; `None` where there is none.
    pub fn interval(&self, number: usize) -> Option<(f64, f64)> {
        let (spot, value) = (&self.spots[number], self.values[number].ok()?);
        let ends = self.sheet.interval(spot, value, &self.drawn, self.uncertainty).filter(|_| self.drawn.tells())?;
        Some(self.sheet.with_no_gap(spot, ends, self.null(number), self.uncertainty))
    }

    /// A number in each resample, NaN where it has none; what no resample varies, as far as its limits reach.
    pub fn redrawn(&self, number: usize) -> Vec<f64> {
        self.sheet.redrawn(&self.spots[number], &self.drawn).collect()
    }

    /// The null of a gap: its median, and the share of it that is at least as far out.
    fn null(&self, number: usize) -> Option<(f64, f64)> {
        let gap = self.sheet.over(&self.spots[number]).filter(|over| over.reduction.is_gap())?;
        interval::null(self.nulls.get(number)?.iter().copied(), self.values[number].ok()?, gap.reduction.grows())
    }

    /// The numbers as observed and in every resample, which vary as what they are made of does.
    pub fn replay(&self) -> Replay {
        let (sheet, drawn) = (&self.sheet, &self.drawn);
        let spots = || self.spots.iter();
        let replicate = |replicate: &Vec<f64>| {
            let told = |spot: &Spot| number(sheet.number_at(spot, &drawn.blocks[spot.metric], |at| value(replicate[at]), &drawn.roster));
            spots().map(told).collect()
        };
        Replay {
            spots: self.spots.clone(),
            values: self.values.clone(),
            supports: spots().map(|spot| sheet.support(spot, &self.supports)).collect(),
            omitted: (0..self.spots.len()).map(|number| self.omitted(number)).collect(),
            replicates: drawn.resampled.par_iter().map(replicate).collect(),
        }
    }

    /// What a number does without, its interval aside.
    fn omitted(&self, number: usize) -> Omitted {
        let (spot, drawn) = (&self.spots[number], &self.drawn);
        self.sheet.omitted(spot, self.values[number], &drawn.blocks[spot.metric], (&self.tallies, &drawn.values), &drawn.roster)
    }

    fn reading(&self, index: usize) -> Reading {
        let (sheet, drawn) = (&self.sheet, &self.drawn);
        let (spot, value) = (self.spots[index], self.values[index]);
        let interval = self.interval(index);
        Reading {
            spot,
            value,
            support: sheet.support(&spot, &self.supports),
            interval,
            null: self.null(index),
            omitted: Omitted {
                interval: (value.is_ok() && interval.is_none() && !sheet.metrics[spot.metric].is_count())
                    .then(|| sheet.no_interval(&spot, drawn))
                    .flatten(),
                ..self.omitted(index)
            },
        }
    }
}
