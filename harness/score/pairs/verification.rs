//! Two images each, of one person (a genuine pair) or of two (an impostor pair), scored by how alike their vectors are.

use std::collections::BinaryHeap;

use indexmap::IndexMap;
use rayon::prelude::*;

use super::list::Listed;
use crate::data::frame::{Factor, Targets};
use crate::score::ScoreError;
use crate::score::embedding::Embeddings;
use crate::score::predictions::{Parts, Predictions, Scores};
use crate::score::units::clusters::Clusters;
use crate::spec::evaluation::Evaluation;
use crate::spec::pairs::{Across, Similarity, Verification};
use crate::spec::predictions::Kind;
use crate::spec::uncertainty::Uncertainty;

/// The classes of pairs.
pub const CLASSES: [&str; 2] = ["impostor", "genuine"];

/// The class that the score speaks for.
pub const GENUINE: usize = 1;

/// The most pairs that are scored at once; each takes about 200 bytes.
pub const MOST: u64 = 4_000_000;

/// Pairs of images, the image of the lesser name first, in the order of their names.
pub struct Comparisons<'a> {
    images: &'a Predictions,
    first: Vec<u32>,
    second: Vec<u32>,
}

impl<'a> Comparisons<'a> {
    /// Makes the pairs of an evaluation: those that are listed, or all of images whose subject is known.
    ///
    /// # Errors
    /// Images of unknown subjects, a list that cannot be used, no pair or too many of them.
    pub fn of(images: &'a Predictions, spec: &Verification, evaluation: &Evaluation) -> Result<Self, ScoreError> {
        let refused = |reason: String| ScoreError::Pairs { reason };
        let subjects = images.subject().ok_or_else(|| refused("whose image is whose is not known: there is no `subject`".to_owned()))?;
        let mut order: Vec<u32> = (0..images.len() as u32).filter(|row| subjects.codes[*row as usize].is_some()).collect();
        let id = |row: u32| images.ids().get(row as usize);
        order.sort_unstable_by(|a, b| id(*a).cmp(id(*b)));
        let subject = |row: u32| subjects.codes[row as usize];
        let fields = || evaluation.breakdowns().flat_map(|entry| &entry.value).filter_map(|name| images.fields().get(name));
        let codes: Vec<&[Option<u32>]> = match spec.groups {
            Across::Same => fields().map(|field| field.codes.as_slice()).collect(),
            Across::Any => Vec::new(),
        };
        let alike = |a: u32, b: u32| codes.iter().all(|codes| codes[a as usize].is_some() && codes[a as usize] == codes[b as usize]);
        let wanted = |a: u32, b: u32| subject(a) == subject(b) || alike(a, b);
        let mut place = vec![0_u32; images.len()];
        order.iter().zip(0..).for_each(|(row, at)| place[*row as usize] = at);
        let mut pairs = match &spec.list {
            Some(list) => {
                let listed = Listed::read(list, |_| true).map_err(|error| refused(error.to_string()))?.among(images.ids());
                let known = listed.into_iter().filter(|(a, b)| subject(*a).is_some() && subject(*b).is_some() && wanted(*a, *b));
                known.map(|(a, b)| (place[a as usize].min(place[b as usize]), place[a as usize].max(place[b as usize]))).collect()
            }
            None => {
                let mut taken = Taken::new(spec.impostors, images, &order);
                for (at, a) in order.iter().enumerate() {
                    for (beside, b) in order.iter().enumerate().skip(at + 1) {
                        if wanted(*a, *b) {
                            taken.take((at as u32, beside as u32), subject(*a) == subject(*b));
                        }
                    }
                }
                taken.pairs().map_err(refused)?
            }
        };
        if pairs.len() as u64 > MOST {
            return Err(refused(too_many(pairs.len() as u64)));
        }
        if pairs.is_empty() {
            return Err(refused("no two of them are to be held against one another".to_owned()));
        }
        pairs.sort_unstable();
        let (first, second) = pairs.into_iter().map(|(a, b)| (order[a as usize], order[b as usize])).unzip();
        Ok(Self { images, first, second })
    }

    fn rows(&self) -> impl Iterator<Item = (usize, usize)> {
        self.first.iter().zip(&self.second).map(|(a, b)| (*a as usize, *b as usize))
    }

