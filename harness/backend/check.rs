//! Exercises any library against the contract: every promise of the header that can be tried from outside.
//!
//! A backend may crash or hang while it is exercised, so [`exercise`] belongs into a process of its own, whose [`Event`]s its parent turns
//! into a [`Report`] even if they break off.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::descriptor::{Description, Entry, library_name, library_stem};
use super::error::{BackendError, Status};
use super::instance::Instance;
use super::plugin::Plugin;
use super::rehearsal::{Mood, Rehearsal, Scene};

mod report;

pub use report::{Check, Event, Outcome, Report};

/// Tries a library, after the libraries of its runtime; `scratch` is an empty folder for weights and checkpoints.
pub fn exercise(library: &Path, preload: &[PathBuf], scratch: &Path, say: &mut dyn FnMut(Event)) {
    let mut session = Session { say, scratch };
    let Some(plugin) = session.value("load", || Plugin::load(library, preload).map_err(|error| error.to_string())) else { return };
    let Some(description) = session.value("describe", || describe(&plugin)) else { return };
    session.check("name the library after the backend", || match library_stem(library) {
        Some(stem) if stem == description.name => Ok(()),
        _ => Err(format!("the backend `{}` must lie in `{}`", description.name, library_name(&description.name))),
    });
    let config = json!({"threads": 1, "libraries": preload});
    let Some(mut instance) = session.value("open", || plugin.open(&config).map_err(|error| words(&error))) else { return };
    session.refusals(&mut instance, &description);
    for architecture in description.kind("architectures") {
        session.architecture(&mut instance, &description, architecture);
    }
    if description.kind("architectures").is_empty() {
        session.model_files(&mut instance);
    }
    for ability in ["embed", "activation_map"] {
        if description.can(ability) {
            session.skip(&format!("the ability `{ability}`"), "it is reserved, and this fairgrid has no use for it yet");
        }
    }
    session.check("close, and open again", || {
        drop(instance);
        plugin.open(&config).map(drop).map_err(|error| words(&error))
    });
}

struct Session<'a> {
    say: &'a mut dyn FnMut(Event),
    scratch: &'a Path,
}

