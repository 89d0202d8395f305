//! The scores that a comparison is made of, and what is made of them.

use indexmap::IndexMap;

use super::comparison::{Family, PlannedContrast, PlannedSide};
use super::planned::PlannedScore;
use crate::score::compare::contrast::{Contrast, Pairs};
use crate::spec::cell::CellEvaluation;
use crate::spec::grid::Point;
use crate::spec::study::Study;
use crate::spec::table::Word;

/// What is compared, by name.
pub(super) struct Levels {
    /// An axis, `model`, `decision`, or a breakdown.
    pub(super) over: String,
    /// The levels in declared order.
    pub(super) known: Vec<String>,
    /// What is made of them.
    pub(super) how: How,
}

impl Levels {
    /// Whether they are decision rules, of which a score has several.
    pub(super) fn of_rules(&self) -> bool {
        self.over == Word::Decision.text()
    }
}

/// What is made of levels.
pub(super) enum How {
    /// Differences, from one to another.
    Pairs(Vec<(usize, usize)>),
    /// A slope over the numbers that they stand for.
    Trend(Vec<f64>),
    /// Differences between groups of one score.
    Groups(Pairs),
}

/// What the sides of a family share: the evaluation, the model (nothing where models are compared), and the other axes.
type Common<'s> = (&'s str, &'s str, Point);

/// A score and its level of what is compared.
type Member = (usize, usize);

/// How scores become families.
pub(super) struct Families<'s> {
    pub(super) study: &'s Study,
    pub(super) scores: &'s [PlannedScore],
    pub(super) levels: &'s Levels,
    /// The axes over whose levels sides are averaged.
    pub(super) averaged: Vec<usize>,
}

