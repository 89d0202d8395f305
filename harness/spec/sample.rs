//! How many items of which kind a model is trained on: `sample: {size: largest_common, target: {race: equal}, seed: $draw}`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::card::Name;
use super::decode::{Decode, Fields, expected, number_in, one_or_many, word};
use super::node::{Node, Value};
use super::problem::{Problem, Problems};

/// A draw from a split.
#[derive(Clone, Debug)]
pub struct Sample {
    /// How many units are drawn.
    pub size: Size,
    /// Which of them.
    pub target: Target,
    /// The field whose levels are drawn whole, all items of a person together; items one by one where there is none.
    pub unit: Option<Name>,
    /// The axes along which a smaller draw is part of a larger one; along all others, draws are independent.
    pub nested_over: Vec<Name>,
    /// Whether a unit may be drawn again.
    pub replace: bool,
    /// How shares become whole numbers.
    pub round: Round,
    /// The seed.
    pub seed: u64,
    /// Where it is written.
    pub node: Node,
}

/// How many units are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// So many.
    Fixed(u64),
    /// As many as the target allows.
    Largest,
    /// As many as the targets of all cells of the grid allow.
    LargestCommon,
}

/// How shares become whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Round {
    /// Down, and what is missing to the size goes to the largest fractions (Hamilton's method); of equal ones, the levels of each field take turns.
    /// Nested draws are dealt by Webster's method, which never takes away from a smaller one.
    LargestRemainder,
    /// Down: the draw may be smaller than its size.
    Down,
    /// Not at all: a share that gives no whole number cannot be drawn.
    Exact,
}

/// What a draw is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// One distribution a field; the fields are independent of each other. Fields that are not mentioned follow as they may.
    Fields(IndexMap<String, Goal>),
    /// Shares of combinations of levels.
    Joint(Vec<Combination>),
}

/// The distribution of one field.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// What is wanted.
    pub spread: Spread,
    /// Where it is written.
    pub node: Node,
}

/// How a field's levels are spread.
#[derive(Clone, Debug, PartialEq)]
pub enum Spread {
    /// As in the split.
    Natural,
    /// All alike.
    Equal,
    /// Some as said.
    Shares {
        /// In 0…1, by level.
        values: IndexMap<String, f64>,
        /// How the other levels share the rest; `None`: there is no rest.
        remaining: Option<Remaining>,
    },
}

/// How the levels that are not named share what remains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remaining {
    /// All alike.
    Equal,
    /// As in the split.
    Natural,
}

/// One combination of levels and its share.
#[derive(Clone, Debug, PartialEq)]
pub struct Combination {
    /// A level a field.
    pub levels: IndexMap<String, String>,
    /// In 0…1.
    pub share: f64,
    /// Where it is written.
    pub node: Node,
}

/// Shares that add up to 1 but for this are taken to do so.
const TOLERANCE: f64 = 1e-6;

impl Target {
    /// The fields that it controls.
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Self::Fields(goals) => goals.keys().map(String::as_str).collect(),
            Self::Joint(combinations) => {
                combinations.first().map_or_else(Vec::new, |first| first.levels.keys().map(String::as_str).collect())
            }
        }
    }
}

impl Decode for Sample {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let mut fields = Fields::of(node, problems, "`sample`")?;
        let size = fields.required_with("size", problems, |node, problems| match node.value {
            Value::Text(_) => word(node, problems, &[("largest", Size::Largest), ("largest_common", Size::LargestCommon)]),
            _ => number_in(node, problems, 1.0, f64::from(u32::MAX)).and_then(|_| u64::decode(node, problems)).map(Size::Fixed),
        });
        let target = fields.optional("target", problems);
        let unit = fields.optional("unit", problems);
        let nested_over = fields.optional_with("nested_over", problems, one_or_many);
        let replace: Option<bool> = fields.optional("replace", problems);
        let round = fields.optional_with("round", problems, |node, problems| {
            let words = [("largest_remainder", Round::LargestRemainder), ("down", Round::Down), ("exact", Round::Exact)];
            word(node, problems, &words)
        });
        let seed = fields.optional("seed", problems);
        fields.finish(problems);
        if target.is_none() && node.get("target").is_some() {
            return None;
        }
        let (size, replace) = (size?, replace.unwrap_or(false));
        if replace && !matches!(size, Size::Fixed(_)) {
            problems.push(Problem::at(node, "with `replace: true` there is no largest draw").help("give `size` a number"));
            return None;
        }
        Some(Self {
            size,
            target: target.unwrap_or_else(|| Target::Fields(IndexMap::new())),
            unit,
            nested_over: nested_over.unwrap_or_default(),
            replace,
            round: round.unwrap_or(Round::LargestRemainder),
            seed: seed.unwrap_or(0),
            node: node.clone(),
        })
    }
}

