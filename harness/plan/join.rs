//! Imported predictions or embeddings beside the dataset that they are about: matched by id, labels and fields taken from the dataset.

use std::collections::HashMap;

use crate::data::dataset::Dataset;
use crate::data::frame::Targets;
use crate::score::predictions::{Decisions, Parts, Predictions, Scores};
use crate::score::schema::Schema;

/// A class of the predictions that is not in a list.
pub fn stranger<'p>(predictions: &'p Predictions, classes: &[String]) -> Option<&'p String> {
    predictions.classes().iter().find(|class| !classes.contains(class))
}

/// The predictions for some rows of a dataset, in that order. Where they have classes that the dataset does not have, theirs are kept, and
/// no label is known.
///
/// # Errors
/// An item without a prediction, or fewer classes than the dataset has.
pub fn join(predictions: &Predictions, dataset: &Dataset, rows: &[u32]) -> Result<Predictions, String> {
    let place: HashMap<&str, u32> = predictions.ids().iter().enumerate().map(|(row, id)| (id, row as u32)).collect();
    let found: Vec<Option<u32>> = rows.iter().map(|row| place.get(dataset.ids[*row as usize].as_str()).copied()).collect();
    let missing = found.iter().filter(|row| row.is_none()).count();
    if let Some(first) = found.iter().position(Option::is_none) {
        let id = &dataset.ids[rows[first] as usize];
        let what = if Schema::of(predictions).only_embeddings() { "embedding" } else { "prediction" };
        return Err(format!("there is no {what} for {missing} of {} items of `{}`, as `{id}`", rows.len(), dataset.name));
    }
    let taken = predictions.take(&found.into_iter().flatten().collect::<Vec<_>>());
    // Where each class of the predictions stands in the dataset's list.
    let places: Option<Vec<usize>> = taken.classes().iter().map(|class| dataset.classes.iter().position(|known| known == class)).collect();
    let Parts { ids, classes: own, scores, decisions, embeddings, weight, .. } = taken.into_parts();
    let known = Parts {
        ids,
        classes: own,
        targets: Targets::unknown(rows.len()),
        scores,
        decisions,
        embeddings,
        fields: dataset.fields.iter().map(|(name, field)| (name.clone(), field.take(rows))).collect(),
        subject: dataset.subject.as_ref().map(|subject| subject.take(rows)),
        weight,
        split: None,
        copies: None,
        fold: None,
    };
    let parts = match places {
        Some(places) => labelled(known, dataset, rows, &places)?,
        None => known,
    };
    Predictions::check(parts, |row| row as u64 + 1).map_err(|error| error.to_string())
}

/// The same in the dataset's classes, with its labels.
fn labelled(parts: Parts, dataset: &Dataset, rows: &[u32], classes: &[usize]) -> Result<Parts, String> {
    let Parts { scores, decisions, .. } = parts;
    let scores = scores.map(|scores| spread(scores, classes, dataset.classes.len())).transpose()?;
    let rename = |class: u32| classes[class as usize] as u32;
    let decisions = decisions.map(|decisions| match decisions {
        Decisions::Single(decisions) => Decisions::Single(decisions.into_iter().map(|class| class.map(rename)).collect()),
        Decisions::Sets(sets) => Decisions::Sets(
            sets.into_iter()
                .map(|set| {
                    let mut set: Vec<u32> = set?.into_iter().map(rename).collect();
                    set.sort_unstable();
                    Some(set)
                })
                .collect(),
        ),
    });
    Ok(Parts { classes: dataset.classes.clone(), targets: dataset.targets.take(rows), scores, decisions, ..parts })
}

/// Scores in the order of the dataset's classes.
fn spread(scores: Scores, classes: &[usize], width: usize) -> Result<Scores, String> {
    if classes.len() != width {
        return Err(format!("the predictions score {} classes and the dataset has {width}", classes.len()));
    }
    if scores.width == 1 {
        // One number is for the class that the evaluation calls positive, wherever that stands.
        return Ok(scores);
    }
    let mut values = vec![0.0; scores.values.len()];
    for (row, numbers) in scores.values.chunks_exact(width).enumerate() {
        for (number, &class) in numbers.iter().zip(classes) {
            values[row * width + class] = *number;
        }
    }
    Ok(Scores { values, ..scores })
}
