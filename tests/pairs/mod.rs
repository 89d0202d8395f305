//! Evaluations of pairs of images, through the binary.

mod chance;
mod counterfactual;
mod exchange;
mod properties;
mod verification;

use fairgrid::data::frame::{Factor, Targets};
use fairgrid::score::embedding::Embeddings;
use fairgrid::score::predictions::{Parts, Predictions};

/// Images without labels, named by row: a vector each, who it shows, and fields.
fn images(
    name: impl Fn(usize) -> String,
    embeddings: Option<Embeddings>,
    subject: &[Option<String>],
    fields: &[(&str, &[Option<String>])],
) -> Predictions {
    let parts = Parts {
        ids: (0..subject.len()).map(name).collect(),
        classes: Vec::new(),
        targets: Targets::Single(vec![None; subject.len()]),
        scores: None,
        decisions: None,
        embeddings,
        fields: fields.iter().map(|(field, values)| ((*field).to_owned(), Factor::of(values))).collect(),
        subject: Some(Factor::of(subject)),
        weight: None,
        split: None,
        copies: None,
        fold: None,
    };
    Predictions::check(parts, |row| row as u64 + 1).unwrap()
}

#[test]
fn numbers_are_those_of_numpy_and_scikit_learn() {
    crate::imports::agree("pairs");
}