    /// The pairs as items: a pair is in a group where both of its images are.
    pub(super) fn items(&self, spec: &Verification, evaluation: &Evaluation) -> Result<Predictions, ScoreError> {
        let refused = |reason: String| ScoreError::Pairs { reason };
        let images = self.images;
        let vectors = images.embeddings().ok_or_else(|| refused("the model gives no embeddings".to_owned()))?;
        let subjects = images.subject().ok_or_else(|| refused("there is no `subject`".to_owned()))?;
        let common = |field: &Factor| Factor {
            levels: field.levels.clone(),
            codes: self.rows().map(|(a, b)| field.codes[a].filter(|code| field.codes[b] == Some(*code))).collect(),
        };
        let named = evaluation.breakdowns().flat_map(|entry| &entry.value);
        let fields: IndexMap<String, Factor> = named.filter_map(|name| Some((name.clone(), common(images.fields().get(name)?)))).collect();
        let ids = images.ids();
        let parts = Parts {
            ids: self.rows().map(|(a, b)| format!("{}\t{}", ids.get(a), ids.get(b))).collect(),
            classes: CLASSES.map(str::to_owned).to_vec(),
            targets: Targets::Single(self.rows().map(|(a, b)| Some(u32::from(subjects.codes[a] == subjects.codes[b]))).collect()),
            scores: Some(Scores { kind: Kind::Scores, width: 1, values: self.similarities(vectors, spec.score)? }),
            decisions: None,
            embeddings: None,
            fields,
            subject: None,
            weight: images.weight().map(|weights| self.rows().map(|(a, b)| weights[a] * weights[b]).collect()),
            split: None,
            copies: None,
            fold: None,
        };
        Predictions::check(parts, |row| row as u64 + 1).map_err(|faults| refused(faults.to_string()))
    }

    fn similarities(&self, vectors: &Embeddings, similarity: Similarity) -> Result<Vec<f64>, ScoreError> {
        let pairs = self.first.par_iter().zip(&self.second).map(|(a, b)| (vectors.of(*a as usize), vectors.of(*b as usize)));
        if similarity == Similarity::Euclidean {
            let distance = |(a, b): (&[f64], &[f64])| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
            return Ok(pairs.map(|pair| -distance(pair)).collect());
        }
        let length = |vector: &[f64]| vector.iter().map(|number| number * number).sum::<f64>().sqrt();
        let lengths: Vec<f64> = (0..vectors.len()).into_par_iter().map(|row| length(vectors.of(row))).collect();
        if let Some(row) = self.first.iter().chain(&self.second).find(|row| lengths[**row as usize] == 0.0) {
            let id = self.images.ids().get(*row as usize);
            return Err(ScoreError::Pairs { reason: format!("the vector of `{id}` is all 0, which has no direction") });
        }
        let product = |(a, b): (&[f64], &[f64])| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let lengths = self.first.par_iter().zip(&self.second).map(|(a, b)| lengths[*a as usize] * lengths[*b as usize]);
        Ok(pairs.zip(lengths).map(|(pair, lengths)| product(pair) / lengths).collect())
    }

    /// What is drawn together: the subjects (or other clusters) of both images.
    pub(super) fn clusters(&self, uncertainty: &Uncertainty) -> Result<Option<Clusters>, ScoreError> {
        let of = |codes: &[u32], rows: &[u32]| rows.iter().map(|row| codes[*row as usize]).collect();
        let codes = Clusters::codes(self.images, uncertainty)?;
        Ok(codes.map(|codes| Clusters::Two(of(&codes, &self.first), of(&codes, &self.second))))
    }
}

/// Pairs that are kept, as places in the order of names: all genuine ones, and all impostors or a draw of them that depends on nothing but
/// the names of their images.
struct Taken {
    pairs: Vec<(u32, u32)>,
    count: u64,
    most: Option<u64>,
    /// The impostors of the least numbers so far.
    drawn: BinaryHeap<(u64, (u32, u32))>,
    numbers: Vec<u64>,
}

impl Taken {
    fn new(most: Option<u64>, images: &Predictions, order: &[u32]) -> Self {
        let number = |row: &u32| {
            let mut first = [0; 8];
            first.copy_from_slice(&blake3::hash(images.ids().get(*row as usize).as_bytes()).as_bytes()[..8]);
            u64::from_le_bytes(first)
        };
        let numbers = if most.is_some() { order.iter().map(number).collect() } else { Vec::new() };
        Self { pairs: Vec::new(), count: 0, most, drawn: BinaryHeap::new(), numbers }
    }

    fn take(&mut self, pair: (u32, u32), genuine: bool) {
        if let (Some(most), false) = (self.most, genuine) {
            let number = mixed(self.numbers[pair.0 as usize] ^ self.numbers[pair.1 as usize].rotate_left(32));
            if (self.drawn.len() as u64) < most.min(MOST + 1) {
                self.drawn.push((number, pair));
            } else if self.drawn.peek().is_some_and(|worst| (number, pair) < *worst) {
                self.drawn.pop();
                self.drawn.push((number, pair));
            }
            return;
        }
        self.count += 1;
        // What is too much is counted, and not kept.
        if self.count <= MOST {
            self.pairs.push(pair);
        }
    }

    fn pairs(mut self) -> Result<Vec<(u32, u32)>, String> {
        let all = self.count + self.drawn.len() as u64;
        if all > MOST {
            return Err(too_many(all));
        }
        self.pairs.extend(self.drawn.into_iter().map(|(_, pair)| pair));
        Ok(self.pairs)
    }
}

fn too_many(pairs: u64) -> String {
    format!("they make {pairs} pairs, and at most {MOST} are scored: draw some with `impostors: 1000000`, or name them in a `list`")
}

/// Spreads the bits of a number (the finalizer of SplitMix64).
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
