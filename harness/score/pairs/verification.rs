//! Two images each, of one person (a genuine pair) or of two (an impostor pair), scored by how alike their vectors are.

use indexmap::IndexMap;
use rayon::prelude::*;

use super::selection::{Alike, Drawn, Lot, Selection};
use crate::data::frame::{Factor, Targets};
use crate::score::ScoreError;
use crate::score::embedding::Embeddings;
use crate::score::embedding::vectors::scale;
use crate::score::predictions::ids::Ids;
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

/// Pairs of images, the image of the lesser name first, in the order of their names.
#[derive(Clone)]
pub struct Comparisons<'a> {
    images: &'a Predictions,
    pub(super) first: Vec<u32>,
    pub(super) second: Vec<u32>,
    /// The last impostor that was drawn; `None` where none was left out.
    last: Option<Lot>,
}

impl<'a> Comparisons<'a> {
    /// Makes the pairs of an evaluation: those that are listed, or all of images whose subject is known.
    ///
    /// # Errors
    /// Images of unknown subjects, a list that cannot be used, no pair or too many of them.
    pub fn of(images: &'a Predictions, spec: &Verification, evaluation: &Evaluation) -> Result<Self, ScoreError> {
        let fields = || evaluation.breakdowns().flat_map(|entry| &entry.value);
        let alike = match spec.groups {
            Across::Same => Alike::new(images, [fields()]),
            Across::Any => Alike::default(),
        };
        let drawn = spec.impostors.map_or(Drawn::All, Drawn::Most);
        let selection = Selection::of(images, spec, &alike, drawn).map_err(|reason| ScoreError::Pairs { reason })?;
        if selection.pairs.is_empty() {
            let reason = match &spec.list {
                Some(list) => format!("`{}` pairs no two of these {} images", list.file.display(), images.len()),
                None => "no two of them are to be held against one another".to_owned(),
            };
            return Err(ScoreError::Pairs { reason });
        }
        let comparisons = Self::new(images, selection);
        if let (Some(vectors), Similarity::Cosine) = (images.embeddings(), spec.score) {
            comparisons.check_directions(vectors)?;
        }
        Ok(comparisons)
    }

    /// Refuses vectors that have no direction.
    fn check_directions(&self, vectors: &Embeddings) -> Result<(), ScoreError> {
        let mut paired = vec![false; self.images.len()];
        self.first.iter().chain(&self.second).for_each(|row| paired[*row as usize] = true);
        let is_zero = |row: &usize| paired[*row] && vectors.of(*row).iter().all(|number| *number == 0.0);
        let zeros: Vec<usize> = (0..paired.len()).filter(is_zero).collect();
        if zeros.is_empty() {
            return Ok(());
        }
        let ids = self.images.ids();
        let named: Vec<String> = zeros.iter().take(3).map(|row| format!("`{}`", ids.get(*row))).collect();
        let more = if zeros.len() > named.len() { " and others" } else { "" };
        let (count, what) = (zeros.len(), if zeros.len() == 1 { "vector is" } else { "vectors are" });
        let reason = format!(
            "{count} {what} all 0, without a direction: of {}{more}: leave such images out, or write `score: euclidean`",
            named.join(", ")
        );
        Err(ScoreError::Pairs { reason })
    }