impl Families<'_> {
    /// The families of some scores: those that agree on all but what is compared and averaged. An axis that only one of two models spans is
    /// no disagreement.
    pub(super) fn of(&self, candidates: &[usize]) -> Vec<Family> {
        if let How::Groups(pairs) = &self.levels.how {
            return candidates.iter().map(|score| self.of_groups(*score, pairs)).collect();
        }
        let compared: Vec<Member> =
            candidates.iter().flat_map(|score| self.members(*score)).filter(|(_, level)| self.takes(*level)).collect();
        let shared: Vec<usize> = (0..self.study.grid.axes.len())
            .filter(|axis| self.keeps(*axis) && compared.iter().all(|(score, _)| self.point(*score).level(*axis).is_some()))
            .collect();
        let mut alike: IndexMap<Common<'_>, Vec<Member>> = IndexMap::new();
        for (score, level) in compared {
            let kept = if self.levels.over == "model" { "" } else { self.model(score) };
            alike.entry((self.evaluation(score).name.as_str(), kept, self.point(score).onto(&shared))).or_default().push((score, level));
        }
        let family = |members: Vec<Member>| match &self.levels.how {
            How::Pairs(pairs) => self.of_pairs(&members, pairs),
            How::Trend(numbers) => self.of_trend(&members, numbers),
            How::Groups(_) => Family::default(),
        };
        alike.into_values().map(family).filter(|family| !family.contrasts.is_empty()).collect()
    }

    fn of_groups(&self, score: usize, pairs: &Pairs) -> Family {
        let contrast = Contrast::Groups { side: 0, by: self.levels.over.clone(), pairs: pairs.clone() };
        let axes = self.study.grid.coordinates(self.point(score));
        let model = self.model(score).to_owned();
        let planned = PlannedContrast { contrast, model, axes, from: String::new(), to: String::new() };
        Family { sides: vec![PlannedSide { score, rule: None }], contrasts: vec![planned] }
    }

    fn of_pairs(&self, members: &[Member], pairs: &[(usize, usize)]) -> Family {
        let mut family = Family::default();
        for (from, to) in pairs {
            let at = |level: usize| members.iter().filter(move |member| member.1 == level).map(|member| member.0);
            let mut means: IndexMap<Point, (Vec<usize>, Vec<usize>)> = IndexMap::new();
            for (first, second) in at(*from).flat_map(|first| at(*to).map(move |second| (first, second))) {
                if self.agree(first, second) {
                    let rest = self.rest(&self.point(first).joined(self.point(second)));
                    let (low, high) = means.entry(rest).or_default();
                    family.add(self.side(first, *from), low);
                    family.add(self.side(second, *to), high);
                }
            }
            family.contrasts.extend(means.into_iter().map(|(rest, (low, high))| PlannedContrast {
                model: self.kept_model(&family.sides, &low),
                axes: self.study.grid.coordinates(&rest),
                contrast: Contrast::Difference { from: low, to: high },
                from: self.levels.known[*from].clone(),
                to: self.levels.known[*to].clone(),
            }));
        }
        family
    }

    fn of_trend(&self, members: &[Member], numbers: &[f64]) -> Family {
        let mut family = Family::default();
        let mut trends: IndexMap<Point, IndexMap<usize, Vec<usize>>> = IndexMap::new();
        for (score, level) in members {
            let sides = trends.entry(self.rest(self.point(*score))).or_default().entry(*level).or_default();
            family.add(self.side(*score, *level), sides);
        }
        for (rest, mut levels) in trends.into_iter().filter(|(_, levels)| levels.len() > 1) {
            levels.sort_by(|a, _, b, _| numbers[*a].total_cmp(&numbers[*b]));
            let named = |end: Option<(&usize, &Vec<usize>)>| end.map_or_else(String::new, |(level, _)| self.levels.known[*level].clone());
            let (from, to) = (named(levels.first()), named(levels.last()));
            let points: Vec<(f64, Vec<usize>)> = levels.into_iter().map(|(level, sides)| (numbers[level], sides)).collect();
            family.contrasts.push(PlannedContrast {
                model: self.kept_model(&family.sides, points.first().map_or(&[], |(_, sides)| sides)),
                axes: self.study.grid.coordinates(&rest),
                contrast: Contrast::Slope(points),
                from,
                to,
            });
        }
        family
    }

    fn evaluation(&self, score: usize) -> &CellEvaluation {
        &self.study.evaluations[self.scores[score].evaluation]
    }

    fn point(&self, score: usize) -> &Point {
        &self.evaluation(score).point
    }

    fn model(&self, score: usize) -> &str {
        &self.study.cells[self.evaluation(score).cell()].model
    }

    fn kept_model(&self, sides: &[PlannedSide], some: &[usize]) -> String {
        match some.first() {
            Some(side) if self.levels.over != "model" => self.model(sides[*side].score).to_owned(),
            _ => String::new(),
        }
    }

    fn side(&self, score: usize, level: usize) -> PlannedSide {
        PlannedSide { score, rule: self.levels.of_rules().then(|| self.levels.known[level].clone()) }
    }

    /// The axis that is compared, where it is no model.
    fn axis(&self) -> Option<usize> {
        self.study.grid.axis(&self.levels.over).filter(|_| self.levels.over != "model")
    }

    /// A score at its level of what is compared; where rules are, at each that it has.
    fn members(&self, score: usize) -> Vec<Member> {
        let place = |name: &str| self.levels.known.iter().position(|known| known == name);
        let levels: Vec<Option<usize>> = match self.axis() {
            Some(axis) => vec![self.point(score).level(axis)],
            None if self.levels.of_rules() => self.scores[score].rules.iter().map(|rule| place(rule)).collect(),
            None => vec![place(self.model(score))],
        };
        levels.into_iter().flatten().map(|level| (score, level)).collect()
    }

    fn takes(&self, level: usize) -> bool {
        match &self.levels.how {
            How::Pairs(pairs) => pairs.iter().any(|(from, to)| *from == level || *to == level),
            How::Trend(_) | How::Groups(_) => true,
        }
    }

    /// Whether an axis tells contrasts apart.
    fn keeps(&self, axis: usize) -> bool {
        Some(axis) != self.axis() && !self.averaged.contains(&axis)
    }

    fn rest(&self, point: &Point) -> Point {
        let kept: Vec<usize> = point.axes().filter(|axis| self.keeps(*axis)).collect();
        point.onto(&kept)
    }

    fn agree(&self, a: usize, b: usize) -> bool {
        let (a, b) = (self.point(a), self.point(b));
        a.axes().all(|axis| Some(axis) == self.axis() || b.level(axis).is_none_or(|level| a.level(axis) == Some(level)))
    }
}
