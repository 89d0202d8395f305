//! What numbers rest on: of the units of a group only those count that hold some of what a share is of, or of each side of a ranking.
//!
//! A recall says nothing of subjects without positives, however many there are: limits and degrees of freedom are those of the others
//! (Korn and Graubard 1998, Survey Methodology 24(2), of a share in a part of the sample).

use std::collections::BTreeMap;

use super::Sheet;
use super::block::{Block, distinct};
use crate::score::lens::Lens;
use crate::score::lens::tally::Tally;
use crate::score::units::Units;
use crate::score::units::kish::Kish;

/// How much the numbers of a sheet rest on.
pub(super) struct Worth {
    /// How many equally weighted units each group has as much information as, and after the groups all of each panel.
    pub(super) effective: Vec<f64>,
    /// The same of what each number is a share of; empty where that is not told.
    pub(super) bases: Vec<f64>,
    /// The same, class by class, for each number that several classes make; none where that is not told.
    pub(super) classes: BTreeMap<usize, Vec<f64>>,
    /// By places and classes of a ranking, how many equally weighted units hold its positives, or its negatives where these are fewer; empty
    /// where no ranking is read.
    pub(super) sides: Vec<Vec<f64>>,
    /// Whether items are the units, and count alike.
    pub(super) plain: bool,
}

impl Sheet<'_> {
    /// Of every number that is a share or rises with one, how many equally weighted units what it is of is worth, number by number as they lie in the
    /// blocks; and of every number that several classes make, the same of each class. Empty where decisions are not what is read, or units are pairs,
    /// which are drawn by their subjects.
    pub(super) fn bases(&self, units: &Units, blocks: &[Block]) -> (Vec<f64>, BTreeMap<usize, Vec<f64>>) {
        let Lens::Outcomes(outcomes) = self.lens else { return Default::default() };
        if units.are_pairs() {
            return Default::default();
        }
        let mut tally = outcomes.tally();
        let shares: Vec<(usize, usize, usize)> = distinct(blocks)
            .flat_map(|(metric, block)| (0..block.parts).flat_map(move |part| (0..block.classes).map(move |class| (metric, part, class))))
            .filter(|(metric, part, class)| self.metrics[*metric].rising(*part, &tally, *class).is_some())
            .collect();
        let several: Vec<(usize, usize)> = distinct(blocks)
            .flat_map(|(metric, block)| (0..block.parts).map(move |part| (metric, part)))
            .filter(|(metric, part)| self.metrics[*metric].of_each(*part, &tally).is_some())
            .collect();
        let mut kish = vec![Kish::default(); distinct(blocks).map(|(_, block)| block.len()).sum()];
        let mut classes: BTreeMap<usize, Vec<Kish>> = BTreeMap::new();
        for (slots, copies) in units.each() {
            let mut places: Vec<usize> = slots.iter().flat_map(|slot| self.breakdown.places(slot.group, true)).collect();
            places.sort_unstable();
            places.dedup();
            for place in places {
                let here = slots.iter().filter(|slot| self.breakdown.places(slot.group, true).any(|other| other == place));
                outcomes.some(here.map(|slot| (slot.pattern as usize, slot.amount)), &mut tally);
                self.hold(&shares, blocks, place, &tally, |index, whole| kish[index].add(whole, copies));
                for (metric, part) in several.iter().filter(|(metric, _)| place < blocks[*metric].groups) {
                    let Some(wholes) = self.metrics[*metric].of_each(*part, &tally) else { continue };
                    let own =
                        classes.entry(blocks[*metric].at(*part, place, 0)).or_insert_with(|| vec![Kish::default(); tally.cells.len()]);
                    own.iter_mut().zip(wholes).for_each(|(kish, whole)| kish.add(whole, copies));
                }
            }
        }
        let numbers = |kish: Vec<Kish>| kish.into_iter().map(Kish::number).collect();
        (numbers(kish), classes.into_iter().map(|(index, kish)| (index, numbers(kish))).collect())
    }

    /// The sides of rankings at so many places. A subject may hold some of both, and then counts on both.
    pub(super) fn sides(&self, units: &Units, places: usize) -> Vec<Vec<f64>> {
        let (Lens::Rankings(rankings) | Lens::Rocs(rankings, _)) = self.lens else { return Vec::new() };
        if units.are_pairs() {
            return Vec::new();
        }
        let mut kish = vec![[Kish::default(); 2]; places * rankings.classes()];
        let mut held: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for (slots, copies) in units.each() {
            for slot in slots {
                for place in self.breakdown.places(slot.group, true) {
                    let side =
                        |class: usize| Some((place * rankings.classes() + class, usize::from(rankings.is_positive(slot.pattern, class)?)));
                    (0..rankings.classes()).filter_map(side).for_each(|at| *held.entry(at).or_default() += slot.amount);
                }
            }
            for ((at, side), amount) in std::mem::take(&mut held) {
                kish[at][side].add(amount, copies);
            }
        }
        let fewer = |sides: &[Kish; 2]| sides[0].number().min(sides[1].number());
        kish.chunks(rankings.classes().max(1)).map(|place| place.iter().map(fewer).collect()).collect()
    }

    /// Says of every share at a place how much of what it is of a unit holds.
    fn hold(&self, shares: &[(usize, usize, usize)], blocks: &[Block], place: usize, tally: &Tally, mut of: impl FnMut(usize, f64)) {
        for (metric, part, class) in shares.iter().filter(|(metric, ..)| place < blocks[*metric].groups) {
            if let Some(((_, whole), _)) = self.metrics[*metric].rising(*part, tally, *class) {
                of(blocks[*metric].at(*part, place, *class), whole);
            }
        }
    }
}