    /// The same pairs, and those that would be there if images had other levels of some fields: of those of any one of `dealt`. `None` where
    /// they are too many.
    pub(super) fn under_other_labels<'f>(
        &self,
        spec: &Verification,
        evaluation: &'f Evaluation,
        dealt: impl IntoIterator<Item = &'f [String]>,
    ) -> Option<Self> {
        let kept = |dealt: &'f [String]| evaluation.breakdowns().flat_map(|entry| &entry.value).filter(|name| !dealt.contains(*name));
        let alike = Alike::new(self.images, dealt.into_iter().map(kept));
        let selection = Selection::of(self.images, spec, &alike, self.last.map_or(Drawn::All, Drawn::Until)).ok()?;
        Some(Self::new(self.images, selection))
    }

    fn new(images: &'a Predictions, Selection { pairs, last }: Selection) -> Self {
        let (first, second) = pairs.into_iter().unzip();
        Self { images, first, second, last }
    }

    /// The images that pairs are of.
    pub(super) fn images(&self) -> &'a Predictions {
        self.images
    }

    /// The names of the two images of each pair.
    pub(in crate::score) fn ends(&self) -> (Ids, Ids) {
        (self.images.ids().take(&self.first), self.images.ids().take(&self.second))
    }

    /// Whether a pair is of one subject.
    pub(super) fn is_genuine(&self, pair: usize) -> bool {
        let subject = |row: u32| self.images.subject().and_then(|subjects| subjects.codes[row as usize]);
        subject(self.first[pair]) == subject(self.second[pair])
    }

    fn rows(&self) -> impl Iterator<Item = (usize, usize)> {
        self.first.iter().zip(&self.second).map(|(a, b)| (*a as usize, *b as usize))
    }

    /// The pairs as items: a pair is in a group where both of its images are.
    pub(in crate::score) fn items(&self, spec: &Verification, evaluation: &Evaluation) -> Result<Predictions, ScoreError> {
        let images = self.images;
        let common = |field: &Factor| Factor {
            levels: field.levels.clone(),
            codes: self.rows().map(|(a, b)| field.codes[a].filter(|code| field.codes[b] == Some(*code))).collect(),
        };
        let named = evaluation.breakdowns().flat_map(|entry| &entry.value);
        let fields: IndexMap<String, Factor> = named.filter_map(|name| Some((name.clone(), common(images.fields().get(name)?)))).collect();
        let ids = images.ids();
        self.scored(spec, self.rows().map(|(a, b)| format!("{}\t{}", ids.get(a), ids.get(b))).collect(), fields)
    }

    /// The pairs as items of these names in these groups.
    pub(super) fn scored(&self, spec: &Verification, ids: Ids, fields: IndexMap<String, Factor>) -> Result<Predictions, ScoreError> {
        let refused = |reason: String| ScoreError::Pairs { reason };
        let images = self.images;
        let vectors = images.embeddings().ok_or_else(|| refused("the model gives no embeddings".to_owned()))?;
        let genuine = (0..self.first.len()).map(|pair| Some(u32::from(self.is_genuine(pair))));
        let parts = Parts {
            ids,
            classes: CLASSES.map(str::to_owned).to_vec(),
            targets: Targets::Single(genuine.collect()),
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
        let scales: Vec<f64> = (0..vectors.len()).into_par_iter().map(|row| scale(vectors.of(row))).collect();
        let pairs = self.first.par_iter().zip(&self.second).map(|(a, b)| (*a as usize, *b as usize));
        if similarity == Similarity::Euclidean {
            let distance = |(a, b): (usize, usize)| {
                let scale = scales[a].min(scales[b]);
                let squares = vectors.of(a).iter().zip(vectors.of(b)).map(|(a, b)| (a * scale - b * scale).powi(2));
                squares.sum::<f64>().sqrt() / scale
            };
            return Ok(pairs.map(|pair| -distance(pair)).collect());
        }
        self.check_directions(vectors)?;
        let length = |row: usize| vectors.of(row).iter().map(|number| (number * scales[row]).powi(2)).sum::<f64>().sqrt();
        let lengths: Vec<f64> = (0..vectors.len()).into_par_iter().map(length).collect();
        let cosine = |(a, b): (usize, usize)| {
            let products = vectors.of(a).iter().zip(vectors.of(b)).map(|(first, second)| (first * scales[a]) * (second * scales[b]));
            products.sum::<f64>() / (lengths[a] * lengths[b])
        };
        Ok(pairs.map(cosine).collect())
    }

    /// What is drawn together: the subjects (or other clusters) of both images.
    pub(super) fn clusters(&self, uncertainty: &Uncertainty) -> Result<Option<Clusters>, ScoreError> {
        let of = |codes: &[u32], rows: &[u32]| rows.iter().map(|row| codes[*row as usize]).collect();
        let codes = Clusters::codes(self.images, uncertainty)?;
        Ok(codes.map(|codes| Clusters::Two(of(&codes, &self.first), of(&codes, &self.second))))
    }
}
