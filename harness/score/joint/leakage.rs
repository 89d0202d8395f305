//! Leakage: how well an attacker tells items' groups from their labels, or from what a model makes of them.
//!
//! Every item is told by an attacker that was fitted on other items (of other subjects): those of the other folds.

use rayon::prelude::*;

use super::Hand;
use super::attacker::Features;
use super::probe::Probe;
use crate::data::frame::Targets;
use crate::score::OUTSIDE;
use crate::score::predictions::{Decisions, Predictions};
use crate::score::units::draw::{Purpose, generator, lot, shuffle};
use crate::score::value::{Cause, Undefined, Value, sum};
use crate::spec::embed::Normalize;

/// What an attacker sees of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// The scores as they are.
    Scores,
    /// One number a class: whether it is decided.
    Decisions,
}

/// How far the group of each item was told.
#[derive(Clone, Debug)]
pub struct Leaks {
    /// The pattern of each item; `OUTSIDE` for those that nobody was asked about.
    pub of_row: Vec<u32>,
    /// What each pattern adds to the number of its group's items that were told.
    told: Vec<f64>,
    groups: usize,
    /// A group of which an attacker who is asked about it has seen nothing: it lies in one fold alone.
    lone: Option<usize>,
    /// What they were told by.
    pub probe: Probe,
}

/// Items whose group an attacker is asked for.
#[derive(Clone, Debug)]
pub struct Suspects<'a> {
    predictions: &'a Predictions,
    /// In the order of their ids.
    rows: Vec<usize>,
    groups: Vec<u32>,
    folds: Vec<u32>,
    count: usize,
    seed: u64,
}

impl<'a> Suspects<'a> {
    /// The items that count, with the group of each among `count`, in no folds.
    pub fn new(predictions: &'a Predictions, of_row: &[u32], count: usize, counts: impl Fn(usize) -> bool, seed: u64) -> Self {
        let mut rows: Vec<usize> = (0..predictions.len()).filter(|row| of_row[*row] != OUTSIDE && counts(*row)).collect();
        // Sums and draws depend on their order, and must not on that of rows.
        rows.sort_by(|a, b| predictions.ids().get(*a).cmp(predictions.ids().get(*b)));
        let groups = rows.iter().map(|row| of_row[*row]).collect();
        Self { predictions, folds: vec![0; rows.len()], rows, groups, count, seed }
    }

    /// In so many folds, dealt out by the names of items, or of the first item of each subject: of each group as many in every fold, give
    /// or take one.
    #[must_use]
    pub fn dealt(mut self, folds: u32) -> Self {
        let units = self.units();
        // The first item of each unit, with its lot.
        let mut firsts: Vec<(u32, u64, usize)> = Vec::new();
        for (place, unit) in units.iter().enumerate() {
            if *unit == firsts.len() {
                let name = format!("fold of {}", self.predictions.ids().get(self.rows[place]));
                firsts.push((self.groups[place], lot(self.seed, &name).to_bits(), *unit));
            }
        }
        firsts.sort_unstable();
        let mut of_unit = vec![0; firsts.len()];
        for group in firsts.chunk_by(|a, b| a.0 == b.0) {
            group.iter().zip((0..folds).cycle()).for_each(|((_, _, unit), fold)| of_unit[*unit] = fold);
        }
        self.folds = units.into_iter().map(|unit| of_unit[unit]).collect();
        self
    }

    /// In the folds that the levels of a field are; an item without one is not asked about.
    #[must_use]
    pub fn given(mut self, field: &str) -> Self {
        let Some(factor) = self.predictions.fields().get(field) else { return self };
        let known: Vec<usize> = (0..self.rows.len()).filter(|place| factor.codes[self.rows[*place]].is_some()).collect();
        self.folds = known.iter().filter_map(|place| factor.codes[self.rows[*place]]).collect();
        self.groups = known.iter().map(|place| self.groups[*place]).collect();
        self.rows = known.into_iter().map(|place| self.rows[place]).collect();
        self
    }

    /// The subject of each item, numbered as they come; an item without one is one of its own.
    fn units(&self) -> Vec<usize> {
        let subjects = self.predictions.subject();
        let mut of_subject = vec![None; subjects.map_or(0, |subjects| subjects.levels.len())];
        let mut units = 0;
        let mut fresh = || {
            units += 1;
            units - 1
        };
        let unit = |row: &usize| match subjects.and_then(|subjects| subjects.codes[*row]) {
            Some(subject) => *of_subject[subject as usize].get_or_insert_with(&mut fresh),
            None => fresh(),
        };
        self.rows.iter().map(unit).collect()
    }

    /// What an attacker sees of the labels.
    pub fn labels(&self) -> Features {
        self.of_sets(&self.all(|row| present(self.predictions, row)))
    }

    /// What it sees of a model's scores; those of none are nothing.
    pub fn scores(&self) -> Features {
        let scores = |row: &usize| self.predictions.scores().map_or(&[][..], |scores| scores.of(*row));
        Features::of_scores(&self.rows.iter().map(scores).collect::<Vec<_>>())
    }

    /// What it sees of where a model's encoder places them.
    pub fn embeddings(&self, normalize: Normalize) -> Features {
        let vector = |row: &usize| {
            let vector = self.predictions.embeddings().map_or(&[][..], |embeddings| embeddings.of(*row));
            let length = vector.iter().map(|number| number * number).sum::<f64>().sqrt();
            // A zero vector stays one.
            let length = if normalize == Normalize::L2 && length > 0.0 { length } else { 1.0 };
            vector.iter().map(|number| number / length).collect::<Vec<f64>>()
        };
        let vectors: Vec<Vec<f64>> = self.rows.iter().map(vector).collect();
        Features::of_scores(&vectors.iter().map(Vec::as_slice).collect::<Vec<_>>())
    }

