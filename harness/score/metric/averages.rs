//! `average:` and `classes:`: what several classes make.

use super::{Average, Task};
use crate::score::breakdown::combine::Combine;
use crate::score::registry::{Compute, Definition, Reads};
use crate::spec::decode::word;
use crate::spec::evaluation::MetricCall;
use crate::spec::node::Node;
use crate::spec::problem::{Problem, Problems};

pub(super) fn takes_average(definition: &Definition) -> bool {
    match definition.compute {
        Compute::Class { .. } | Compute::Rank(..) | Compute::Roc(_) | Compute::Belief(..) | Compute::ClassOf(_) => true,
        Compute::Calibration { each, .. } => each,
        _ => false,
    }
}

pub(super) fn average(node: &Node, definition: &Definition, task: Task, problems: &mut Problems) -> Option<Average> {
    let mut words = vec![("macro", Average::Macro), ("per_class", Average::PerClass)];
    if !matches!(definition.compute, Compute::ClassOf(_)) {
        words.push(("weighted", Average::Weighted));
    }
    if let Compute::Class { samples, .. } = definition.compute {
        words.push(("micro", Average::Micro));
        if samples.is_some() && (task.multi_label || definition.reads == Reads::TopK) {
            words.push(("samples", Average::Samples));
        }
    }
    if let Some(positive) = task.positive {
        words.push(("binary", Average::Positive(positive)));
    }
    word(node, problems, &words)
}

/// `classes:` of a reduction: the outer option says whether it is `macro`, the inner one what it combines by.
#[derive(Clone, Copy)]
pub(super) enum Spread {
    Macro,
    Reduced(Option<Combine>),
}

pub(super) fn spread(node: &Node, problems: &mut Problems) -> Option<Spread> {
    word(
        node,
        problems,
        &[
            ("mean", Spread::Reduced(Some(Combine::Mean))),
            ("max", Spread::Reduced(Some(Combine::Max))),
            ("min", Spread::Reduced(Some(Combine::Min))),
            ("per_class", Spread::Reduced(None)),
            ("macro", Spread::Macro),
        ],
    )
}

pub(super) fn average_of(
    call: &MetricCall,
    definition: &Definition,
    task: Task,
    average: Option<Average>,
    spread: Option<Spread>,
    reduced: bool,
    problems: &mut Problems,
) -> Option<Average> {
    let node = &call.choice.name_node;
    if !takes_average(definition) {
        if spread.is_some() {
            problems.push(Problem::at(node, format!("`{}` is one number of all classes: it takes no `classes`", call.choice.name)));
        }
        return Some(
            if let Compute::Whole(_) | Compute::Loss { .. } | Compute::Share(..) | Compute::Calibration { .. } = definition.compute {
                Average::Whole
            } else {
                Average::Macro
            },
        );
    }
    match (average, spread) {
        (Some(_), Some(_)) => {
            problems.push(Problem::at(node, "`average` and `classes` are two readings: give one of them"));
            None
        }
        (Some(average), None) => Some(average),
        (None, Some(Spread::Macro)) => Some(Average::Macro),
        (None, Some(Spread::Reduced(_))) => Some(Average::PerClass),
        (None, None) => match task.positive {
            Some(positive) if !task.multi_label && definition.reads != Reads::TopK => Some(Average::Positive(positive)),
            _ => {
                problems.push(ambiguous(call, definition, task, reduced));
                None
            }
        },
    }
}

/// The error of a bare name that has several readings.
fn ambiguous(call: &MetricCall, definition: &Definition, task: Task, reduced: bool) -> Problem {
    let mut averages = vec!["macro", "weighted", "per_class"];
    if let Compute::ClassOf(_) = definition.compute {
        averages.remove(1);
    }
    if let Compute::Class { samples, .. } = definition.compute {
        averages.insert(1, "micro");
        if samples.is_some() && (task.multi_label || definition.reads == Reads::TopK) {
            averages.insert(2, "samples");
        }
    }
    let name = &call.choice.name;
    let mut readings = format!("say which: `{{{name}: {{average: {}}}}}`", averages.join(" | "));
    if reduced {
        readings
            .push_str(&format!(" (the gap of an average), or `{{{name}: {{classes: mean | max | per_class}}}}` (the gaps of the classes)"));
    }
    if task.positive.is_none() && !task.multi_label && definition.reads != Reads::TopK {
        readings.push_str("; or give the evaluation a `positive:` class");
    }
    Problem::at(&call.choice.name_node, format!("`{name}` has several readings with {} classes", task.classes)).help(readings)
}
