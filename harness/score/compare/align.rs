//! The sides' items in one order, where they agree on all that is not a model's to say: labels, groups, subjects and weights.

use std::collections::HashMap;

use crate::data::frame::Factor;
use crate::score::ScoreError;
use crate::score::predictions::Predictions;
use crate::score::predictions::ids::Ids;

/// What is said where some sides have weights and others have none.
pub const UNWEIGHTED: &str =
    "the sides do not agree on weights: one has none (name them as `weight` in the `columns` of both, or of neither)";

/// By how much of itself a weight may differ that is written by two hands.
const ROUNDING: f64 = 1e-9;

/// Brings all predictions into the first ones' order of items.
///
/// # Errors
/// Where they are not about the same items, labels, groups, subjects and weights.
pub fn align(sides: &[&Predictions]) -> Result<Vec<Predictions>, ScoreError> {
    let Some(first) = sides.first() else { return Ok(Vec::new()) };
    let one = |other: &&Predictions| {
        let aligned = in_order(other, first.ids())?;
        match disagreement(first, &aligned) {
            Some(reason) => Err(reason),
            None => Ok(aligned),
        }
    };
    sides.iter().map(one).collect::<Result<_, String>>().map_err(|reason| ScoreError::Compare { reason })
}

/// Predictions in the order of some items, which must be all that they have.
fn in_order(side: &Predictions, ids: &Ids) -> Result<Predictions, String> {
    if side.ids() == ids {
        return Ok(side.clone());
    }
    let places: HashMap<&str, u32> = side.ids().iter().zip(0..).collect();
    let rows: Vec<u32> = ids.iter().filter_map(|id| places.get(id).copied()).collect();
    if rows.len() < ids.len() || side.len() > ids.len() {
        let (same, here, there) = (rows.len(), ids.len(), side.len());
        return Err(format!("{same} of {here} and {there} items are the same: both sides need the same items"));
    }
    Ok(side.take(&rows))
}

/// What two sides with the same items do not agree on.
fn disagreement(first: &Predictions, other: &Predictions) -> Option<String> {
    let ids = first.ids();
    if other.classes() != first.classes() {
        let listed = |side: &Predictions| side.classes().join("`, `");
        return Some(format!("the classes are `{}` on one side and `{}` on the other", listed(first), listed(other)));
    }
    if other.targets() != first.targets() {
        let strange = (0..first.len()).find(|row| first.targets().take(&[*row as u32]) != other.targets().take(&[*row as u32]));
        let item = strange.map_or_else(String::new, |row| format!(", as of `{}`", ids.get(row)));
        return Some(format!("the sides do not agree on labels{item}"));
    }
    let of_groups = first.fields().iter().find_map(|(name, field)| {
        let apart = match other.fields().get(name) {
            Some(others) if others == field => return None,
            Some(others) => apart(name, field, others, ids).unwrap_or_else(|| format!("the levels of `{name}` are not the same")),
            None => format!("one has no `{name}`"),
        };
        Some(format!("the sides do not agree on groups: {apart}"))
    });
    of_groups.or_else(|| subjects(first, other)).or_else(|| weights(first, other))
}

fn subjects(first: &Predictions, other: &Predictions) -> Option<String> {
    let apart = match (first.subject(), other.subject()) {
        (None, None) => return None,
        (Some(subject), Some(others)) => apart("subject", subject, others, first.ids())?,
        _ => "one has none (name them as `subject` in the `columns` of both, or of neither)".to_owned(),
    };
    Some(format!("the sides do not agree on subjects: {apart}"))
}

fn weights(first: &Predictions, other: &Predictions) -> Option<String> {
    let apart = match (first.weight(), other.weight()) {
        (None, None) => return None,
        (Some(weight), Some(others)) => {
            let row = weight.iter().zip(others).position(|(weight, other)| (weight - other).abs() > ROUNDING * weight.abs())?;
            format!("`{}` weighs `{}` on one side and `{}` on the other", first.ids().get(row), weight[row], others[row])
        }
        _ => return Some(UNWEIGHTED.to_owned()),
    };
    Some(format!("the sides do not agree on weights: {apart}"))
}

/// The first item that is of another level on either side, with both.
fn apart(name: &str, first: &Factor, other: &Factor, ids: &Ids) -> Option<String> {
    let level = |factor: &Factor, row: usize| factor.level(row).map_or_else(|| "missing".to_owned(), |level| format!("`{level}`"));
    let row = (0..ids.len()).find(|row| first.level(*row) != other.level(*row))?;
    let (here, there) = (level(first, row), level(other, row));
    Some(format!("of `{}`, `{name}` is {here} on one side and {there} on the other", ids.get(row)))
}
