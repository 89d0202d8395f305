//! Which classes a model's scores are of, and whether the labels of what it is asked about are among them.

use super::make::Planner;
use super::planned::ClassList;
use crate::spec::cell::Part;
use crate::spec::decode::canonical;
use crate::spec::model::BackendModel;
use crate::spec::node::{Node, Value};
use crate::spec::problem::{Problem, did_you_mean};
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
        let listed = model.output.as_ref().map_or(&[][..], listed);
        let names: Vec<String> = listed.iter().map(canonical).collect();
        let same = names.len() == own.names.len() && own.names.iter().all(|class| names.contains(class));
        match names.is_empty() {
            _ if same => Some(own),
            false if !targeted => self.check_output(listed, &own, asked).map(|()| own),
            _ if !targeted => Some(own),
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

    /// Refuses an `output` that does not list the classes of what it is asked about, each once; of two, one is enough.
    fn check_output(&mut self, listed: &[Node], own: &ClassList, asked: &str) -> Option<()> {
        let names: Vec<String> = listed.iter().map(canonical).collect();
        let twice = (1..names.len()).find(|at| names[..*at].contains(&names[*at]));
        let strange = (0..names.len()).find(|at| !own.names.contains(&names[*at]));
        let lacking = own.names.iter().find(|class| !names.contains(class));
        let one_of_two = names.len() == 1 && own.names.len() == 2 && !own.multi_label;
        let problem = if let Some(at) = strange {
            let help = did_you_mean(&names[at], own.names.iter().map(String::as_str));
            Problem::at(&listed[at], format!("`{}` is no class of `{asked}`", names[at])).help(help)
        } else if let Some(at) = twice {
            Problem::at(&listed[at], format!("the class `{}` is listed twice", names[at]))
        } else if let Some(class) = lacking.filter(|_| !one_of_two) {
            let help = format!("list all classes, in the order of the model's scores: {}", own.names.join(", "));
            Problem::at(listed.first()?, format!("no score is listed for the class `{class}` of `{asked}`")).help(help)
        } else {
            return Some(());
        };
        self.problems.push(problem);
        None
    }
}

/// The classes that an `output` lists.
fn listed(output: &Node) -> &[Node] {
    match ["logits", "probabilities", "scores"].into_iter().find_map(|kind| output.get(kind)) {
        Some(Node { value: Value::List(items), .. }) => items,
        _ => &[],
    }
}

fn is_of(split: &str, asked: &str) -> bool {
    split.split_once('/').is_some_and(|(dataset, _)| dataset == asked)
}
