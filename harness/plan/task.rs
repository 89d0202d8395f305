//! The tasks of a plan, for people and for `--json`.

use serde::Serialize;

use super::key::Key;
use super::planned::{Plan, Source};

/// A unit of work.
#[derive(Debug, Serialize)]
pub struct Task {
    /// `index`, `train`, `predict`, `import` or `score`.
    pub kind: &'static str,
    /// What it is about: a dataset, a cell, an evaluation of a cell.
    pub name: String,
    /// The name of its result.
    pub key: Key,
    /// The keys of what it reads.
    pub inputs: Vec<Key>,
}

/// All tasks of a plan, in an order in which they could run. Tasks that several cells share appear once.
pub fn tasks(plan: &Plan) -> Vec<Task> {
    let mut tasks: Vec<Task> = plan
        .datasets
        .iter()
        .map(|(name, dataset)| Task { kind: "index", name: name.clone(), key: dataset.key.clone(), inputs: Vec::new() })
        .collect();
    for cell in &plan.cells {
        let name = &plan.study.cells[cell.cell].name;
        match &cell.source {
            Source::Imported { key, .. } => tasks.push(Task { kind: "import", name: name.clone(), key: key.clone(), inputs: Vec::new() }),
            Source::Backend(work) => tasks.extend(work.steps.iter().map(|step| Task {
                kind: step.kind(),
                name: format!("{name}: {}", step.name()),
                key: step.key.clone(),
                inputs: step.inputs.clone(),
            })),
        }
    }
    for score in &plan.scores {
        let evaluation = &plan.study.evaluations[score.evaluation];
        let name = format!("{}: {}", plan.study.name_of(evaluation), evaluation.name);
        tasks.push(Task { kind: "score", name, key: score.key.clone(), inputs: score.inputs.clone() });
    }
    let mut seen = std::collections::HashSet::new();
    tasks.retain(|task| seen.insert(task.key.clone()));
    tasks
}