impl Decode for Target {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Map(_) => IndexMap::decode(node, problems).map(Self::Fields),
            Value::List(_) => joint(node, problems).map(Self::Joint),
            _ => expected(node, problems, "a map of fields to distributions, or a list of combinations with their `share`"),
        }
    }
}

fn joint(node: &Node, problems: &mut Problems) -> Option<Vec<Combination>> {
    let combinations: Vec<Combination> = Vec::decode(node, problems)?;
    let fields = |combination: &Combination| combination.levels.keys().cloned().collect::<std::collections::BTreeSet<String>>();
    let first = fields(combinations.first()?);
    if let Some(other) = combinations.iter().find(|combination| fields(combination) != first) {
        problems.push(Problem::at(&other.node, "every combination names the same fields").also(&node.place, "as the first one does"));
        return None;
    }
    if let Some((at, _)) =
        combinations.iter().enumerate().find(|(at, one)| combinations[..*at].iter().any(|other| other.levels == one.levels))
    {
        problems.push(Problem::at(&combinations[at].node, "this combination is there already"));
        return None;
    }
    whole(node, combinations.iter().map(|combination| combination.share).sum(), problems)?;
    Some(combinations)
}

/// A sum as people would write it.
fn rounded(total: f64) -> f64 {
    (total * 1e6).round() / 1e6
}

fn whole(node: &Node, total: f64, problems: &mut Problems) -> Option<()> {
    if (total - 1.0).abs() <= TOLERANCE {
        return Some(());
    }
    problems.push(Problem::at(node, format!("the shares add up to {}, not to 1", rounded(total))));
    None
}

impl Decode for Combination {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let Value::Map(entries) = &node.value else { return expected(node, problems, "a map of fields to levels, with a `share`") };
        let Some(share) = node.get("share") else { return expected(node, problems, "a map of fields to levels, with a `share`") };
        let share = number_in(share, problems, 0.0, 1.0);
        let levels = entries.iter().filter(|(key, _)| key.text != "share");
        let levels: Option<IndexMap<String, String>> =
            levels.map(|(key, level)| String::decode(level, problems).map(|level| (key.text.clone(), level))).collect();
        Some(Self { levels: levels?, share: share?, node: node.clone() })
    }
}

impl Decode for Goal {
    fn decode(node: &Node, problems: &mut Problems) -> Option<Self> {
        let spread = match node.get("values") {
            None if matches!(node.value, Value::Map(_)) => Spread::Shares { values: shares(node, problems)?, remaining: None },
            None => match word(node, problems, &[("natural", true), ("equal", false)])? {
                true => Spread::Natural,
                false => Spread::Equal,
            },
            Some(_) => {
                let before = problems.len();
                let mut fields = Fields::of(node, problems, "a distribution")?;
                let values = fields.required_with("values", problems, shares);
                let remaining = fields.optional_with("remaining", problems, |node, problems| {
                    word(node, problems, &[("equal", Remaining::Equal), ("natural", Remaining::Natural)])
                });
                fields.finish(problems);
                // What remains is not known.
                if problems.len() > before {
                    return None;
                }
                Spread::Shares { values: values?, remaining }
            }
        };
        if let Spread::Shares { values, remaining } = &spread {
            let total: f64 = values.values().sum();
            match remaining {
                None => whole(node, total, problems)?,
                Some(_) if total > 1.0 + TOLERANCE => {
                    problems.push(Problem::at(node, format!("the shares add up to {}, above 1", rounded(total))));
                    return None;
                }
                Some(_) => {}
            }
        }
        Some(Self { spread, node: node.clone() })
    }
}

fn shares(node: &Node, problems: &mut Problems) -> Option<IndexMap<String, f64>> {
    let Value::Map(entries) = &node.value else { return expected(node, problems, "a map of levels to shares") };
    entries.iter().map(|(key, value)| number_in(value, problems, 0.0, 1.0).map(|share| (key.text.clone(), share))).collect()
}
