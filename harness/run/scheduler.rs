//! The cells of a plan over the workers.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::child::{self, Ended};
use super::event::{Event, Observer};
use super::index;
use super::order::{Answer, Complaint, Feed, Order, Step as OrderedStep};
use super::record::TaskRecord;
use super::selection::Validation;
use super::store::{Found, Lease, Store, StoreError};
use crate::data::error::in_full;
use crate::plan::job::{self, Ability, Files, Items, PREDICT_BATCH, Task};
use crate::plan::key::Key;
use crate::plan::planned::{Plan, PlannedCell, Source, Step, Watched, Work};
use crate::spec::folds::as_written;
use crate::spec::model::{BackendModel, Model};
use crate::spec::problem::{Problem, SpecError};

/// How many lines of a failed worker's log are shown.
const LOG_LINES: usize = 8;

/// How a plan is carried out. Nothing here changes a result.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Cells at a time.
    pub jobs: usize,
    /// A worker that gives no sign of life for so long is ended.
    pub stall: Duration,
    /// Stop at the first failure.
    pub fail_fast: bool,
    /// Make every result again.
    pub force: bool,
    /// Where decoded images and indices are kept.
    pub cache: PathBuf,
}

/// Why a cell has no predictions.
#[derive(Clone, Debug)]
pub struct CellFailure {
    /// The cell, as an index into the plan's cells.
    pub cell: usize,
    /// Why, in one line.
    pub reason: String,
    /// Underlined in the spec, where the backend said what part of the job is the cause.
    pub problem: Option<SpecError>,
    /// Whether the backend or its runtime could not be had at all.
    pub unavailable: bool,
}

/// What came of the cells.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The folder of every result that there is, by key.
    pub results: HashMap<Key, PathBuf>,
    /// The cells that failed.
    pub failures: Vec<CellFailure>,
    /// What every task took.
    pub records: Vec<TaskRecord>,
}

/// Runs every model of a plan whose results are not stored yet.
pub fn run(
    plan: &Plan,
    store: &Store,
    settings: &Settings,
    observer: &dyn Observer,
    interrupted: &AtomicBool,
) -> Result<Outcome, StoreError> {
    let mut outcome = Outcome::default();
    let mut queue = VecDeque::new();
    for (index, cell) in plan.cells.iter().enumerate() {
        let Source::Backend(work) = &cell.source else { continue };
        if work.infeasible.is_some() {
            continue;
        }
        let mut whole = true;
        for step in &work.steps {
            if settings.force {
                store.forget(&step.key)?;
            }
            whole &= look_up(store, &step.key, observer, &mut outcome.results)?;
        }
        if !whole {
            queue.push_back(index);
        }
    }
    // An index or an import is made anew in no time; it is not kept as a result.
    let mut tasks = crate::plan::task::tasks(plan);
    tasks.retain(|task| !matches!(task.kind, "index" | "import"));
    let stored = tasks.iter().filter(|task| !settings.force && store.target(&task.key).exists()).count();
    observer.event(&Event::Planned { cells: queue.len(), stored, tasks: tasks.len() });
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let decoders = cores.div_ceil(settings.jobs.min(queue.len()).max(1));
    let crew = Crew {
        plan,
        store,
        settings,
        observer,
        interrupted,
        queue: Mutex::new(queue),
        outcome: Mutex::new(outcome),
        decoders,
        broken: Mutex::new(None),
    };
    std::thread::scope(|scope| {
        for _ in 0..settings.jobs.max(1) {
            scope.spawn(|| crew.labor());
        }
    });
    if let Some(error) = crew.broken.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    let mut outcome = crew.outcome.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcome.failures.sort_by_key(|failure| failure.cell);
    Ok(outcome)
}

fn look_up(store: &Store, key: &Key, observer: &dyn Observer, results: &mut HashMap<Key, PathBuf>) -> Result<bool, StoreError> {
    if results.contains_key(key) {
        return Ok(true);
    }
    match store.find(key)? {
        Found::Whole(folder) => {
            results.insert(key.clone(), folder);
            Ok(true)
        }
        Found::Damaged(message) => {
            observer.event(&Event::Note { message });
            Ok(false)
        }
        Found::Nothing => Ok(false),
    }
}

