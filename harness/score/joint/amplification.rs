//! Bias amplification: whether a model ties classes to groups more than its data do.

use super::Hand;
use super::counts::Counts;
use crate::data::frame::Targets;
use crate::score::OUTSIDE;
use crate::score::predictions::{Decisions, Predictions};
use crate::score::value::{Cause, Value, sum};

/// What is true of items, what was decided about them, and the group that they were taken for.
#[derive(Clone, Debug)]
pub struct Ballots {
    /// The pattern of each item; `OUTSIDE` where nothing is known to be true of it.
    pub of_row: Vec<u32>,
    patterns: Vec<Ballot>,
    groups: usize,
    classes: usize,
}

/// One distinct ballot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Ballot {
    present: Vec<u32>,
    /// `None` where all other classes are absent.
    absent: Option<Vec<u32>>,
    decided: Vec<u32>,
    taken: Option<u32>,
}

/// Of whom the model says more than is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toward {
    /// How the group sways the decided class.
    Task,
    /// How the class sways the decided group.
    Attribute,
}

impl Ballots {
    /// The ballots of all items; `taken` is the group that each was taken for, among `groups` groups.
    pub fn new(
        predictions: &Predictions,
        decisions: &Decisions,
        taken: Option<&[Option<u32>]>,
        groups: usize,
        counts: impl Fn(usize) -> bool,
    ) -> Self {
        let ballot = |row: usize| {
            let (present, absent) = match predictions.targets() {
                Targets::Single(targets) => (vec![targets[row]?], None),
                Targets::Multi { present, absent } if present[row].is_empty() && absent[row].is_empty() => return None,
                Targets::Multi { present, absent } => (present[row].clone(), Some(absent[row].clone())),
            };
            Some(Ballot { present, absent, decided: decisions.classes(row).to_vec(), taken: taken.and_then(|taken| taken[row]) })
        };
        let rows: Vec<Option<Ballot>> = (0..predictions.len()).map(|row| ballot(row).filter(|_| counts(row))).collect();
        let mut patterns: Vec<Ballot> = rows.iter().flatten().cloned().collect();
        patterns.sort_unstable();
        patterns.dedup();
        let place = |ballot: &Ballot| patterns.binary_search(ballot).map_or(OUTSIDE, |place| place as u32);
        let of_row = rows.iter().map(|ballot| ballot.as_ref().map_or(OUTSIDE, place)).collect();
        Self { of_row, patterns, groups, classes: predictions.classes().len() }
    }

    /// The labels, the decisions (`known` for those alone of which it is known whether they are right), and the labels beside the groups that
    /// items were taken for.
    fn counts(&self, hand: &Hand<'_>, known: bool) -> [Counts; 3] {
        let mut counts = [(); 3].map(|()| Counts::new(self.groups, self.classes));
        let [labels, decided, taken] = &mut counts;
        for ((group, pattern), weight) in
            hand.groups.iter().zip(hand.patterns).zip(hand.weights).filter(|((group, _), _)| **group != OUTSIDE)
        {
            let ballot = &self.patterns[*pattern as usize];
            let absent = || ballot.absent.as_deref().map(places);
            labels.add(*group as usize, places(&ballot.present), absent(), *weight);
            let is_decided = |class: &usize| ballot.decided.binary_search(&(*class as u32)).is_ok();
            match absent().filter(|_| known) {
                Some(absent) => {
                    let (said, unsaid) = places(&ballot.present).chain(absent).partition::<Vec<usize>, _>(is_decided);
                    decided.add(*group as usize, said.into_iter(), Some(unsaid.into_iter()), *weight);
                }
                None => decided.add(*group as usize, places(&ballot.decided), None::<std::iter::Empty<usize>>, *weight),
            }
            if let Some(group) = ballot.taken {
                taken.add(group as usize, places(&ballot.present), absent(), *weight);
            }
        }
        counts
    }

    /// How much oftener than in the `reference` a class is decided for the groups that it leans to there (Zhao et al. 2017): the mean over
    /// classes of the sum over groups with b* > 1/G of b - b*, where b is the share of a class's items that are of the group.
    pub fn mals(&self, hand: &Hand<'_>, reference: &Counts) -> Value {
        if self.groups < 2 {
            return Err(Cause::FewGroups.into());
        }
        let [_, decided, _] = self.counts(hand, false);
        let even = 1.0 / self.groups as f64;
        let mut leans = Vec::new();
        let mut any = false;
        for class in 0..self.classes {
            let (there, here) = (reference.of_class(class), decided.of_class(class));
            if there <= 0.0 || here <= 0.0 {
                continue;
            }
            any = true;
            for group in 0..self.groups {
                let lean = reference.with(group, class) / there;
                if lean > even {
                    leans.push(decided.with(group, class) / here - lean);
                }
            }
        }
        if any { Ok(sum(leans) / self.classes as f64) } else { Err(Cause::NothingSelected.into()) }
    }

    /// The mean over groups and classes of y (P(decided | given) - P(true | given)), where y is the sign of their correlation in the
    /// `reference`, or in the labels themselves (Wang and Russakovsky 2021). Pairs whose given part does not occur are left out, and items of
    /// which it is not known whether they are of the class are in neither probability.
    pub fn directional(&self, hand: &Hand<'_>, toward: Toward, reference: Option<&Counts>) -> Value {
        let [labels, decided, taken] = self.counts(hand, true);
        let base = reference.unwrap_or(&labels);
        let mut gains = Vec::new();
        for (group, class) in (0..self.groups).flat_map(|group| (0..self.classes).map(move |class| (group, class))) {
            let gain = match toward {
                Toward::Task => decided.share(group, class).zip(labels.share(group, class)).map(|(said, is)| said - is),
                Toward::Attribute => {
                    let given = labels.of_class(class);
                    (given > 0.0).then(|| (taken.with(group, class) - labels.with(group, class)) / given)
                }
            };
            if let Some(gain) = gain {
                gains.push(base.correlation(group, class) * gain);
            }
        }
        let pairs = gains.len() as f64;
        if pairs > 0.0 { Ok(sum(gains) / pairs) } else { Err(Cause::NoItems.into()) }
    }
}

fn places(classes: &[u32]) -> impl Iterator<Item = usize> {
    classes.iter().map(|class| *class as usize)
}
