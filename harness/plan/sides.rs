//! Nobody may be on both sides: what a model or a rule learns from is held against what is scored. The splits of one dataset are disjoint
//! already; here it is about two that read the same files, and divide them each in a way of its own, and about one that is on both sides itself.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::make::Planner;
use crate::spec::cell::Part;
use crate::spec::folds::as_written;
use crate::spec::model::Model;
use crate::spec::node::Node;
use crate::spec::problem::Problem;
use crate::spec::study::Study;

/// What becomes of the split that a training is watched on.
const CHOOSES: &str = "chooses the model's epoch";

/// A split that something is learned from.
struct Teacher<'s> {
    split: String,
    node: &'s Node,
    /// What becomes of it, after `which`.
    teaches: &'static str,
    /// Whether the same split may be scored, to see how well a model knows what it learned.
    open: bool,
}

impl Planner<'_> {
    /// Refuses to score items, or subjects, that a model or a rule has learned from under another name.
    pub(super) fn check_sides(&mut self, study: &Study, evaluations: &[usize]) {
        let mut asked: HashSet<(String, String)> = HashSet::new();
        // By the names that are written: of many folds, the first one tells.
        let mut found: HashMap<(String, String), String> = HashMap::new();
        for part in evaluations.iter().flat_map(|index| &study.evaluations[*index].parts) {
            let Some(scored) = part.split.as_ref().filter(|split| study.is_of_dataset(&split.value)) else { continue };
            for teacher in teachers(study, part) {
                let (Some((one, split)), Some((other, own))) = (teacher.split.split_once('/'), scored.value.split_once('/')) else {
                    continue;
                };
                if one == other && split == own && teacher.teaches == CHOOSES {
                    let message = format!("`{}` is scored, and {CHOOSES} too", as_written(&scored.value));
                    let help =
                        "nobody may be on both sides: choose the epoch on a split of its own, as `…/validation`, or score another one";
                    self.problems.push(Problem::at(teacher.node, message).also(&scored.node.place, "scored here").help(help));
                }
                if one == other || (teacher.open && split == own) {
                    continue;
                }
                let written = (as_written(&teacher.split), as_written(&scored.value));
                if asked.insert((teacher.split.clone(), scored.value.clone()))
                    && let Some(shared) = self.shared(study, (one, split), (other, own))
                {
                    found.entry(written.clone()).or_insert(shared);
                }
                if let Some(shared) = found.get(&written) {
                    let message = format!("{shared} in `{}` too, which {}", written.0, teacher.teaches);
                    let help = "nobody may be on both sides, and these are two names for the same files: take both splits from one of \
                                them, or divide both in the same way";
                    self.problems.push(Problem::at(teacher.node, message).also(&scored.node.place, "scored here").help(help));
                }
            }
        }
    }

    /// How much of a split that is scored is in another: `12 of the 40 items of `faces/test`, as `7`, are`. `None` for nothing.
    fn shared(&mut self, study: &Study, teacher: (&str, &str), scored: (&str, &str)) -> Option<String> {
        let mut side = |(dataset, split)| {
            let rows = self.rows(study, dataset, split)?;
            Some((Arc::clone(&self.data(study, dataset)?.dataset), rows))
        };
        let ((learned, learnt), (data, rows)) = (side(teacher)?, side(scored)?);
        let overlap = data.overlap(&rows, &learned, &learnt);
        let items = overlap.items.first().map(|row| (overlap.items.len(), rows.len(), "items", &data.ids[*row as usize]));
        let people = || data.subjects(&rows).len();
        let subjects = overlap.subjects.first().map(|subject| (overlap.subjects.len(), people(), "subjects", subject));
        let several = items.is_some() && subjects.is_some() || items.or(subjects)?.0 > 1;
        let of = as_written(&format!("{}/{}", scored.0, scored.1));
        let told = items.into_iter().chain(subjects).enumerate().map(|(at, (some, all, what, example))| match at {
            0 => format!("{some} of the {all} {what} of `{of}`, as `{example}`,"),
            _ => format!(" and {some} of its {all} {what}, as `{example}`,"),
        });
        Some(format!("{} {}", told.collect::<String>(), if several { "are" } else { "is" }))
    }
}

/// What is learned from before a part of an evaluation is scored.
fn teachers<'s>(study: &'s Study, part: &'s Part) -> impl Iterator<Item = Teacher<'s>> {
    let train = match &study.cells[part.cell].spec {
        Model::Backend(model) => model.train.as_ref(),
        Model::Predictions(_) => None,
    };
    let learned = train.map(|train| (&train.data, "the model learns from"));
    let watched = train.and_then(|train| train.validate.as_ref()).map(|validate| (&validate.data, CHOOSES));
    let of_model = learned.into_iter().chain(watched);
    let fitting = part.fitting.iter().filter(|split| study.is_of_dataset(&split.value));
    of_model
        .map(|(split, teaches)| Teacher { split: split.to_string(), node: &split.node, teaches, open: teaches != CHOOSES })
        .chain(fitting.map(|split| Teacher { split: split.value.clone(), node: &split.node, teaches: "a rule is fitted on", open: false }))
}
