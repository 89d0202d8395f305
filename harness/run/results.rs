//! What came of a plan, as reports want it: rows, failed cells, and a heading.

use indexmap::{IndexMap, IndexSet};

use super::scheduler::Outcome;
use super::scoring::Scored;
use crate::plan::planned::{Plan, PlannedScore, Source};
use crate::report::average::{self, Average};
use crate::report::comparison::Comparison;
use crate::report::heading::{FailedCell, Heading};
use crate::report::row::Row;
use crate::report::table::Table;
use crate::score::measurement::Status;
use crate::spec::model::Model;
use crate::spec::table::{Dimension, Layout, Origin};

/// A model, its axes' levels, and the evaluations.
type Place = (String, Vec<(String, String)>, Vec<String>);

/// All numbers of a run.
#[derive(Debug)]
pub struct Results {
    /// What the report knows besides the numbers.
    pub heading: Heading,
    /// One line a number.
    pub rows: Vec<Row>,
    /// Cells without numbers.
    pub failed: Vec<FailedCell>,
    /// What was compared, as `compare:` asks.
    pub comparisons: Vec<Comparison>,
    /// The means over what the uncertainty includes.
    pub averages: Vec<Average>,
}

impl Results {
    /// What tables show: the numbers, and what was found between them.
    pub fn shown(&self) -> Vec<Row> {
        self.rows.iter().cloned().chain(self.comparisons.iter().flat_map(Comparison::rows)).collect()
    }

    /// Joins the numbers with the cells that they are of.
    pub fn of(
        plan: &Plan,
        outcome: &Outcome,
        scored: &[Option<Scored>],
        mut comparisons: Vec<Comparison>,
        mut averages: Vec<Average>,
    ) -> Self {
        let mut rows = Vec::new();
        let mut failed: IndexMap<Place, FailedCell> = IndexMap::new();
        let mut fail = |cell: usize, of: &dyn Fn(&PlannedScore) -> bool, status: Status, reason: &str| {
            let cell = FailedCell::of(plan, cell, of, status, reason);
            failed.entry((cell.model.clone(), cell.axes.clone(), cell.evaluations.clone())).or_insert(cell);
        };
        let all = |_: &PlannedScore| true;
        for (cell, planned) in plan.cells.iter().enumerate() {
            if let Source::Backend(work) = &planned.source
                && let Some(infeasible) = &work.infeasible
            {
                fail(cell, &all, Status::Infeasible, &of_cell(plan, cell, &infeasible.to_string()));
            }
        }
        for failure in &outcome.failures {
            fail(failure.cell, &all, Status::Failed, &of_cell(plan, failure.cell, &failure.reason));
        }
        for (planned, scored) in plan.scores.iter().zip(scored) {
            match scored {
                Some(Ok(measurements)) => rows.extend(measurements.iter().map(|measurement| row(plan, planned, measurement.clone()))),
                Some(Err(reason)) => {
                    let this = |other: &PlannedScore| other.evaluation == planned.evaluation;
                    // The reason is that of all its cells.
                    planned.cells.first().into_iter().for_each(|cell| fail(*cell, &this, Status::Failed, reason));
                }
                None => {}
            }
        }
        let heading = heading(plan, &rows);
        comparisons.iter_mut().for_each(|comparison| comparison.sort(&heading));
        average::sort(&mut averages, &heading);
        Self { heading, rows, failed: failed.into_values().collect(), comparisons, averages }
    }

    /// The tables of a study.
    pub fn tables(&self, layout: &Layout) -> Vec<Table> {
        let mut tables = Table::all(layout, &self.heading, &self.shown(), &self.failed);
        Average::show(&self.averages, &mut tables);
        tables
    }
}

