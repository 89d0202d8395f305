//! What is said of items and classes, pair by pair, until it is targets.

use std::collections::{HashMap, HashSet};

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
    /// Items that nobody labelled: what is not said of them is not known, whatever it is of others.
    pub(super) unlabelled: HashSet<usize>,
    /// Classes that something speaks of, whether or not an item has them.
    pub(super) mentioned: HashSet<String>,
}

impl Gathered {
    pub(super) fn new(items: usize) -> Self {
        Self {
            classes: IndexSet::new(),
            pairs: vec![Vec::new(); items],
            merged: HashSet::new(),
            unlabelled: HashSet::new(),
            mentioned: HashSet::new(),
        }
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

    /// Has a class, whoever is of it.
    pub(super) fn keep(&mut self, class: &str) {
        if !self.classes.contains(class) {
            self.classes.insert(class.to_owned());
        }
    }

    /// Knows that there is such a class.
    pub(super) fn mention(&mut self, class: &str) {
        if !self.mentioned.contains(class) {
            self.mentioned.insert(class.to_owned());
        }
    }

    /// Takes each class that `code` knows by another text for the one of that text; answers the items, with what the class is by now, of which
    /// one text said that it is there and the other that it is not: the first counts.
    pub(super) fn recode<'c>(&mut self, code: impl Fn(&str) -> Option<&'c str>) -> Vec<(usize, &'c str)> {
        let codes: Vec<Option<&str>> = self.classes.iter().map(|class| code(class)).collect();
        let mut torn = Vec::new();
        if codes.iter().all(Option::is_none) {
            return torn;
        }
        let written = std::mem::take(&mut self.classes);
        let texts = written.into_iter().zip(&codes).map(|(class, code)| code.map_or(class, str::to_owned));
        let recoded: Vec<u32> = texts.map(|class| self.classes.insert_full(class).0 as u32).collect();
        for (item, pairs) in self.pairs.iter_mut().enumerate() {
            let mut merged: Vec<(u32, bool)> = Vec::with_capacity(pairs.len());
            for (class, there) in pairs.iter().map(|(class, there)| (recoded[*class as usize], *there)) {
                match merged.iter().find(|(other, _)| *other == class) {
                    None => merged.push((class, there)),
                    Some((_, known)) if *known == there => {}
                    Some(_) => torn
                        .extend(codes.iter().zip(&recoded).find_map(|(code, own)| code.filter(|_| *own == class)).map(|code| (item, code))),
                }
            }
            *pairs = merged;
        }
        torn
    }

    pub(super) fn finish(self, wanted: &[Name], others: Others, name: impl Fn(&str) -> String, sort: bool) -> Read {
        let mut order: Vec<(String, usize)> = match wanted {
            [] => {
                let own = self.classes.iter().enumerate().filter(|(index, _)| !self.merged.contains(&(*index as u32)));
                own.map(|(index, class)| (name(class), index)).collect()
            }
            wanted => {
                let mut called: HashMap<String, usize> = HashMap::with_capacity(2 * self.classes.len());
                for (index, class) in self.classes.iter().enumerate() {
                    for text in [class.clone(), name(class)] {
                        called.entry(text).or_insert(index);
                    }
                }
                wanted.iter().filter_map(|wanted| Some((wanted.text.clone(), *called.get(&wanted.text)?))).collect()
            }
        };
        if wanted.is_empty() && sort {
            order.sort();
        }
        let mut position: Vec<Option<u32>> = vec![None; self.classes.len()];
        order.iter().enumerate().for_each(|(to, (_, from))| position[*from] = Some(to as u32));
        let count = order.len() as u32;
        let (mut present, mut absent) = (Vec::with_capacity(self.pairs.len()), Vec::with_capacity(self.pairs.len()));
        for (item, pairs) in self.pairs.into_iter().enumerate() {
            let side = |there: bool| {
                let mut side: Vec<u32> =
                    pairs.iter().filter(|(_, said)| *said == there).filter_map(|(class, _)| position[*class as usize]).collect();
                side.sort_unstable();
                side
            };
            let yes = side(true);
            absent.push(match others {
                Others::Absent if !self.unlabelled.contains(&item) => {
                    (0..count).filter(|class| yes.binary_search(class).is_err()).collect()
                }
                Others::Absent | Others::Unknown => side(false),
            });
            present.push(yes);
        }
        Read { classes: order.into_iter().map(|(class, _)| class).collect(), targets: Targets::Multi { present, absent } }
    }
}
