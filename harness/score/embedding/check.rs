//! What embeddings must be like for what is asked of them.

use super::metric::Metric;
use super::registry::{Compute, Reads};
use super::sets;
use crate::score::metric::Input;
use crate::score::predictions::Predictions;
use crate::score::scheme::Scheme;
use crate::spec::embed::Normalize;
use crate::spec::evaluation::Evaluation;
use crate::spec::problem::{Problem, Problems};

/// Holds the metrics that read embeddings and that an evaluation names against the items that it scores; says everything that does not fit.
pub fn check(evaluation: &Evaluation, scheme: &Scheme, predictions: &Predictions, problems: &mut Problems) {
    let Some(embeddings) = predictions.embeddings() else { return };
    let metrics = || scheme.embedding.iter().map(|(metric, _)| metric);
    let normalize = evaluation.embed.map(|embed| embed.normalize).unwrap_or_default();
    let directed = |metric: &&Metric| normalize == Normalize::L2 || metric.definition.reads != Reads::Distances;
    let by_direction = |input: Input| matches!(input, Input::Neighbours { distance, .. } if distance.is_of_directions(normalize));
    let beside = scheme.metrics.iter().filter(|(metric, _)| by_direction(metric.input)).map(|(metric, _)| &metric.name);
    let name = metrics().filter(directed).map(|metric| &metric.name).chain(beside).next();
    let zeros = || (0..predictions.len()).filter(|row| embeddings.of(*row).iter().all(|number| *number == 0.0));
    if let (Some(name), Some(first)) = (name, zeros().next()) {
        let call = evaluation.metrics.iter().find(|call| call.name.as_ref().unwrap_or(&call.choice.name) == name);
        let id = predictions.ids().get(first);
        if let Some(call) = call {
            let name = &call.choice.name;
            let message = format!("`{name}` reads directions, and a zero vector has none, as that of `{id}` ({} in all)", zeros().count());
            problems.push(Problem::at(&call.choice.name_node, message).help("leave those items out of the file"));
        }
    }
    if let (Some(metric), Some(_)) = (metrics().find(|metric| metric.options.debiased), predictions.weight()) {
        let call = evaluation.metrics.iter().find(|call| call.choice.name == metric.definition.name);
        if let Some(call) = call {
            let message = format!("`{}` with `debiased` counts items alike, and here they have weights", metric.definition.name);
            problems.push(Problem::at(&call.choice.name_node, message).help("leave `debiased` out"));
        }
    }
    let Some(written) = evaluation.sets.as_ref().filter(|_| metrics().any(|metric| metric.definition.compute.of_sets())) else { return };
    let Some(found) = sets::resolve(written, predictions, problems) else { return };
    let paired = metrics().find(|metric| matches!(metric.definition.compute, Compute::Concepts(..)));
    let Some(paired) = paired else { return };
    let size = |concept: usize| found.of_row.iter().filter(|group| **group as usize == concept + 2).count();
    let first = &written.concepts.names[0];
    if let Some((concept, other)) = written.concepts.names.iter().enumerate().find(|(concept, _)| size(*concept) != size(0)) {
        let message = format!(
            "`{}` deals items out between concepts of equal size, and `{}` has {} and `{}` {}",
            paired.definition.name,
            first.value,
            size(0),
            other.value,
            size(concept)
        );
        problems.push(Problem::at(&other.node, message).help("give all concepts as many items"));
    }
    if written.concepts.names.len() < 2 {
        let message = format!("`{}` compares two concepts, and `concepts` names one", paired.definition.name);
        problems.push(Problem::at(&written.concepts.node, message).help("name another, or use `single_category_association`"));
    }
}
