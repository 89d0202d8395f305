//! Whose group labels are exchanged: those of items that count alike in what a number is of.
//!
//! A gap of recalls is one between positives. Labels dealt out among all items would give each group as many positives as all have on average,
//! and call the gap of a group of five positives impossible that chance makes every other time. So positives exchange labels with positives
//! and negatives with negatives, as in Fisher's exact test, and each group keeps as many of either as it has. Numbers that all items count in
//! alike (accuracy, selection rates, losses), that are a share of nothing (F scores, average precision), or that are of several labels an item,
//! exchange labels among all.

use std::collections::HashMap;

use super::{Sheet, Spot};
use crate::score::breakdown::reference::Anchor;
use crate::score::lens::Lens;
use crate::score::lens::outcome::Outcomes;
use crate::score::lens::ranking::Rankings;
use crate::score::metric::Metric;
use crate::score::units::Units;
use crate::spec::uncertainty::Uncertainty;

/// Of each pattern, a number that those have in common whose items exchange labels; `None` where all do.
pub(super) type Kin = Option<Vec<u32>>;

impl Sheet<'_> {
    /// Whose labels are exchanged where it is about a metric.
    pub(super) fn kin(&self, metric: &Metric) -> Kin {
        let kin = match self.lens {
            Lens::Outcomes(outcomes) => of_outcomes(outcomes, metric)?,
            Lens::Rankings(rankings) | Lens::Rocs(rankings, _) => of_rankings(rankings, metric)?,
            Lens::Crossings(crossings) => of_rankings(crossings.rankings(), metric)?,
            Lens::Probabilities(_) | Lens::Numbers(_) => return None,
        };
        kin.iter().any(|other| *other != kin[0]).then_some(kin)
    }

    /// What group labels that are dealt out anew make of each gap, draw by draw; of all other numbers, and where none can be exchanged,
    /// nothing.
    pub(super) fn nulls(&self, spots: &[Spot], units: &Units, uncertainty: &Uncertainty) -> Vec<Vec<f64>> {
        let mut nulls = vec![Vec::new(); spots.len()];
        let gaps = (0..self.metrics.len()).filter(|place| self.metrics[*place].over.is_some_and(|over| over.reduction.is_gap()));
        let mut alike: Vec<(Kin, Vec<usize>)> = Vec::new();
        for place in gaps {
            let metric = self.metrics[place];
            let same = |(_, others): &(Kin, Vec<usize>)| others.iter().any(|other| self.metrics[*other].shares_numbers(metric));
            let at = alike.iter().position(same).unwrap_or_else(|| {
                let kin = self.kin(metric);
                alike.iter().position(|(other, _)| *other == kin).unwrap_or_else(|| {
                    alike.push((kin, Vec::new()));
                    alike.len() - 1
                })
            });
            alike[at].1.push(place);
        }
        for (kin, places) in alike {
            let metrics: Vec<&Metric> = places.iter().map(|place| self.metrics[*place]).collect();
            let anchors: Vec<Vec<Anchor>> = places.iter().map(|place| self.anchors[*place].clone()).collect();
            let drawn = Sheet { metrics: &metrics, anchors: &anchors, ..*self }.permuted_among(kin.as_deref(), units, uncertainty);
            let of_these = (0..spots.len()).filter(|spot| places.contains(&spots[*spot].metric));
            for (column, spot) in of_these.enumerate() {
                nulls[spot] = drawn.iter().map(|numbers| numbers[column]).collect();
            }
        }
        nulls
    }
}

/// Patterns are alike that count alike in what each part, of each class, is of.
fn of_outcomes(outcomes: &Outcomes, metric: &Metric) -> Kin {
    let mut tally = outcomes.tally();
    let mut known: HashMap<Vec<bool>, u32> = HashMap::new();
    let mut number = |pattern: usize| {
        outcomes.some(std::iter::once((pattern, 1.0)), &mut tally);
        let mut counts = Vec::new();
        for part in 0..metric.parts() {
            counts.extend(metric.wholes(part, &tally)?.into_iter().map(|whole| whole > 0.0));
        }
        let next = known.len() as u32;
        Some(*known.entry(counts).or_insert(next))
    };
    (0..outcomes.patterns()).map(&mut number).collect()
}

/// Patterns are alike that are on one side of a ranking: of one class, or of the same class.
fn of_rankings(rankings: &Rankings, metric: &Metric) -> Kin {
    if !metric.is_of_sides() {
        return None;
    }
    let classes = rankings.classes();
    let side = |pattern: u32| match rankings.is_positive(pattern, 0) {
        None if classes == 1 => 2,
        Some(false) if classes == 1 => 1,
        _ => (0..classes).position(|class| rankings.is_positive(pattern, class) == Some(true)).unwrap_or(classes) as u32,
    };
    Some((0..rankings.patterns() as u32).map(side).collect())
}
