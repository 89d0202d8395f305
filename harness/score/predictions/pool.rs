//! Predictions of several models about different items, to be scored as one: those of all folds of a cross-validation.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use crate::data::frame::{Factor, Targets};
use crate::score::predictions::{Decisions, Fault, Parts, Predictions, PredictionsError, Scores};

/// All items, part by part, each part beside its name; one part is what it was.
///
/// # Errors
/// Parts that differ in their classes, in what is true of an item, or in what was said of it; an item that is in two parts.
pub fn pooled(mut named: Vec<(String, Arc<Predictions>)>) -> Result<Arc<Predictions>, PredictionsError> {
    if named.len() == 1 {
        return Ok(named.remove(0).1);
    }
    let parts: Vec<&Predictions> = named.iter().map(|(_, part)| &**part).collect();
    let Some(first) = parts.first() else { return Err(Fault::new("nothing is pooled").into()) };
    if parts.iter().any(|part| part.classes() != first.classes()) {
        return Err(Fault::new("what is pooled has different classes").into());
    }
    let mut seen = IndexSet::new();
    if let Some(twice) = parts.iter().flat_map(|part| part.ids().iter()).find(|id| !seen.insert(*id)) {
        return Err(Fault::new(format!("the item `{twice}` is predicted twice")).into());
    }
    let fields = first.fields().keys().filter(|name| parts.iter().all(|part| part.fields().contains_key(*name)));
    let fields: IndexMap<String, Factor> =
        fields.map(|name| (name.clone(), factor(&parts.iter().map(|part| &part.fields()[name]).collect::<Vec<_>>()))).collect();
    let of = Parts {
        ids: seen.into_iter().collect(),
        classes: first.classes().to_vec(),
        targets: targets(&parts).ok_or_else(|| Fault::new("of what is pooled, some items have one label and some several"))?,
        scores: all(&parts, Predictions::scores).and_then(|scores| self::scores(&scores)),
        decisions: all(&parts, Predictions::decisions).and_then(|decisions| appended(&decisions)),
        // Each model has a space of its own: its vectors say nothing beside those of another.
        embeddings: None,
        fields,
        subject: all(&parts, Predictions::subject).map(|subjects| factor(&subjects)),
        weight: all(&parts, Predictions::weight).map(|weights| weights.concat()),
        split: None,
        copies: None,
        fold: Some(Factor {
            codes: (0..).zip(&parts).flat_map(|(code, part)| std::iter::repeat_n(Some(code), part.len())).collect(),
            levels: named.iter().map(|(name, _)| name.clone()).collect(),
        }),
    };
    Predictions::check(of, |row| row as u64 + 1).map(Arc::new)
}

/// A column of every part, if every part has it.
fn all<'p, T: ?Sized>(parts: &[&'p Predictions], column: impl Fn(&'p Predictions) -> Option<&'p T>) -> Option<Vec<&'p T>> {
    parts.iter().map(|part| column(part)).collect()
}

fn targets(parts: &[&Predictions]) -> Option<Targets> {
    let mut whole = parts.first()?.targets().clone();
    for part in &parts[1..] {
        match (&mut whole, part.targets()) {
            (Targets::Single(all), Targets::Single(more)) => all.extend_from_slice(more),
            (Targets::Multi { present, absent }, Targets::Multi { present: here, absent: not_here }) => {
                present.extend_from_slice(here);
                absent.extend_from_slice(not_here);
            }
            _ => return None,
        }
    }
    Some(whole)
}

/// Numbers of different kinds cannot be held against one another: there are none then.
fn scores(parts: &[&Scores]) -> Option<Scores> {
    let first = parts.first()?;
    let alike = parts.iter().all(|part| part.kind == first.kind && part.width == first.width);
    let values = || parts.iter().flat_map(|part| part.values.iter().copied()).collect();
    alike.then(|| Scores { kind: first.kind, width: first.width, values: values() })
}

/// The decisions of all parts one after another, if they are of one kind.
pub(in crate::score) fn appended(parts: &[&Decisions]) -> Option<Decisions> {
    let mut whole = (*parts.first()?).clone();
    for part in &parts[1..] {
        match (&mut whole, part) {
            (Decisions::Single(all), Decisions::Single(more)) => all.extend_from_slice(more),
            (Decisions::Sets(all), Decisions::Sets(more)) => all.extend_from_slice(more),
            _ => return None,
        }
    }
    Some(whole)
}

/// One column of all parts: levels by name, in the order of the parts.
fn factor(parts: &[&Factor]) -> Factor {
    let levels: IndexSet<&str> = parts.iter().flat_map(|part| part.levels.iter().map(String::as_str)).collect();
    let code = |name: &str| levels.get_index_of(name).map(|code| code as u32);
    let codes = parts.iter().flat_map(|part| {
        let new: Vec<Option<u32>> = part.levels.iter().map(|level| code(level)).collect();
        part.codes.iter().map(move |old| old.and_then(|old| new[old as usize]))
    });
    Factor { codes: codes.collect(), levels: levels.iter().map(|level| (*level).to_owned()).collect() }
}
