//! What a worker must do for a cell: train, then predict each split that an evaluation asks for.

use serde_json::{Value, json};

use super::job::{self, Ability};
use super::key::Key;
use super::lesson::Lesson;
use super::make::Planner;
use super::options;
use super::planned::{ClassList, Step, Watched, Work};
use crate::backend::catalogue::Entry as Installed;
use crate::data::frame::Targets;
use crate::score::schema::Schema;
use crate::score::scheme::Scheme;
use crate::spec::distort::Distort;
use crate::spec::input::Resolved;
use crate::spec::model::{BackendModel, SplitName};
use crate::spec::predictions::Kind;
use crate::spec::problem::Problem;
use crate::spec::study::Study;
use crate::spec::validate::Validate;

/// Counts up when training would give other weights from the same job.
const TRAIN_VERSION: u32 = 1;
/// Counts up when inference would give other scores from the same job.
const PREDICT_VERSION: u32 = 1;

impl Planner<'_> {
    pub(super) fn work(&mut self, study: &Study, cell: usize, model: &BackendModel, splits: &[(String, Option<Distort>)]) -> Option<Work> {
        let backend = self.backend(model)?;
        options::check(model, &backend.descriptor.description, &mut self.problems);
        let first = model.train.as_ref().map(|train| train.data.dataset.as_str());
        let first = first.or_else(|| splits.first().and_then(|(split, _)| split.split_once('/')).map(|(dataset, _)| dataset))?;
        let input = self.input(study, model, first)?;
        let identity = json!({"backend": backend.descriptor.identity(), "device": model.device, "limit": self.request.limit});
        let files: Vec<Key> = [&model.file, &model.weights].into_iter().flatten().filter_map(|path| self.file(path, model)).collect();
        let mut steps = Vec::new();
        let mut network = files;
        if let Some(train) = &model.train {
            let step = match self.lesson(study, cell, train)? {
                Ok(lesson) => self.step(study, lesson, Ability::Train, model, &input, &identity, &network)?,
                Err(infeasible) => return Some(Work { backend, steps, infeasible: Some(infeasible) }),
            };
            network = vec![step.key.clone()];
            steps.push(step);
        }
        for (split, distort) in splits {
            let (dataset, split) = split.split_once('/')?;
            let classes = self.class_list(study, cell, model, dataset)?;
            let lesson = Lesson::of_all(dataset, split, self.rows(study, dataset, split)?).distorted(*distort);
            let step = self.step(study, lesson, Ability::Predict, model, &input, &identity, &network)?;
            steps.push(Step { classes, ..step });
        }
        Some(Work { backend, steps, infeasible: None })
    }

    /// Settles the size and channels of a model's input by the images that it sees first.
    fn input(&mut self, study: &Study, model: &BackendModel, dataset: &str) -> Option<Resolved> {
        let written = model.node.get("input").unwrap_or(&model.node);
        let resolved = self.data(study, dataset)?.dataset.resolve(&model.input);
        resolved.map_err(|error| self.problems.push(Problem::at(written, error.to_string()))).ok()
    }

    #[expect(clippy::too_many_arguments, reason = "each decides the key")]
    fn step(
        &mut self,
        study: &Study,
        lesson: Lesson,
        ability: Ability,
        model: &BackendModel,
        input: &Resolved,
        identity: &Value,
        network: &[Key],
    ) -> Option<Step> {
        let Lesson { dataset, split, rows, distort, draw, weighing, said } = lesson;
        if rows.is_empty() {
            let written = model.train.as_ref().filter(|_| ability == Ability::Train).map_or(&model.node, |train| &train.data.node);
            self.problems.push(Problem::at(written, format!("the split `{dataset}/{split}` has no items")));
            return None;
        }
        let parameters = job::parameters(model, input, ability);
        let data = self.data(study, &dataset)?;
        let classes = ClassList::of(&data.dataset);
        let mut inputs: Vec<Key> = std::iter::once(data.key.clone()).chain(network.iter().cloned()).collect();
        let train = model.train.as_ref().filter(|_| ability == Ability::Train);
        let validate = train.and_then(|train| Some((&train.data, train.validate.as_ref()?)));
        let validation = match validate {
            Some((learned, validate)) => Some(self.watched(study, learned, validate)?),
            None => None,
        };
        if let Some(watched) = &validation {
            inputs.push(self.data(study, &watched.dataset)?.key.clone());
        }
        let watched = validation.as_ref().map(|watched| json!({"split": watched.split, "selection": watched.selection}));
        let version = if ability == Ability::Train { TRAIN_VERSION } else { PREDICT_VERSION };
        let augment = model.train.as_ref().filter(|_| ability == Ability::Train).map(|train| &train.augment);
        let mut whole = json!({
            "job": parameters, "pixels": input.geometry(), "split": split, "identity": identity, "augment": augment, "validate": watched
        });
        if let Some(said) = said {
            whole["lesson"] = said;
        }
        let key = Key::of(ability.word(), version, &whole, &inputs.iter().collect::<Vec<_>>());
        let input = input.clone();
        Some(Step { ability, dataset, split, rows, distort, draw, weighing, classes, input, parameters, validation, key, inputs })
    }

    /// A network has an output for each class that it learned, in that order: of other classes its outputs would say nothing.
    pub(super) fn check_classes(&mut self, study: &Study, learned: &SplitName, asked: &str) -> Option<()> {
        let known = self.data(study, &learned.dataset)?.dataset.classes.clone();
        let wanted = &self.data(study, asked)?.dataset.classes;
        if *wanted == known {
            return Some(());
        }
        let why = match wanted.iter().find(|class| !known.contains(class)).or(known.iter().find(|class| !wanted.contains(class))) {
            Some(class) => format!("`{class}` is only in one of them"),
            None => "they stand in another order".to_owned(),
        };
        let message = format!("the classes of `{asked}` are not those of `{}`, which the model learns: {why}", learned.dataset);
        let how = match self.data(study, asked)?.dataset.targets {
            Targets::Single(_) => "a card's `map:` and `levels:`",
            Targets::Multi { .. } => "`labels: {classes: […]}`, also those that no item of one has",
        };
        let help =
            format!("give both the same classes in the same order, with {how}, or say what is correct by the evaluation's `target:`");
        self.problems.push(Problem::at(&learned.node, message).help(help));
        None
    }

    /// Checks how a training is watched; the metric must fit the split.
    fn watched(&mut self, study: &Study, learned: &SplitName, validate: &Validate) -> Option<Watched> {
        let SplitName { dataset, split, node } = &validate.data;
        let rows = self.rows(study, dataset, split)?;
        if rows.is_empty() {
            self.problems.push(Problem::at(node, format!("the split `{dataset}/{split}` has no items")));
        }
        self.check_classes(study, learned, dataset)?;
        let of_data = self.schema_of_data(study, dataset)?;
        let width = of_data.classes.len();
        let schema = Schema { scores: Some((Kind::Logits, width)), ..of_data };
        Scheme::of(&validate.evaluation, &schema, &mut self.problems)?;
        Some(Watched { dataset: dataset.clone(), split: split.clone(), rows, selection: validate.selection.clone() })
    }

    fn backend(&mut self, model: &BackendModel) -> Option<Installed> {
        match self.backends.get(&model.backend) {
            Ok(installed) => {
                let wanted = if model.train.is_some() { Ability::Train } else { Ability::Predict };
                if !installed.descriptor.description.can(wanted.word()) {
                    let message = format!("the backend `{}` cannot {}", model.backend, wanted.word());
                    let help = format!("it can {}", installed.descriptor.description.abilities.join(", "));
                    self.problems.push(Problem::at(&model.backend_node, message).help(help));
                }
                if !installed.descriptor.description.devices.contains(&model.device) {
                    let written = model.node.get("device").unwrap_or(&model.node);
                    let message = format!("the backend `{}` has no device `{}` here", model.backend, model.device);
                    self.problems.push(
                        Problem::at(written, message).help(format!("it has {}", installed.descriptor.description.devices.join(", "))),
                    );
                }
                Some(installed.clone())
            }
            Err(missing) => {
                self.unavailable.push(Problem::at(&model.backend_node, missing.to_string()).help(missing.help()));
                None
            }
        }
    }

    fn file(&mut self, path: &std::path::Path, model: &BackendModel) -> Option<Key> {
        match Key::of_file(path) {
            Ok(key) => Some(key),
            // Told when the study was read.
            Err(_) if !path.is_file() => None,
            Err(error) => {
                self.problems.push(Problem::at(&model.node, format!("cannot read `{}`: {error}", path.display())));
                None
            }
        }
    }
}