impl Session<'_> {
    fn value<T>(&mut self, name: &str, action: impl FnOnce() -> Result<T, String>) -> Option<T> {
        (self.say)(Event::Started(name.to_owned()));
        let (outcome, value) = match action() {
            Ok(value) => (Outcome::Passed, Some(value)),
            Err(how) => (Outcome::Failed(how), None),
        };
        (self.say)(Event::Ended(outcome));
        value
    }

    fn check(&mut self, name: &str, action: impl FnOnce() -> Result<(), String>) -> bool {
        self.value(name, action).is_some()
    }

    fn skip(&mut self, name: &str, why: &str) {
        (self.say)(Event::Started(name.to_owned()));
        (self.say)(Event::Ended(Outcome::Skipped(why.to_owned())));
    }

    /// Jobs that no backend can do.
    fn refusals(&mut self, instance: &mut Instance, description: &Description) {
        let scene = Scene::COLOR;
        let first = description.kind("architectures").first();
        let work = match first.filter(|_| description.can("train")) {
            Some(architecture) => training(scene, description, architecture, description.kind("losses").first(), &self.path("refused")),
            None => {
                let mut job = scene.job("predict");
                job["architecture"] = first.map_or(Value::Null, choice);
                job
            }
        };
        let mut refuse = |name: &str, change: &dyn Fn(&mut Value)| {
            let mut job = work.clone();
            change(&mut job);
            self.check(name, || refused(instance.run(&job, &mut Rehearsal::new(scene, Mood::Fair)), None).map(drop));
        };
        refuse("refuse an empty job", &|job| *job = json!({}));
        refuse("refuse an unknown ability", &|job| job["ability"] = json!("levitate"));
        refuse("refuse an unknown architecture", &|job| job["architecture"] = json!({"no_such_architecture": {}}));
        refuse("refuse an unknown device", &|job| job["device"] = json!("abacus"));
        refuse("refuse weights that do not exist", &|job| job["weights"] = json!("/nonexistent/weights"));
    }

    fn architecture(&mut self, instance: &mut Instance, description: &Description, architecture: &Entry) {
        let name = &architecture.name;
        let scene = Scene::COLOR;
        if !description.can("train") {
            self.skip(&format!("predict with `{name}`"), "the backend does not train, and no weights are at hand");
            return;
        }
        let losses: Vec<Option<&Entry>> = match description.kind("losses") {
            [] => vec![None],
            losses => losses.iter().map(Some).collect(),
        };
        let mut trained: Option<(Value, PathBuf)> = None;
        for (multi, loss) in [false, true].iter().flat_map(|multi| losses.iter().map(move |loss| (*multi, *loss))) {
            // Each loss is tried on the first architecture; the others need one that works.
            if trained.is_some() && description.kind("architectures").first() != Some(architecture) {
                break;
            }
            let scene = Scene { multi, ..scene };
            let weights = self.path(&format!("{name}-{}-{multi}", loss.map_or("", |loss| &loss.name)));
            let job = training(scene, description, architecture, loss, &weights);
            let label = match loss {
                Some(loss) => format!("train `{name}` with `{}` on {} labels", loss.name, if multi { "multi" } else { "single" }),
                None => format!("train `{name}` on {} labels", if multi { "multi" } else { "single" }),
            };
            (self.say)(Event::Started(label));
            let mut host = Rehearsal::new(scene, Mood::Fair);
            let outcome = match instance.run(&job, &mut host) {
                // A loss for the other kind of labels says so.
                Err(error) if matches!(error.status, Status::Invalid | Status::Unsupported) => Outcome::Skipped(words(&error)),
                Err(error) => Outcome::Failed(words(&error)),
                Ok(()) => match left_behind(&host, &weights) {
                    Ok(()) => {
                        trained.get_or_insert((job, weights));
                        Outcome::Passed
                    }
                    Err(how) => Outcome::Failed(how),
                },
            };
            (self.say)(Event::Ended(outcome));
        }
        let Some((job, weights)) = trained else {
            self.check(&format!("train `{name}`"), || Err("no loss trains it".to_owned()));
            return;
        };
        let scene = Scene { multi: job["labels"] == "multi", ..scene };
        self.training_again(instance, name, scene, &job, &weights);
        if description.can("predict") {
            self.predictions(instance, architecture, scene, &weights);
        }
    }

    /// What else is promised of training, tried with a job that works.
    fn training_again(&mut self, instance: &mut Instance, name: &str, scene: Scene, job: &Value, weights: &Path) {
        let again = |file: &Path| {
            let mut job = job.clone();
            job["save_weights"] = json!(file);
            job
        };
        let second = self.path(&format!("{name}-again"));
        self.check(&format!("train `{name}` twice to the same bytes"), || {
            run(instance, &again(&second), &mut Rehearsal::new(scene, Mood::Fair))?;
            same_files(weights, &second)
        });
        let (resumed, checkpoint) = (self.path(&format!("{name}-resumed")), self.path(&format!("{name}-checkpoint")));
        self.check(&format!("stop `{name}` when asked, and resume to the same bytes"), || {
            let mut job = again(&resumed);
            job["checkpoint"] = json!({"save": checkpoint, "resume": false});
            let outcome = instance.run(&job, &mut Rehearsal::new(scene, Mood::Impatient { epoch: 1 }));
            refused(outcome, Some(Status::Cancelled))?;
            if !checkpoint.is_file() {
                return Err("no checkpoint was written after the first epoch".to_owned());
            }
            job["checkpoint"]["resume"] = json!(true);
            let mut host = Rehearsal::new(scene, Mood::Fair);
            run(instance, &job, &mut host)?;
            if host.epochs.contains(&0) {
                return Err("it began again with epoch 0".to_owned());
            }
            same_files(weights, &resumed)
        });
        let stopped = self.path(&format!("{name}-stopped"));
        self.check(&format!("keep an epoch of `{name}`, and stop early"), || {
            run(instance, &again(&stopped), &mut Rehearsal::new(scene, Mood::KeepFirst))?;
            if fs::read(&stopped).ok() == fs::read(weights).ok() {
                return Err("the first epoch was to be kept, and the weights are those of the last".to_owned());
            }
            let mut host = Rehearsal::new(scene, Mood::StopFirst);
            run(instance, &again(&stopped), &mut host)?;
            if host.ended == [0] { Ok(()) } else { Err(format!("it was told to stop after epoch 0 and ended {:?}", host.ended)) }
        });
        for (label, mood, status) in [
            ("an input that does not open", Mood::NoInput, Status::Input),
            ("an input that breaks off", Mood::BrokenInput, Status::Input),
            ("an output that is not taken", Mood::NoOutput, Status::Host),
        ] {
            let file = self.path("failed");
            self.check(&format!("leave `{name}` on {label}"), || {
                refused(instance.run(&again(&file), &mut Rehearsal::new(scene, mood)), Some(status)).map(drop)
            });
        }
        self.check(&format!("point at a wrong option of `{name}`"), || {
            let mut job = job.clone();
            job["architecture"] = json!({(name): {"no_such_option": 1}});
            let error = refused(instance.run(&job, &mut Rehearsal::new(scene, Mood::Fair)), Some(Status::Invalid))?;
            match error.pointer {
                Some(pointer) if pointer.starts_with("/architecture") => Ok(()),
                Some(pointer) => Err(format!("the pointer is `{pointer}`, not into /architecture")),
                None => Err("the error has no pointer".to_owned()),
            }
        });
    }

    fn predictions(&mut self, instance: &mut Instance, architecture: &Entry, scene: Scene, weights: &Path) {
        let name = &architecture.name;
        let job = |scene: Scene, weights: &Path| {
            let mut job = scene.job("predict");
            job["architecture"] = choice(architecture);
            job["weights"] = json!(weights);
            job
        };
        let mut first = None;
        self.check(&format!("predict with `{name}`"), || {
            let mut host = Rehearsal::new(scene, Mood::Fair);
            run(instance, &job(scene, weights), &mut host)?;
            host.complete()?;
            if host.progressed == 0 {
                return Err("it never said how far it was".to_owned());
            }
            first = Some(host.rows);
            Ok(())
        });
        self.check(&format!("predict with `{name}` in other batches, to nearly the same numbers"), || {
            let other = Scene { batch_size: 5, ..scene };
            let mut host = Rehearsal::new(other, Mood::Fair);
            run(instance, &job(other, weights), &mut host)?;
            host.complete()?;
            let far = |(a, b): (&u32, &u32)| {
                let (a, b) = (f32::from_bits(*a), f32::from_bits(*b));
                (a - b).abs() > 1e-3 * (1.0 + a.abs())
            };
            let mut pairs = first.iter().flatten().filter_map(|(id, numbers)| Some((id, numbers, host.rows.get(id)?)));
            match pairs.find(|(_, one, other)| one.iter().zip(other.iter()).any(far)) {
                Some((id, ..)) => Err(format!("the numbers of `{id}` depend on its batch")),
                None => Ok(()),
            }
        });
        for (label, mood, status) in [
            ("an input that does not open", Mood::NoInput, Status::Input),
            ("an input that breaks off", Mood::BrokenInput, Status::Input),
            ("an output that is not taken", Mood::NoOutput, Status::Host),
            ("the wish to stop", Mood::Impatient { epoch: 0 }, Status::Cancelled),
        ] {
            self.check(&format!("leave the prediction with `{name}` on {label}"), || {
                refused(instance.run(&job(scene, weights), &mut Rehearsal::new(scene, mood)), Some(status)).map(drop)
            });
        }
        let damaged = self.path("damaged");
        self.check(&format!("refuse damaged weights of `{name}`"), || {
            fs::write(&damaged, b"not weights").map_err(|error| error.to_string())?;
            refused(instance.run(&job(scene, &damaged), &mut Rehearsal::new(scene, Mood::Fair)), None).map(drop)
        });
    }

    /// A backend without architectures reads model files, of which none is at hand.
    fn model_files(&mut self, instance: &mut Instance) {
        let scene = Scene::COLOR;
        let damaged = self.path("damaged-model");
        self.check("refuse a damaged model file", || {
            fs::write(&damaged, b"not a model").map_err(|error| error.to_string())?;
            let mut job = scene.job("predict");
            job["file"] = json!(damaged);
            refused(instance.run(&job, &mut Rehearsal::new(scene, Mood::Fair)), None).map(drop)
        });
        self.skip("predict with a model file", "the backend lists no architecture, and no model of its kind is at hand");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.join(name)
    }
}

