//! What a comparison of a plan consists of.

use crate::score::compare::contrast::Contrast;
use crate::spec::compare::{Adjust, Apart, Report, Test};

/// One entry of `compare:`.
#[derive(Debug)]
pub struct PlannedComparison {
    /// Its name.
    pub name: String,
    /// What differs: an axis, `model`, `decision`, or a breakdown.
    pub over: String,
    /// What tells the findings about one cell apart.
    pub apart: Apart,
    /// The columns that are compared.
    pub metrics: Vec<String>,
    /// The axes over which entries are matched.
    pub matched: Vec<String>,
    /// The axes that sides are averaged over, and of whose levels `uncertainty: {include: …}` says nothing.
    pub averaged: Vec<String>,
    /// What is reported.
    pub report: Vec<Report>,
    /// Where p comes from.
    pub test: Test,
    /// How far apart two numbers may be and still count as equal.
    pub within: Option<f64>,
    /// What many comparisons at once do to p.
    pub adjust: Adjust,
    /// What is drawn together.
    pub families: Vec<Family>,
}

/// Scores about the same items, which are drawn together.
#[derive(Debug, Default)]
pub struct Family {
    /// Who takes part.
    pub sides: Vec<PlannedSide>,
    /// What is made of them.
    pub contrasts: Vec<PlannedContrast>,
}

/// A score that takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedSide {
    /// Which, as an index into [`super::planned::Plan::scores`].
    pub score: usize,
    /// The decision rule that is looked at; `None` for each in turn that all sides have.
    pub rule: Option<String>,
}

/// What is made of some sides, and what these have in common.
#[derive(Debug)]
pub struct PlannedContrast {
    /// What is made of them, as places in [`Family::sides`].
    pub contrast: Contrast,
    /// Their model; empty where models are compared.
    pub model: String,
    /// Their axes and levels, but for what is compared and averaged.
    pub axes: Vec<(String, String)>,
    /// The level that is subtracted; empty where groups are compared. Of a trend, the least.
    pub from: String,
    /// The level that it is subtracted from. Of a trend, the largest.
    pub to: String,
}

impl Family {
    /// Takes a side in, and adds its place to some.
    pub(super) fn add(&mut self, side: PlannedSide, sides: &mut Vec<usize>) {
        let place = self.sides.iter().position(|known| *known == side).unwrap_or_else(|| {
            self.sides.push(side);
            self.sides.len() - 1
        });
        if !sides.contains(&place) {
            sides.push(place);
        }
    }
}
