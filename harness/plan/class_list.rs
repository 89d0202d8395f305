//! Which classes a model's scores are of, and whether the labels of what it is asked about are among them.

use super::make::Planner;
use super::planned::ClassList;
use crate::spec::cell::Part;
use crate::spec::model::BackendModel;
use crate::spec::node::{Node, Value};
use crate::spec::problem::Problem;
use crate::spec::study::Study;

impl Planner<'_> {
    /// The classes of what a cell's model says about a dataset: the dataset's own, or where label sets say what is correct, those that it
    /// learned or that its `output` names.
    pub(super) fn class_list(&mut self, study: &Study, cell: usize, model: &BackendModel, asked: &str) -> Option<ClassList> {
        let own = ClassList::of(&self.data(study, asked)?.dataset);
        let about = |part: &Part| part.cell == cell && part.split.as_ref().is_some_and(|split| is_of(&split.value, asked));
        let targeted = study.evaluations.iter().any(|evaluation| !evaluation.spec.target.is_empty() && evaluation.parts.iter().any(about));
        if let Some(train) = &model.train {
            if !targeted {
                self.check_classes(study, &train.data, asked)?;
                return Some(own);
            }
            let learned = ClassList::of(&self.data(study, &train.data.dataset)?.dataset);
            return Some(if learned.names == own.names { own } else { ClassList { labelled: false, ..learned } });
        }
        let names = model.output.as_ref().map_or_else(Vec::new, named);
        let same = names.len() == own.names.len() && names.iter().all(|name| own.names.contains(name));
        match names.is_empty() {
            _ if !targeted || same => Some(own),
            false => Some(ClassList { names, labelled: false, ..own }),
            true => {
                // A network without a list of its own has one output for each class of the dataset.
                if model.weights.is_some() || model.file.is_none() {
                    return Some(own);
                }
                let written = model.node.get("output").or(model.node.get("file")).unwrap_or(&model.node);
                let problem = Problem::at(written, "label sets name classes of the model, and its classes are not known");
                self.problems.push(problem.help("list them in order: `output: {logits: [CLASS, …]}`"));
                None
            }
        }
    }
}

/// The classes that an `output` lists.
fn named(output: &Node) -> Vec<String> {
    let list = ["logits", "probabilities", "scores"].into_iter().find_map(|kind| output.get(kind));
    let Some(Node { value: Value::List(items), .. }) = list else { return Vec::new() };
    items.iter().map(crate::spec::decode::canonical).collect()
}

fn is_of(split: &str, asked: &str) -> bool {
    split.split_once('/').is_some_and(|(dataset, _)| dataset == asked)
}