struct Crew<'a> {
    plan: &'a Plan,
    store: &'a Store,
    settings: &'a Settings,
    observer: &'a dyn Observer,
    interrupted: &'a AtomicBool,
    queue: Mutex<VecDeque<usize>>,
    outcome: Mutex<Outcome>,
    /// Threads that decode for each worker.
    decoders: usize,
    /// Trouble with the store ends the run.
    broken: Mutex<Option<StoreError>>,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Crew<'_> {
    fn labor(&self) {
        while !self.interrupted.load(Ordering::Relaxed) && locked(&self.broken).is_none() {
            let Some(index) = locked(&self.queue).pop_front() else { return };
            match self.cell(index) {
                Ok(None) => {}
                Ok(Some(failure)) => {
                    locked(&self.outcome).failures.push(failure);
                    if self.settings.fail_fast {
                        locked(&self.queue).clear();
                    }
                }
                Err(error) => *locked(&self.broken) = Some(error),
            }
        }
    }

    /// Runs one cell; answers its failure, if it fails.
    fn cell(&self, index: usize) -> Result<Option<CellFailure>, StoreError> {
        let cell = &self.plan.cells[index];
        let study_cell = &self.plan.study.cells[cell.cell];
        let (Source::Backend(work), Model::Backend(model)) = (&cell.source, &study_cell.spec) else { return Ok(None) };
        let leases = self.leases(work)?;
        let todo: Vec<(&Step, &Lease)> = work.steps.iter().filter_map(|step| leases.get(&step.key).map(|lease| (step, lease))).collect();
        if todo.is_empty() {
            return Ok(None);
        }
        let started = Instant::now();
        let name = &study_cell.name;
        self.observer.event(&Event::CellStarted { cell: name.clone() });
        let log = self.store.log(name);
        let failure = match self.order(cell, work, model, &todo) {
            Ok(order) => self.worker(index, &order, &todo, &log, model),
            Err(reason) => Some(CellFailure { cell: index, reason, problem: None, unavailable: false }),
        };
        let mut outcome = locked(&self.outcome);
        for (key, lease) in leases {
            if lease.draft.target.exists() {
                outcome.results.insert(key, lease.draft.target.clone());
                lease.release()?;
            }
        }
        drop(outcome);
        match &failure {
            None => self.observer.event(&Event::CellFinished { cell: name.clone(), seconds: started.elapsed().as_secs_f64() }),
            Some(_) if self.interrupted.load(Ordering::Relaxed) => return Ok(None),
            Some(failure) => self.observer.event(&Event::CellFailed {
                cell: name.clone(),
                reason: failure.reason.clone(),
                help: failure.problem.as_ref().and_then(|error| error.problems.first()?.help.clone()),
                log: child::tail(&log, LOG_LINES),
                log_path: log,
            }),
        }
        Ok(failure)
    }

    /// Takes the right to make what a cell lacks. In the order of the keys, so that two runs cannot wait for each other.
    fn leases(&self, work: &Work) -> Result<HashMap<Key, Lease>, StoreError> {
        let mut keys: Vec<&Key> = work.steps.iter().map(|step| &step.key).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut leases = HashMap::new();
        for key in keys {
            if locked(&self.outcome).results.contains_key(key) {
                continue;
            }
            let lease = self.store.lease(key)?;
            // Somebody may have made it while we waited.
            if look_up(self.store, key, self.observer, &mut locked(&self.outcome).results)? {
                lease.abandon()?;
            } else {
                leases.insert(key.clone(), lease);
            }
        }
        Ok(leases)
    }

    fn order(&self, cell: &PlannedCell, work: &Work, model: &BackendModel, todo: &[(&Step, &Lease)]) -> Result<Order, String> {
        let mut steps = Vec::new();
        for (step, lease) in todo {
            steps.push(self.ordered(work, model, step, lease)?);
        }
        let runtime = crate::run::describe::runtime(&work.backend.descriptor).map_err(|error| error.to_string())?;
        Ok(Order {
            cell: self.plan.study.cells[cell.cell].name.clone(),
            plugin: work.backend.library.clone(),
            preload: runtime,
            threads: model.threads,
            decoders: self.decoders,
            cache: self.settings.cache.clone(),
            steps,
        })
    }

    fn ordered(&self, work: &Work, model: &BackendModel, step: &Step, lease: &Lease) -> Result<OrderedStep, String> {
        let folder = &lease.draft.folder;
        let task = Task { classes: &step.classes.names, multi: step.classes.multi_label };
        let trained = work.steps.iter().find(|other| other.ability == Ability::Train).map(|other| self.store.target(&other.key));
        let trained = trained.map(|folder| folder.join("weights.safetensors"));
        let (checkpoint, save) = (folder.join("checkpoint.safetensors"), folder.join("weights.safetensors"));
        let validation = match &step.validation {
            Some(watched) => Some(self.validation(watched)?),
            None => None,
        };
        let items = Items { main: step.rows.len(), validation: validation.as_ref().map(|validation| validation.rows.len()) };
        let (files, feed) = match (step.ability, &model.train) {
            (Ability::Train, Some(train)) => (
                Files { weights: model.weights.as_deref(), save_weights: Some(&save), checkpoint: Some(&checkpoint) },
                Feed::Train {
                    batch_size: train.batch_size,
                    seed: train.seed,
                    augment: train.augment.clone(),
                    weights: step.weighing.as_ref().map(|weighing| step.rows.iter().map(|row| weighing.weights[*row as usize]).collect()),
                    validation: validation.clone(),
                },
            ),
            _ => (
                Files { weights: trained.as_deref().or(model.weights.as_deref()), ..Files::default() },
                Feed::Predict { batch_size: PREDICT_BATCH, distort: step.distort },
            ),
        };
        Ok(OrderedStep {
            name: step.name(),
            job: job::complete(&step.parameters, &task, items, model, &files),
            split: as_written(&format!("{}/{}", step.dataset, step.split)),
            dataset: self.index(&step.dataset)?,
            rows: step.rows.to_vec(),
            input: step.input.clone(),
            feed,
            draft: lease.draft.clone(),
        })
    }

    /// Answers where a dataset's index lies.
    fn index(&self, dataset: &str) -> Result<PathBuf, String> {
        let data = self.plan.datasets.get(dataset).ok_or_else(|| format!("there is no dataset `{dataset}`"))?;
        index::save(&data.dataset, &self.settings.cache).map_err(|error| in_full(&error))
    }

    fn validation(&self, watched: &Watched) -> Result<Validation, String> {
        Ok(Validation {
            split: as_written(&format!("{}/{}", watched.dataset, watched.split)),
            dataset: self.index(&watched.dataset)?,
            rows: watched.rows.to_vec(),
            selection: watched.selection.clone(),
        })
    }

    fn worker(&self, index: usize, order: &Order, todo: &[(&Step, &Lease)], log: &Path, model: &BackendModel) -> Option<CellFailure> {
        let told = |answer: &Answer| match answer {
            Answer::Progress { step, done, total, message } => self.observer.event(&Event::CellProgress {
                cell: order.cell.clone(),
                step: order.steps.get(*step).map(|step| step.name.clone()).unwrap_or_default(),
                done: *done,
                total: *total,
                message: message.clone(),
            }),
            Answer::StepDone { step, seconds } => {
                if let Some((step, _)) = todo.get(*step) {
                    locked(&self.outcome).records.push(TaskRecord::of(step, &order.cell, *seconds));
                }
            }
            Answer::Decoding { split, done, total } => {
                self.observer.event(&Event::Decoding { dataset: split.clone(), done: *done, total: *total });
            }
            Answer::Done { .. } | Answer::Failed(_) => {}
        };
        let failure = |reason: String| Some(CellFailure { cell: index, reason, problem: None, unavailable: false });
        match child::run(order, log, self.settings.stall, self.interrupted, told) {
            Ok(Ok(peak_memory)) => {
                locked(&self.outcome)
                    .records
                    .iter_mut()
                    .filter(|record| record.cell == order.cell)
                    .for_each(|record| record.peak_memory = peak_memory);
                None
            }
            Ok(Err(Ended::Failed(Complaint { step, message, help, pointer, unavailable }))) => {
                let problem = pointer.map(|pointer| {
                    let mut problem =
                        Problem::at(job::written(model, &pointer), format!("the backend `{}` says: {message}", model.backend));
                    problem.help = help;
                    SpecError::from(problem)
                });
                let during = step.and_then(|step| order.steps.get(step)).map(|step| format!("{}: ", step.name)).unwrap_or_default();
                Some(CellFailure { cell: index, reason: format!("{during}{message}"), problem, unavailable })
            }
            Ok(Err(Ended::Died(how))) => failure(format!("the worker of backend `{}` {how}", model.backend)),
            Ok(Err(Ended::Interrupted)) => failure("stopped".to_owned()),
            Err(error) => failure(format!("the worker cannot be started: {error}")),
        }
    }
}
