//! What a training learns from: a split or a draw from it, and how much each item counts.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::{Value, json};

use super::make::Planner;
use super::news::News;
use super::split::Rows;
use crate::data::draw::{Draw, Infeasible, Urn};
use crate::data::error::DataError;
use crate::data::weight::Weighing;
use crate::spec::distort::Distort;
use crate::spec::folds::as_written;
use crate::spec::model::{Model, SplitName, Train};
use crate::spec::sample::{Sample, Size};
use crate::spec::study::Study;

/// Counts up when distorting would give other images.
const DISTORT_VERSION: u32 = 3;

/// The items of a step, and what is to be known of them.
pub(super) struct Lesson {
    pub dataset: String,
    pub split: String,
    pub rows: Rows,
    pub distort: Option<Distort>,
    pub draw: Option<Draw>,
    pub weighing: Option<Weighing>,
    /// What of it decides the step's result, the split aside.
    pub said: Option<Value>,
}

impl Lesson {
    /// All items of a split, each counting alike.
    pub(super) fn of_all(dataset: &str, split: &str, rows: Rows) -> Self {
        Self { dataset: dataset.to_owned(), split: split.to_owned(), rows, distort: None, draw: None, weighing: None, said: None }
    }

    /// The same, their images made worse.
    pub(super) fn distorted(self, distort: Option<Distort>) -> Self {
        let said = distort.map(|distort| json!({"distort": distort, "version": DISTORT_VERSION}));
        Self { distort, said, ..self }
    }
}

impl Planner<'_> {
    /// What a cell's training learns from, or why that cannot be drawn.
    pub(super) fn lesson(&mut self, study: &Study, cell: usize, train: &Train) -> Option<Result<Lesson, Infeasible>> {
        let SplitName { dataset, split, .. } = &train.data;
        let mut lesson = Lesson::of_all(dataset, split, self.rows(study, dataset, split)?);
        let mut said = serde_json::Map::new();
        if let Some(sample) = &train.sample {
            // What cannot be drawn as it is written was told: what is wrong with the evaluations is found without it.
            let Some(urn) = self.urn(study, train, sample) else { return Some(Ok(lesson)) };
            let size = match sample.size {
                Size::Fixed(size) => size,
                Size::Largest => urn.largest(),
                Size::LargestCommon => match self.common_size(study) {
                    Some(size) => size,
                    None => return Some(Ok(lesson)),
                },
            };
            // A cell that can draw nothing is not held to the size of the others: what it lacks is told whole.
            let size = if sample.size == Size::LargestCommon && urn.largest() == 0 { 0 } else { size };
            let draw = match urn.draw(size, &study.cells[cell].draw) {
                Ok(draw) => draw,
                Err(infeasible) => return Some(Err(infeasible)),
            };
            let bytes: Vec<u8> = draw.rows.iter().flat_map(|row| row.to_le_bytes()).collect();
            said.insert("rows".to_owned(), json!(blake3::hash(&bytes).to_hex().as_str()));
            lesson.rows = draw.rows.clone().into();
            lesson.draw = Some(draw);
        }
        if let Some(weights) = &train.weights {
            let weighed = Weighing::of(&self.data(study, dataset)?.dataset, &lesson.rows, weights);
            let Some(weighed) = self.told(weighed, &weights.node, DataError::to_string) else { return Some(Ok(lesson)) };
            if let Some(unplaced) = &weighed.unplaced {
                said.insert("unplaced".to_owned(), json!("mean"));
                self.note(train, &format!("{unplaced}; by `weights` each weighs 1, like the mean of all others"));
            }
            lesson.weighing = Some(weighed);
            said.insert("weights".to_owned(), weights.node.to_json());
        }
        lesson.said = (!said.is_empty()).then_some(Value::Object(said));
        Some(Ok(lesson))
    }

    /// The units that a training may draw from.
    fn urn(&mut self, study: &Study, train: &Train, sample: &Sample) -> Option<Urn> {
        let rows = self.rows(study, &train.data.dataset, &train.data.split)?;
        let urn = Urn::fill(&self.data(study, &train.data.dataset)?.dataset, &rows, sample);
        let urn = self.told(urn, &sample.node, DataError::to_string)?;
        if let Some(unplaced) = urn.unplaced(rows.len()) {
            self.note(train, &format!("{unplaced}; they are in no draw by it"));
        }
        Some(urn)
    }

    /// Tells once what is to be known of what a training learns from.
    fn note(&mut self, train: &Train, what: &str) {
        let note = format!("`{}`: {what}", as_written(&train.data.to_string()));
        if self.noted.insert(note.clone()) {
            (self.hear)(News::Note(note));
        }
    }

    /// The largest size that every cell of the whole grid can draw, whatever is asked of this plan. Cells that can draw nothing are
    /// infeasible themselves and do not make all others so.
    fn common_size(&mut self, study: &Study) -> Option<u64> {
        if let Some(known) = self.common_size {
            return Some(known);
        }
        let mut sizes: HashMap<String, u64> = HashMap::new();
        for cell in &study.cells {
            let Model::Backend(model) = &cell.spec else { continue };
            let Some(train) = &model.train else { continue };
            let Some(sample) = train.sample.as_ref().filter(|sample| sample.size == Size::LargestCommon) else { continue };
            // Cells that differ in what has nothing to do with the draw share its size.
            let name = format!("{} {}", train.data, sample.node.to_json());
            if let Entry::Vacant(unknown) = sizes.entry(name) {
                unknown.insert(self.urn(study, train, sample)?.largest());
            }
        }
        let common = sizes.into_values().filter(|size| *size > 0).min().unwrap_or(0);
        self.common_size = Some(common);
        Some(common)
    }
}