fn describe(plugin: &Plugin) -> Result<Description, String> {
    let first = plugin.describe().map_err(|error| words(&error))?;
    let second = plugin.describe().map_err(|error| words(&error))?;
    if first == second { Ok(first) } else { Err("it says different things each time".to_owned()) }
}

fn words(error: &BackendError) -> String {
    match &error.pointer {
        Some(pointer) => format!("{} (at {pointer})", error.message),
        None => error.message.clone(),
    }
}

fn run(instance: &mut Instance, job: &Value, host: &mut Rehearsal) -> Result<(), String> {
    instance.run(job, host).map_err(|error| words(&error))?;
    host.warnings.iter().find(|line| line.contains("input(s) open")).map_or(Ok(()), |line| Err(line.clone()))
}

/// The error of a job that had to fail, with this status where one is named.
fn refused(outcome: Result<(), BackendError>, wanted: Option<Status>) -> Result<BackendError, String> {
    match outcome {
        Ok(()) => Err("it succeeded".to_owned()),
        Err(error) if error.status == Status::Contract => Err(error.message),
        Err(error) if wanted.is_some_and(|status| status != error.status) => Err(format!("it failed otherwise: {}", words(&error))),
        Err(error) => Ok(error),
    }
}

fn left_behind(host: &Rehearsal, weights: &Path) -> Result<(), String> {
    if host.epochs != [0, 1] || host.ended != [0, 1] {
        return Err(format!("of epochs 0 and 1 it emitted {:?} and ended {:?}", host.epochs, host.ended));
    }
    if host.progressed == 0 {
        return Err("it never said how far it was".to_owned());
    }
    if weights.is_file() { Ok(()) } else { Err("it left no weights".to_owned()) }
}

