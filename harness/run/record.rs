//! `run.json`: when, where and with what. The only file of a run that knows a clock, a host or a path.

use std::time::SystemTime;

use serde::Serialize;
use serde_json::{Value, json};

use crate::plan::planned::{Plan, Source, Step, Work};
use crate::plan::task;
use crate::spec::model::Model;

/// What one task took.
#[derive(Clone, Debug, Serialize)]
pub struct TaskRecord {
    /// The key of its result.
    pub key: String,
    /// The cell that needed it first.
    pub cell: String,
    /// `train` or `predict`.
    pub kind: &'static str,
    /// Wall time in seconds.
    pub seconds: f64,
    /// The most memory that its worker held, in bytes.
    pub peak_memory: u64,
}

impl TaskRecord {
    /// The record of a finished step; its memory is known when the worker ends.
    pub fn of(step: &Step, cell: &str, seconds: f64) -> Self {
        Self { key: step.key.to_string(), cell: cell.to_owned(), kind: step.kind(), seconds, peak_memory: 0 }
    }
}

/// The whole record of a run.
pub fn record(plan: &Plan, started: SystemTime, records: &[TaskRecord]) -> Value {
    let backends: std::collections::BTreeMap<String, Value> = plan
        .cells
        .iter()
        .filter_map(|cell| match &cell.source {
            Source::Backend(work) => Some((work.backend.descriptor.description.name.clone(), work.backend.descriptor.identity())),
            Source::Imported { .. } => None,
        })
        .collect();
    let seeds: std::collections::BTreeMap<&str, u64> = plan
        .cells
        .iter()
        .filter_map(|cell| {
            let cell = &plan.study.cells[cell.cell];
            match &cell.spec {
                Model::Backend(model) => model.train.as_ref().map(|train| (cell.name.as_str(), train.seed)),
                Model::Predictions(_) => None,
            }
        })
        .collect();
    let lessons: std::collections::BTreeMap<&str, Value> = plan
        .cells
        .iter()
        .filter_map(|cell| match &cell.source {
            Source::Backend(work) => Some((plan.study.cells[cell.cell].name.as_str(), lesson(work)?)),
            Source::Imported { .. } => None,
        })
        .collect();
    let seconds = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
    let mut records = records.to_vec();
    records.sort_by(|one, other| one.key.cmp(&other.key));
    json!({
        "fairgrid": env!("CARGO_PKG_VERSION"),
        "study": plan.study.name,
        "spec": plan.study.path,
        "settings": plan.study.settings,
        "limit": plan.limit,
        "mock": plan.mock,
        "started": seconds(started),
        "seconds": started.elapsed().map_or(0.0, |elapsed| elapsed.as_secs_f64()),
        "cpu": cpu(),
        "backends": backends,
        "seeds": seeds,
        "training_items": lessons,
        "tasks": task::tasks(plan),
        "ran": records,
    })
}

/// What a training was given, where that is not a whole split with all items alike: the joint distribution that a draw reached, or why
/// there is none, and how uneven the weights are.
fn lesson(work: &Work) -> Option<Value> {
    if let Some(infeasible) = &work.infeasible {
        return Some(json!({"infeasible": infeasible}));
    }
    let step = work.steps.iter().find(|step| step.draw.is_some() || step.weighing.is_some())?;
    let draw = step
        .draw
        .as_ref()
        .map(|draw| json!({"size": draw.size, "fields": draw.fields, "left_out": draw.left_out, "portions": draw.portions}));
    let weights = step.weighing.as_ref().map(|weighing| json!({"effective_sample_size": weighing.effective, "clipped": weighing.clipped}));
    Some(json!({"items": step.rows.len(), "draw": draw, "weights": weights}))
}

/// The processor's name and the features that change the last bits of floating-point results.
fn cpu() -> Value {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let field = |name: &str| {
        let line = info.lines().find(|line| line.starts_with(name))?;
        line.split_once(':').map(|(_, value)| value.trim().to_owned())
    };
    let flags = field("flags").unwrap_or_default();
    let wide: Vec<&str> = flags.split_whitespace().filter(|flag| flag.starts_with("avx") || *flag == "fma").collect();
    json!({
        "model": field("model name"),
        "features": wide,
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
    })
}