impl FailedCell {
    /// A cell without numbers in some of its evaluations. Of cells that are scored as one, each costs all of them theirs.
    fn of(plan: &Plan, cell: usize, scores: &dyn Fn(&PlannedScore) -> bool, status: Status, reason: &str) -> Self {
        let study = &plan.study;
        let of_study = &study.cells[plan.cells[cell].cell];
        let axes = coordinates(plan, cell, false);
        let evaluations = || {
            let scores = plan.scores.iter().filter(|score| score.cells.contains(&cell) && scores(score));
            scores.map(|score| &study.evaluations[score.evaluation])
        };
        let metrics: IndexSet<String> = evaluations()
            .flat_map(|evaluation| evaluation.spec.metrics.iter().map(|call| call.name.clone().unwrap_or_else(|| call.choice.name.clone())))
            .collect();
        let evaluations: IndexSet<String> = evaluations().map(|evaluation| evaluation.name.clone()).collect();
        Self {
            model: of_study.model.clone(),
            axes,
            evaluations: evaluations.into_iter().collect(),
            metrics: metrics.into_iter().collect(),
            status,
            reason: reason.to_owned(),
        }
    }
}

/// The levels of a cell's axes: of those that are pooled, or of all others.
fn coordinates(plan: &Plan, cell: usize, pooled: bool) -> Vec<(String, String)> {
    let study = &plan.study;
    let is_pooled = |axis: &str| study.layout.pool.iter().any(|pooled| pooled.name == axis);
    let all = study.grid.coordinates(&study.cells[plan.cells[cell].cell].point);
    all.into_iter().filter(|(axis, _)| is_pooled(axis) == pooled).collect()
}

/// Why a cell failed; of cells that are scored as one, which of them it is.
fn of_cell(plan: &Plan, cell: usize, reason: &str) -> String {
    let pooled: String = coordinates(plan, cell, true).into_iter().map(|(axis, level)| format!("{axis}={level}: ")).collect();
    pooled + reason
}

fn row(plan: &Plan, planned: &PlannedScore, measurement: crate::score::measurement::Measurement) -> Row {
    let evaluation = &plan.study.evaluations[planned.evaluation];
    Row {
        study: plan.study.name.clone(),
        model: plan.study.cells[evaluation.cell()].model.clone(),
        axes: plan.study.grid.coordinates(&evaluation.point),
        evaluation: evaluation.name.clone(),
        data: evaluation.data(),
        measurement,
    }
}

fn heading(plan: &Plan, rows: &[Row]) -> Heading {
    let study = &plan.study;
    let axes = study
        .grid
        .axes
        .iter()
        .map(|axis| Dimension { name: axis.name.clone(), levels: axis.levels.iter().map(|level| level.label.clone()).collect() });
    // Groups come in the order in which scoring lists them, which is the order of the fields' levels.
    let mut groups: IndexMap<&str, IndexSet<&str>> = IndexMap::new();
    for row in rows.iter().filter(|row| !row.measurement.group.is_empty()) {
        groups.entry(&row.measurement.by).or_default().insert(&row.measurement.group);
    }
    let mut models: IndexMap<&str, Origin> = IndexMap::new();
    for cell in &study.cells {
        let origin = match &cell.spec {
            Model::Predictions(_) => Origin::Imported,
            Model::Backend(model) if model.train.is_some() => Origin::Trained,
            Model::Backend(_) => Origin::Inferred,
        };
        models.insert(&cell.model, origin);
    }
    let evaluations: IndexSet<&str> = study.evaluations.iter().map(|evaluation| evaluation.name.as_str()).collect();
    let decisions: IndexSet<&str> =
        study.evaluations.iter().flat_map(|evaluation| evaluation.spec.decide.iter().map(|decide| decide.name.as_str())).collect();
    let owned = |names: IndexSet<&str>| names.into_iter().map(str::to_owned).collect();
    Heading {
        study: study.name.clone(),
        title: study.title.clone(),
        axes: axes.collect(),
        groups: groups.into_iter().map(|(name, levels)| Dimension { name: name.to_owned(), levels: owned(levels) }).collect(),
        models: models.into_iter().map(|(name, origin)| (name.to_owned(), origin)).collect(),
        evaluations: owned(evaluations),
        decisions: owned(decisions),
        limit: plan.limit.map(u64::from),
        mock: plan.mock,
    }
}