    /// What it sees of what was decided; `known` for the classes alone of which it is known whether they are right.
    pub fn decisions(&self, decisions: &Decisions, known: bool) -> Features {
        let mut sets = self.all(|row| decisions.classes(row).to_vec());
        if let (true, Targets::Multi { present, absent }) = (known, self.predictions.targets()) {
            for (set, row) in sets.iter_mut().zip(&self.rows) {
                set.retain(|class| present[*row].binary_search(class).is_ok() || absent[*row].binary_search(class).is_ok());
            }
        }
        self.of_sets(&sets)
    }

    /// What it sees of labels that are wrong as often, class by class, as what was decided, but by chance, in so many draws. What
    /// was decided is dealt out anew among the items of the same label.
    pub fn degraded_labels(&self, decisions: &Decisions, draws: u32) -> Vec<Features> {
        let one = |draw: u32| self.of_sets(&self.degraded(decisions, u64::from(draw)));
        (0..draws).into_par_iter().map(one).collect()
    }

    fn of_sets(&self, sets: &[Vec<u32>]) -> Features {
        Features::of_sets(sets, self.predictions.classes().len())
    }

    fn degraded(&self, decisions: &Decisions, draw: u64) -> Vec<Vec<u32>> {
        let decided = self.all(|row| decisions.classes(row).to_vec());
        // Who gets what was decided of whom, among some.
        let dealt = |among: Vec<u32>, index: u64| {
            let mut from = among.clone();
            shuffle(&mut generator(self.seed, Purpose::Leakage, draw, index), &mut from);
            among.into_iter().zip(from).map(|(to, from)| (to as usize, from as usize))
        };
        let mut sets = vec![Vec::new(); self.rows.len()];
        let classes = 0..self.predictions.classes().len() as u32;
        match self.predictions.targets() {
            Targets::Single(targets) => {
                let mut of_class: Vec<Vec<u32>> = vec![Vec::new(); classes.len()];
                for (place, row) in self.rows.iter().enumerate() {
                    targets[*row].into_iter().for_each(|class| of_class[class as usize].push(place as u32));
                }
                for (class, among) in of_class.into_iter().enumerate() {
                    dealt(among, class as u64).for_each(|(to, from)| sets[to].clone_from(&decided[from]));
                }
            }
            Targets::Multi { present, absent } => {
                for (class, (labels, half)) in classes.flat_map(|class| [(class, (present, 0)), (class, (absent, 1))]) {
                    let has = |place: &u32| labels[self.rows[*place as usize]].binary_search(&class).is_ok();
                    let among: Vec<u32> = (0..self.rows.len() as u32).filter(has).collect();
                    let said = dealt(among, 2 * u64::from(class) + half).filter(|(_, from)| decided[*from].binary_search(&class).is_ok());
                    said.for_each(|(to, _)| sets[to].push(class));
                }
            }
        }
        sets
    }

    fn all(&self, of: impl Fn(usize) -> Vec<u32>) -> Vec<Vec<u32>> {
        self.rows.iter().map(|row| of(*row)).collect()
    }

    /// Attackers who see this of the items; for `sights` see [`Probe::sights`].
    pub fn leaks(self, sights: Vec<(f64, Features)>) -> Leaks {
        let units = self.units();
        let weight = |row: &usize| self.predictions.weight().map_or(1.0, |weights| weights[*row]);
        let weights = self.rows.iter().map(weight).collect();
        let Self { predictions, rows, groups, folds, count, .. } = self;
        let probe = Probe { sights, rows, groups, folds, units, weights, count };
        let told = probe.told();
        let mut distinct = told.clone();
        distinct.sort_unstable_by(f64::total_cmp);
        distinct.dedup();
        let mut of_row = vec![OUTSIDE; predictions.len()];
        for (row, value) in probe.rows.iter().zip(told) {
            of_row[*row] = distinct.partition_point(|known| known.total_cmp(&value).is_lt()) as u32;
        }
        let mut seen: Vec<(u32, u32)> = probe.groups.iter().copied().zip(probe.folds.iter().copied()).collect();
        seen.sort_unstable();
        seen.dedup();
        let lone = seen.chunk_by(|a, b| a.0 == b.0).find(|of_group| of_group.len() == 1).map(|of_group| of_group[0].0 as usize);
        Leaks { of_row, told: distinct, groups: probe.count, lone, probe }
    }
}

impl Leaks {
    /// The mean over groups of the share of a group's items that were told.
    pub fn leakage(&self, hand: &Hand<'_>) -> Value {
        let mut sums = vec![(0.0, 0.0); self.groups];
        for ((group, pattern), weight) in
            hand.groups.iter().zip(hand.patterns).zip(hand.weights).filter(|((group, _), _)| **group != OUTSIDE)
        {
            let (told, all) = &mut sums[*group as usize];
            *told += weight * self.told[*pattern as usize];
            *all += weight;
        }
        let shares: Vec<f64> = sums.into_iter().filter(|(_, all)| *all > 0.0).map(|(told, all)| told / all).collect();
        match self.lone {
            _ if shares.len() < 2 => Err(Cause::FewGroups.into()),
            Some(group) => Err(Undefined::from(Cause::OneFold).in_group(group)),
            None => Ok(sum(shares.iter().copied()) / shares.len() as f64),
        }
    }
}

fn present(predictions: &Predictions, row: usize) -> Vec<u32> {
    match predictions.targets() {
        Targets::Single(targets) => targets[row].into_iter().collect(),
        Targets::Multi { present, .. } => present[row].clone(),
    }
}
