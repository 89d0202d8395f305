//! What predictions hold, known before there are any.

use indexmap::IndexMap;

use super::embedding::Embeddings;
use super::predictions::Predictions;
use crate::data::frame::Targets;
use crate::spec::calibrate::Method;
use crate::spec::evaluation::Evaluation;
use crate::spec::predictions::Kind;
use crate::spec::problem::{Problem, Problems};

/// What predictions hold, known before there are any.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// The classes' names.
    pub classes: Vec<String>,
    /// Whether an item may have several labels.
    pub multi_label: bool,
    /// The fields that groups can be made of, with their levels.
    pub fields: IndexMap<String, Vec<String>>,
    /// Whether items have labels that are among the classes.
    pub labelled: bool,
    /// Whether items are known to be of subjects.
    pub subject: bool,
    /// What scores there are and how many an item, if any.
    pub scores: Option<(Kind, usize)>,
    /// Whether there are decisions already.
    pub decisions: bool,
    /// How many numbers a vector has, if there are vectors.
    pub embeddings: Option<usize>,
}

impl Schema {
    /// The schema of predictions that exist.
    pub fn of(predictions: &Predictions) -> Self {
        Self {
            classes: predictions.classes().to_vec(),
            multi_label: matches!(predictions.targets(), Targets::Multi { .. }),
            fields: predictions.fields().iter().map(|(name, field)| (name.clone(), field.levels.clone())).collect(),
            labelled: predictions.is_empty() || !predictions.targets().are_unknown(),
            subject: predictions.subject().is_some(),
            scores: predictions.scores().map(|scores| (scores.kind, scores.width)),
            decisions: predictions.decisions().is_some(),
            embeddings: predictions.embeddings().map(Embeddings::width),
        }
    }

    /// What an evaluation makes of it before anything is read.
    pub(super) fn calibrated(&self, evaluation: &Evaluation, problems: &mut Problems) -> Self {
        let Some(calibrate) = &evaluation.calibrate else { return self.clone() };
        let method = calibrate.method.word();
        let unfit = match self.scores {
            None => Some((format!("`{method}` calibrates scores, and the predictions hold decisions only"), "leave `calibrate` out")),
            Some(_) if self.multi_label => Some((
                format!("`{method}` calibrates the scores of one label an item, and items may have several"),
                "leave `calibrate` out",
            )),
            Some((Kind::Scores, _)) if calibrate.method == Method::Temperature => Some((
                "`temperature` reads logits or probabilities, and the predictions hold scores, which are neither".to_owned(),
                "name their columns `probabilities` or `logits` if they are those, or write `method: platt`",
            )),
            Some((_, width)) if calibrate.method == Method::Temperature && width == self.classes.len() => None,
            Some(_) if self.classes.len() != 2 || evaluation.positive.is_none() => Some((
                format!("`{method}` calibrates the score of one of two classes"),
                "name it with `positive:`; of more classes, write `method: temperature`",
            )),
            Some(_) => None,
        };
        if let Some((message, help)) = unfit {
            problems.push(Problem::at(&calibrate.node, message).help(help));
        }
        Self { scores: self.scores.map(|(_, width)| (Kind::Probabilities, width)), ..self.clone() }
    }

    /// How many groups some fields make: every combination of their levels.
    pub fn groups(&self, fields: &[String]) -> usize {
        fields.iter().filter_map(|field| self.fields.get(field)).map(Vec::len).fold(1, usize::saturating_mul)
    }

    /// Whether there is nothing but vectors to score.
    pub fn only_embeddings(&self) -> bool {
        self.embeddings.is_some() && self.scores.is_none() && !self.decisions
    }
}
