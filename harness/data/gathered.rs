//! What is said of items and classes, pair by pair, until it is targets.

use std::collections::HashSet;

use indexmap::IndexSet;

use super::frame::Targets;
use crate::spec::card::{Name, Others};

/// Classes and targets.
pub(super) struct Read {
    pub(super) classes: Vec<String>,
    pub(super) targets: Targets,
}

/// Gathers pairs of item and class; classes are numbered as they come and put in order at the end.
pub(super) struct Gathered {
    pub(super) classes: IndexSet<String>,
    pub(super) pairs: Vec<Vec<(u32, bool)>>,
    /// Classes that count as part of others, and as their own only where they are asked for.
    pub(super) merged: HashSet<u32>,
}

impl Gathered {
    pub(super) fn new(items: usize) -> Self {
        Self { classes: IndexSet::new(), pairs: vec![Vec::new(); items], merged: HashSet::new() }
    }

    /// Says whether a class is there; answers `false` where the opposite is known already.
    pub(super) fn say(&mut self, item: usize, class: &str, there: bool) -> bool {
        let class = match self.classes.get_index_of(class) {
            Some(class) => class as u32,
            None => self.classes.insert_full(class.to_owned()).0 as u32,
        };
        match self.pairs[item].iter().find(|(other, _)| *other == class) {
            Some((_, known)) => *known == there,
            None => {
                self.pairs[item].push((class, there));
                true
            }
        }
    }

    pub(super) fn finish(self, wanted: &[Name], others: Others, name: impl Fn(&str) -> String, sort: bool) -> Read {
        let mut order: Vec<(String, usize)> = match wanted {
            [] => {
                let own = self.classes.iter().enumerate().filter(|(index, _)| !self.merged.contains(&(*index as u32)));
                own.map(|(index, class)| (name(class), index)).collect()
            }
            wanted => wanted
                .iter()
                .filter_map(|wanted| {
                    let index = self.classes.iter().position(|class| *class == wanted.text || name(class) == wanted.text);
                    Some((wanted.text.clone(), index?))
                })
                .collect(),
        };
        if wanted.is_empty() && sort {
            order.sort();
        }
        let mut position: Vec<Option<u32>> = vec![None; self.classes.len()];
        order.iter().enumerate().for_each(|(to, (_, from))| position[*from] = Some(to as u32));
        let count = order.len() as u32;
        let (mut present, mut absent) = (Vec::with_capacity(self.pairs.len()), Vec::with_capacity(self.pairs.len()));
        for pairs in self.pairs {
            let side = |there: bool| {
                let mut side: Vec<u32> =
                    pairs.iter().filter(|(_, said)| *said == there).filter_map(|(class, _)| position[*class as usize]).collect();
                side.sort_unstable();
                side
            };
            let yes = side(true);
            absent.push(match others {
                Others::Absent => (0..count).filter(|class| yes.binary_search(class).is_err()).collect(),
                Others::Unknown => side(false),
            });
            present.push(yes);
        }
        Read { classes: order.into_iter().map(|(class, _)| class).collect(), targets: Targets::Multi { present, absent } }
    }
}
