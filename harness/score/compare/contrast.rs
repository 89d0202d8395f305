//! What is made of the sides of a comparison.

use serde::Serialize;

use super::finding::Statistic;

/// What is made of the sides of a comparison; a side is a place in the list of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Contrast {
    /// The mean over some sides minus the mean over others.
    Difference {
        /// Those that are subtracted.
        from: Vec<usize>,
        /// Those that they are subtracted from.
        to: Vec<usize>,
    },
    /// The least-squares slope of the numbers along the levels of an axis: each with its sides, of which the mean counts.
    Slope(Vec<(f64, Vec<usize>)>),
    /// Groups against each other, on one side.
    Groups {
        /// The side.
        side: usize,
        /// The breakdown: `tone`, `gender*race`.
        by: String,
        /// Which groups.
        pairs: Pairs,
    },
}

/// A number of a side: the side, and the number's place among its own.
pub type At = (usize, usize);

/// The terms of a weighted sum of numbers, and those whose means are told as what is subtracted and what it is subtracted from.
pub type Terms = (Vec<(f64, At)>, Vec<At>, Vec<At>);

/// Which groups are set against which, by label (`tone=dark`).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pairs {
    /// Every two.
    All,
    /// All others with this one.
    Baseline(String),
    /// The second with the first.
    Two(String, String),
}

impl Contrast {
    /// The sides that it is made of.
    pub fn sides(&self) -> Vec<usize> {
        match self {
            Self::Difference { from, to } => from.iter().chain(to).copied().collect(),
            Self::Slope(points) => points.iter().flat_map(|(_, sides)| sides.iter().copied()).collect(),
            Self::Groups { side, .. } => vec![*side],
        }
    }

    /// How many sides each mean is of that it is made of.
    pub fn means(&self) -> Vec<usize> {
        match self {
            Self::Difference { from, to } => vec![from.len(), to.len()],
            Self::Slope(points) => points.iter().map(|(_, sides)| sides.len()).collect(),
            Self::Groups { .. } => vec![1, 1],
        }
    }

    /// The same of sides that stand elsewhere.
    #[must_use]
    pub fn moved(&self, place: impl Fn(usize) -> usize) -> Self {
        let all = |sides: &[usize]| sides.iter().map(|side| place(*side)).collect();
        match self {
            Self::Difference { from, to } => Self::Difference { from: all(from), to: all(to) },
            Self::Slope(points) => Self::Slope(points.iter().map(|(level, sides)| (*level, all(sides))).collect()),
            Self::Groups { side, by, pairs } => Self::Groups { side: place(*side), by: by.clone(), pairs: pairs.clone() },
        }
    }

    /// The weighted sum that it is of the numbers at one place on every side; `None` where groups are compared.
    pub fn terms(&self, number: usize) -> Option<Terms> {
        let at = |sides: &[usize]| sides.iter().map(|side| (*side, number)).collect::<Vec<At>>();
        let mean = |sides: &[usize], weight: f64| -> Vec<(f64, At)> {
            at(sides).into_iter().map(|at| (weight / sides.len() as f64, at)).collect()
        };
        match self {
            Self::Difference { from, to } => Some(([mean(from, -1.0), mean(to, 1.0)].concat(), at(from), at(to))),
            Self::Slope(points) => {
                let centre = points.iter().map(|(level, _)| level).sum::<f64>() / points.len() as f64;
                let spread: f64 = points.iter().map(|(level, _)| (level - centre).powi(2)).sum();
                let terms = points.iter().flat_map(|(level, sides)| mean(sides, (level - centre) / spread)).collect();
                let end = |end: Option<&(f64, Vec<usize>)>| end.map_or_else(Vec::new, |(_, sides)| at(sides));
                let least = end(points.iter().min_by(|a, b| a.0.total_cmp(&b.0)));
                Some((terms, least, end(points.iter().max_by(|a, b| a.0.total_cmp(&b.0)))))
            }
            Self::Groups { .. } => None,
        }
    }

    /// What kind of number it makes.
    pub fn statistic(&self) -> Statistic {
        match self {
            Self::Difference { .. } | Self::Groups { .. } => Statistic::Difference,
            Self::Slope(_) => Statistic::Slope,
        }
    }
}

impl Pairs {
    /// The pairs among some groups, from one to the other, in their order.
    pub fn of(&self, groups: &[String]) -> Vec<(usize, usize)> {
        let place = |label: &String| groups.iter().position(|group| group == label);
        match self {
            Self::All => (0..groups.len()).flat_map(|from| (from + 1..groups.len()).map(move |to| (from, to))).collect(),
            Self::Baseline(label) => {
                place(label).map_or_else(Vec::new, |from| (0..groups.len()).filter(|to| *to != from).map(|to| (from, to)).collect())
            }
            Self::Two(from, to) => place(from).zip(place(to)).into_iter().collect(),
        }
    }
}
