//! How the items are split.

use indexmap::IndexMap;

use super::Name;
use super::condition::{self, Condition};
use crate::spec::decode::{Decode, Fields, expected, number_in, one_or_many};
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, Problems};

/// All splits.
#[derive(Clone, Debug, Default)]
pub struct Splits {
    /// A column whose values name splits.
    pub column: Option<SplitColumn>,
    /// The splits that are declared one by one, perhaps out of those of the column or of the layout's files.
    pub named: IndexMap<String, Split>,
}

/// A column whose values name splits.
#[derive(Clone, Debug)]
pub struct SplitColumn {
    /// The column.
    pub from: Name,
    /// A split's name for a value; empty: the values themselves.
    pub map: IndexMap<String, String>,
}

impl Splits {
    /// The fields that some split is stratified by.
    pub fn stratified_by(&self) -> impl Iterator<Item = &Name> {
        self.named.values().flat_map(|split| match &split.share {
            Share::Fraction { stratify, .. } => stratify.as_slice(),
            Share::All | Share::Rest => &[],
        })
    }

    /// Whether a split that the files or the column make is left: none divides it, and the declared ones do not ignore the official ones.
    pub fn keeps(&self, official: &str, all: &[String]) -> bool {
        let divided = self.named.values().any(|split| split.of.as_ref().is_some_and(|of| of.text == official));
        let ignored = self.named.iter().any(|(name, split)| split.of.is_none() && !all.contains(name));
        !divided && !ignored && !self.named.contains_key(official)
    }

    /// Parts of the same items cannot be more than all of them.
    fn check_fractions(&self, problems: &mut Problems) {
        let mut parts: Vec<(&Split, f64)> = Vec::new();
        for split in self.named.values() {
            let Share::Fraction { fraction, .. } = split.share else { continue };
            let known = parts.iter().position(|(other, _)| split.is_of_the_same_items(other)).unwrap_or(parts.len());
            if known == parts.len() {
                parts.push((split, 0.0));
            }
            let (first, total) = &mut parts[known];
            *total += fraction;
            if *total > 1.0 + 1e-9 {
                let message = format!("with this, the fractions of the same items add up to {}, above 1", (*total * 1e6).round() / 1e6);
                problems.push(
                    Problem::at(&split.node, message)
                        .also(&first.node.place, "the first of them")
                        .help("say `rest: true` for what is left"),
                );
            }
        }
    }

    /// What is left of the same items is left once.
    fn check_rests(&self, problems: &mut Problems) {
        let rests: Vec<&Split> = self.named.values().filter(|split| matches!(split.share, Share::Rest)).collect();
        for (at, split) in rests.iter().enumerate() {
            if let Some(first) = rests[..at].iter().find(|other| split.is_of_the_same_items(other)) {
                problems.push(
                    Problem::at(&split.node, "two splits are the `rest` of the same items")
                        .also(&first.node.place, "this is the other one")
                        .help("give one of them a `fraction`"),
                );
            }
        }
    }

    /// The declared splits that no other one divides.
    pub fn undivided(&self) -> impl Iterator<Item = (&String, &Split)> {
        let divided = |name: &str| self.named.values().any(|split| split.of.as_ref().is_some_and(|of| of.text == name));
        self.named.iter().filter(move |(name, _)| !divided(name))
    }

    /// The names of all splits that are left, given those that the files or the column make.
    pub fn names(&self, official: &[String]) -> Vec<String> {
        let kept = official.iter().filter(|name| self.keeps(name, official)).cloned();
        kept.chain(self.undivided().map(|(name, _)| name.clone())).collect()
    }
}

/// One split.
#[derive(Clone, Debug)]
pub struct Split {
    /// The split that is divided; all items where there is none.
    pub of: Option<Name>,
    /// Which of those items may be in it.
    pub conditions: Vec<Condition>,
    /// How many of them are.
    pub share: Share,
    /// Where it is written.
    pub node: Node,
}

