//! Whether a model places concepts nearer to one attribute than to another: WEAT (Caliskan, Bryson and Narayanan 2017) of images (iEAT,
//! Steed and Caliskan 2021).
//!
//! An item's association is `s(w) = mean_a cos(w, a) - mean_b cos(w, b)`. The two attributes are the first groups of a draw, concepts those
//! after them.

use super::draw::Draw;
use super::options::{Deviation, Options};
use super::permutation::{Chance, Item, test};
use super::points::dot;
use crate::score::value::{Cause, Value};

/// The attributes' groups.
pub const ATTRIBUTES: (usize, usize) = (0, 1);

/// The mean association of a concept's items.
pub fn mean_cosine_association(draw: &Draw<'_>, concept: usize, _: &Options) -> Value {
    let (axis, sums) = (axis(draw), &draw.sums[concept]);
    if sums.weight > 0.0 { Ok(dot(&sums.unit, &axis) / sums.weight) } else { Err(Cause::NoItems.into()) }
}

/// The same over a standard deviation: of the attributes' items, as in SC-WEAT, or of the concept's items.
pub fn single_category_association(draw: &Draw<'_>, concept: usize, options: &Options) -> Value {
    let axis = axis(draw);
    let mean = mean_cosine_association(draw, concept, options)?;
    let sums = &draw.sums[concept];
    let spread = match options.deviation {
        Deviation::Concept => deviation(associations(draw, concept, &axis)),
        Deviation::Attributes => {
            let centre: Vec<f64> = sums.unit.iter().map(|number| number / sums.weight).collect();
            let of = |group: usize| associations(draw, group, &centre);
            deviation(of(ATTRIBUTES.0).chain(of(ATTRIBUTES.1)))
        }
    };
    Ok(mean / spread?)
}

/// The difference of two concepts' mean associations over the standard deviation of both their items.
pub fn ieat_effect_size(draw: &Draw<'_>, (first, second): (usize, usize), options: &Options) -> Value {
    let axis = axis(draw);
    let difference = mean_cosine_association(draw, first, options)? - mean_cosine_association(draw, second, options)?;
    Ok(difference / deviation(associations(draw, first, &axis).chain(associations(draw, second, &axis)))?)
}

/// What chance alone gives a concept: the attributes' labels dealt out anew.
pub fn attributes_dealt(draw: &Draw<'_>, concept: usize, options: &Options, seed: u64) -> Option<Chance> {
    let sums = &draw.sums[concept];
    let centre: Vec<f64> = sums.unit.iter().map(|number| number / sums.weight).collect();
    let of = |group: usize| items(draw, group, &centre);
    test(&of(ATTRIBUTES.0), &of(ATTRIBUTES.1), options.permutations, options.alternative, (seed, concept as u64))
}

/// What chance alone gives two concepts: their labels dealt out anew.
pub fn concepts_dealt(draw: &Draw<'_>, (first, second): (usize, usize), options: &Options, seed: u64) -> Option<Chance> {
    let axis = axis(draw);
    let of = |group: usize| items(draw, group, &axis);
    test(&of(first), &of(second), options.permutations, options.alternative, (seed, (first * draw.sums.len() + second) as u64))
}

/// From the second attribute to the first: an item's association is its vector's product with this.
fn axis(draw: &Draw<'_>) -> Vec<f64> {
    let (a, b) = (&draw.sums[ATTRIBUTES.0], &draw.sums[ATTRIBUTES.1]);
    a.unit.iter().zip(&b.unit).map(|(x, y)| x / a.weight - y / b.weight).collect()
}

fn associations(draw: &Draw<'_>, group: usize, axis: &[f64]) -> impl Iterator<Item = (f64, f64)> + Clone {
    let points = draw.points;
    let items: Vec<(f64, f64)> = draw.of_group(group).map(|(row, weight)| (dot(points.unit(row), axis), weight)).collect();
    items.into_iter()
}

fn items(draw: &Draw<'_>, group: usize, axis: &[f64]) -> Vec<Item> {
    draw.of_group(group).map(|(row, _)| Item { number: dot(draw.points.unit(row), axis), subject: draw.subject(row) }).collect()
}

/// The standard deviation of weighted numbers, with one degree of freedom less.
fn deviation(numbers: impl Iterator<Item = (f64, f64)> + Clone) -> Value {
    let weight: f64 = numbers.clone().map(|(_, weight)| weight).sum();
    if weight <= 1.0 || numbers.clone().nth(1).is_none() {
        return Err(Cause::FewItems.into());
    }
    let mean = numbers.clone().map(|(number, weight)| number * weight).sum::<f64>() / weight;
    let squares: f64 = numbers.map(|(number, part)| part * (number - mean).powi(2)).sum();
    if squares <= 1e-24 * weight { Err(Cause::NoSpread.into()) } else { Ok((squares / (weight - 1.0)).sqrt()) }
}
