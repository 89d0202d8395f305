//! How often each class goes with each group.

use crate::data::frame::Targets;
use crate::score::OUTSIDE;
use crate::score::breakdown::Breakdown;
use crate::score::predictions::Predictions;
use crate::score::value::sum;

/// Sums of weights, groups by classes.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    groups: usize,
    classes: usize,
    /// Items of the group that have the class.
    with: Vec<f64>,
    /// Items of the group of which it is known whether they have the class.
    known: Vec<f64>,
}

impl Counts {
    /// All zero.
    pub fn new(groups: usize, classes: usize) -> Self {
        Self { groups, classes, with: vec![0.0; groups * classes], known: vec![0.0; groups * classes] }
    }

    /// The labels of another split, its groups and classes found by name among `groups` and `classes`.
    pub fn of_labels(predictions: &Predictions, fields: &[String], groups: &[String], classes: &[String]) -> Self {
        let breakdown = Breakdown::new(predictions, fields);
        let place = |names: &[String], name: &String| names.iter().position(|known| known == name);
        let group_at: Vec<Option<usize>> = breakdown.groups.iter().map(|group| place(groups, group)).collect();
        let class_at: Vec<Option<usize>> = predictions.classes().iter().map(|class| place(classes, class)).collect();
        let mut counts = Self::new(groups.len(), classes.len());
        for (row, group) in breakdown.of_row.iter().enumerate().filter(|(_, group)| **group != OUTSIDE) {
            let Some(group) = group_at[*group as usize] else { continue };
            let weight = predictions.weight().map_or(1.0, |weights| weights[row]);
            let found = |own: &[u32]| own.iter().filter_map(|class| class_at[*class as usize]).collect::<Vec<usize>>();
            match predictions.targets() {
                Targets::Single(targets) => {
                    let Some(target) = targets[row] else { continue };
                    counts.add(group, found(&[target]).into_iter(), None::<std::iter::Empty<usize>>, weight);
                }
                Targets::Multi { present, absent } => {
                    counts.add(group, found(&present[row]).into_iter(), Some(found(&absent[row]).into_iter()), weight);
                }
            }
        }
        counts
    }

    /// Adds an item: the classes that it has, and those that it has not; `None` for all others.
    pub fn add(&mut self, group: usize, present: impl Iterator<Item = usize>, absent: Option<impl Iterator<Item = usize>>, weight: f64) {
        let start = group * self.classes;
        let listed = absent.is_some();
        match absent {
            None => self.known[start..start + self.classes].iter_mut().for_each(|known| *known += weight),
            Some(absent) => absent.for_each(|class| self.known[start + class] += weight),
        }
        for class in present {
            self.with[start + class] += weight;
            self.known[start + class] += if listed { weight } else { 0.0 };
        }
    }

    /// Items of a group that have a class.
    pub fn with(&self, group: usize, class: usize) -> f64 {
        self.with[group * self.classes + class]
    }

    /// The share of a group's items that have a class.
    pub fn share(&self, group: usize, class: usize) -> Option<f64> {
        let known = self.known[group * self.classes + class];
        (known > 0.0).then(|| self.with(group, class) / known)
    }

    /// Items of all groups that have a class.
    pub fn of_class(&self, class: usize) -> f64 {
        sum((0..self.groups).map(|group| self.with(group, class)))
    }

    /// Whether a class and a group go together more often (1) or less often (-1) than if they were independent, or just as often (0):
    /// the sign of P(A, T) - P(A) P(T).
    pub fn correlation(&self, group: usize, class: usize) -> f64 {
        let all: f64 = (0..self.groups).map(|group| self.known[group * self.classes + class]).sum();
        let (together, apart) = (all * self.with(group, class), self.known[group * self.classes + class] * self.of_class(class));
        // Weights that are no whole numbers are summed with errors.
        if (together - apart).abs() <= 1e-12 * together.max(apart) { 0.0 } else { (together - apart).signum() }
    }
}