impl Split {
    /// Whether another split is a part of the very items that this one is.
    fn is_of_the_same_items(&self, other: &Self) -> bool {
        let tests =
            |split: &Self| split.conditions.iter().map(|condition| (condition.field.clone(), condition.test.clone())).collect::<Vec<_>>();
        self.of.as_ref().map(|of| &of.text) == other.of.as_ref().map(|of| &of.text) && tests(self) == tests(other)
    }
}

/// How many of the items that may be in a split are in it.
#[derive(Clone, Debug)]
pub enum Share {
    /// All.
    All,
    /// Those that no sibling took.
    Rest,
    /// A part, drawn.
    Fraction {
        /// Above 0 and below 1.
        fraction: f64,
        /// The fields whose joint distribution is kept.
        stratify: Vec<Name>,
        /// The seed of the draw.
        seed: u64,
    },
}

impl Decode for Splits {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Map(entries) = &node.value else { return expected(node, problems, "a map of splits") };
        let mut splits = Self::default();
        let mut wrong = false;
        let from = node.get("from").filter(|from| !matches!(from.value, Value::Map(_)));
        if let Some(from) = from {
            let map = node.get("map").map_or(Some(IndexMap::new()), |map| IndexMap::decode(map, problems));
            match (Name::decode(from, problems), map) {
                (Some(from), Some(map)) => splits.column = Some(SplitColumn { from, map }),
                _ => wrong = true,
            }
        }
        for (key, value) in entries.iter().filter(|(key, _)| from.is_none() || (key.text != "from" && key.text != "map")) {
            match Split::decode(value, problems) {
                Some(split) => drop(splits.named.insert(key.text.clone(), split)),
                None => wrong = true,
            }
        }
        for (name, split) in &splits.named {
            if let Some(of) = &split.of
                && splits.named.get(&of.text).is_some_and(|base| base.of.is_some())
            {
                let (message, help) = match of.text == *name {
                    true => (
                        format!("`{name}` cannot be a part of itself"),
                        format!("a part has a name of its own: `fit: {{of: {name}, rest: true}}`"),
                    ),
                    false => (format!("`{}` is itself a part of another split", of.text), "divide the whole split in one step".to_owned()),
                };
                problems.push(Problem::at(&of.node, message).help(help));
            }
        }
        let before = problems.len();
        splits.check_fractions(problems);
        splits.check_rests(problems);
        (!wrong && problems.len() == before).then_some(splits)
    }
}

impl Decode for Split {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let before = problems.len();
        let mut fields = Fields::of(node, problems, "a split")?;
        let of = fields.optional("of", problems);
        let conditions = fields.optional_with("where", problems, condition::decode_all);
        let fraction = fields.optional_with("fraction", problems, |node, problems| number_in(node, problems, 0.0, 1.0));
        let stratify = fields.optional_with("stratify", problems, one_or_many);
        let seed = fields.optional("seed", problems);
        let rest: Option<bool> = fields.optional("rest", problems);
        fields.finish(problems);
        // What is wrong with it has been said.
        if problems.len() > before {
            return None;
        }
        let share = match (fraction, rest) {
            (Some(_), Some(true)) => {
                problems.push(Problem::at(node, "a split is either a `fraction` or the `rest`").help("remove one of them"));
                return None;
            }
            (Some(fraction), _) => Share::Fraction { fraction, stratify: stratify.unwrap_or_default(), seed: seed.unwrap_or(0) },
            (None, Some(true)) => Share::Rest,
            (None, _) => Share::All,
        };
        if of.is_none()
            && conditions.is_none()
            && matches!(share, Share::All)
            && !matches!(&node.value, Value::Map(entries) if entries.is_empty())
        {
            problems
                .push(Problem::at(node, "a split needs one of `where`, `of`, `fraction` and `rest`").help("`{}` is a split of all items"));
        }
        Some(Self { of, conditions: conditions.unwrap_or_default(), share, node: node.clone() })
    }
}