fn same_files(one: &Path, other: &Path) -> Result<(), String> {
    match (fs::read(one), fs::read(other)) {
        (Ok(one), Ok(other)) if one == other => Ok(()),
        (Ok(_), Ok(_)) => Err("the weights differ".to_owned()),
        _ => Err("it left no weights".to_owned()),
    }
}

fn training(scene: Scene, description: &Description, architecture: &Entry, loss: Option<&Entry>, weights: &Path) -> Value {
    let mut job = scene.job("train");
    job["architecture"] = choice(architecture);
    job["save_weights"] = json!(weights);
    let first = |kind: &str| description.kind(kind).first().map_or_else(|| json!({}), choice);
    job["train"] = json!({
        "loss": loss.map_or_else(|| json!({}), choice),
        "optimizer": first("optimizers"),
        "schedule": first("schedules"),
        "seed": 0, "epochs": 2, "batch_size": scene.batch_size, "steps_per_epoch": scene.items.div_ceil(scene.batch_size),
    });
    job
}

/// `{name: {options}}` with a guess for each option that must be written, and the defaults of the others.
fn choice(entry: &Entry) -> Value {
    let properties = entry.options["properties"].as_object();
    let required: Vec<&str> = entry.options["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let options: Map<String, Value> = properties
        .into_iter()
        .flatten()
        .filter_map(|(name, schema)| match schema.get("default") {
            Some(default) => Some((name.clone(), default.clone())),
            None if required.contains(&name.as_str()) => Some((name.clone(), guess(schema))),
            None => None,
        })
        .collect();
    json!({entry.name.as_str(): options})
}

fn guess(schema: &Value) -> Value {
    if let Some(first) = schema["enum"].as_array().and_then(|choices| choices.first()) {
        return first.clone();
    }
    let least = schema["minimum"].as_f64().or_else(|| schema["exclusiveMinimum"].as_f64().map(|bound| bound + 1e-3));
    match schema["type"].as_str() {
        Some("integer") => json!(least.map_or(1, |least| least.ceil() as i64)),
        Some("number") => json!(least.unwrap_or(0.01).max(1e-3)),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        Some("object") => json!({}),
        _ => json!(""),
    }
}
