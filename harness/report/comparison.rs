//! What comparisons found, and between which cells.

use std::cmp::Ordering;

use super::heading::Heading;
use super::row::Row;
use crate::score::compare::finding::{Finding, Statistic};
use crate::score::measurement::{Measurement, Status};
use crate::spec::compare::{Adjust, Apart, Test};
use crate::spec::table::Word;

/// One entry of `compare:` with what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Its name.
    pub name: String,
    /// What differs: an axis, `model`, `decision`, or a breakdown.
    pub over: String,
    /// What tells the findings about one cell apart.
    pub apart: Apart,
    /// The axes that sides are averaged over, and whose levels neither intervals nor p know to vary.
    pub averaged: Vec<String>,
    /// Where p comes from.
    pub test: Test,
    /// How far apart two numbers may be and still count as equal.
    pub within: Option<f64>,
    /// How p is adjusted.
    pub adjust: Adjust,
    /// How small a p from so many draws can be; 0 where it is counted exactly.
    pub least: f64,
    /// One a line.
    pub contrasts: Vec<Contrast>,
}

/// One finding and the cells that it is between.
#[derive(Clone, Debug, PartialEq)]
pub struct Contrast {
    /// The study's name.
    pub study: String,
    /// The model; empty where models are compared.
    pub model: String,
    /// What all sides have in common: axis name and level label, in the order of the axes.
    pub axes: Vec<(String, String)>,
    /// The evaluation's name.
    pub evaluation: String,
    /// The split that was scored.
    pub data: String,
    /// The level, or group, that is subtracted; of a trend, the least.
    pub from: String,
    /// The level, or group, that it is subtracted from; of a trend, the largest.
    pub to: String,
    /// What was found.
    pub finding: Finding,
}

impl Comparison {
    /// Whether something could not be compared.
    pub fn failed(&self) -> bool {
        self.contrasts.iter().any(|contrast| contrast.finding.status == Status::Failed)
    }

    /// The findings as tables show them, in the columns `NAME.METRIC`: beside the cells whose levels they are about, with a baseline beside the
    /// level that is set against it. Of all pairs there are none.
    pub fn rows(&self) -> Vec<Row> {
        let of_cells =
            |contrast: &&Contrast| matches!(contrast.finding.statistic, Statistic::Difference | Statistic::Slope | Statistic::Similarity);
        let shown = self.contrasts.iter().filter(|_| self.apart != Apart::Pair).filter(of_cells);
        shown.map(|contrast| contrast.row(&self.name, &self.over, self.apart == Apart::To)).collect()
    }

    /// Puts the findings into the order of files and tables: by the key that no two share, levels in declared order.
    pub fn sort(&mut self, heading: &Heading) {
        let over = self.over.clone();
        self.contrasts.sort_by(|a, b| a.compare(b, &over, heading));
    }
}

impl Contrast {
    /// Where it lies on an axis; empty where it has no such coordinate.
    pub fn axis(&self, name: &str) -> &str {
        self.axes.iter().find(|(axis, _)| axis == name).map_or("", |(_, level)| level)
    }

    /// The group, or what the number is over; empty for all items.
    pub fn group(&self) -> String {
        match (self.finding.group.as_str(), self.finding.by.as_str()) {
            ("", "") => String::new(),
            ("", by) => format!("over {by}"),
            (group, _) => group.to_owned(),
        }
    }

    /// The metric, and what kind of number of it where that is no difference.
    pub fn column(&self) -> String {
        match self.finding.statistic {
            Statistic::Difference | Statistic::Similarity => self.finding.metric.clone(),
            other => format!("{} {}", self.finding.metric, other.word()),
        }
    }

    fn row(&self, name: &str, over: &str, beside: bool) -> Row {
        let found = &self.finding;
        let of_groups = !found.from.is_empty();
        let (mut model, mut axes, mut group) = (self.model.clone(), self.axes.clone(), found.group.clone());
        let mut decision = found.decision.clone();
        match over {
            _ if !beside => {}
            _ if of_groups => group.clone_from(&self.to),
            "model" => model.clone_from(&self.to),
            _ if over == Word::Decision.text() => decision.clone_from(&self.to),
            axis => axes.push((axis.to_owned(), self.to.clone())),
        }
        Row {
            study: self.study.clone(),
            model,
            axes,
            evaluation: self.evaluation.clone(),
            data: self.data.clone(),
            measurement: Measurement {
                decision,
                metric: if found.metric.is_empty() { String::new() } else { format!("{name}.{}", found.metric) },
                parameters: found.parameters.clone(),
                by: found.by.clone(),
                group,
                label: found.label.clone(),
                item: String::new(),
                value: found.estimate,
                lower: found.lower,
                upper: found.upper,
                level: found.level,
                n: found.n,
                n_positive: None,
                n_negative: None,
                n_clusters: None,
                null_median: None,
                null_p: None,
                status: found.status,
                reason: found.reason.clone(),
                direction: found.direction,
            },
        }
    }

    fn compare(&self, other: &Self, over: &str, heading: &Heading) -> Ordering {
        let (a, b) = (&self.finding, &other.finding);
        heading
            .compare_levels(Word::Model.text(), &self.model, &other.model)
            .then_with(|| {
                let orders =
                    heading.axes.iter().map(|axis| heading.compare_levels(&axis.name, self.axis(&axis.name), other.axis(&axis.name)));
                orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
            })
            .then_with(|| heading.compare_levels(Word::Evaluation.text(), &self.evaluation, &other.evaluation))
            .then_with(|| self.data.cmp(&other.data))
            .then_with(|| heading.compare_levels(over, &self.from, &other.from))
            .then_with(|| heading.compare_levels(over, &self.to, &other.to))
            .then_with(|| heading.compare_levels(Word::Decision.text(), &a.decision, &b.decision))
            .then_with(|| (&a.metric, &a.parameters, &a.by, a.statistic).cmp(&(&b.metric, &b.parameters, &b.by, b.statistic)))
            .then_with(|| heading.compare_levels(&a.by, &a.group, &b.group))
            .then_with(|| a.label.cmp(&b.label))
    }
}
