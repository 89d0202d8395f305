//! Changed copies of images (another hair, another skin tone), each beside the image that it was made from.

use std::collections::HashMap;

use indexmap::IndexMap;

use crate::data::frame::{Factor, Targets};
use crate::score::ScoreError;
use crate::score::lens::number::Numbers;
use crate::score::lens::outcome::Outcomes;
use crate::score::lens::probability::whole;
use crate::score::metric::Task;
use crate::score::predictions::ids::Ids;
use crate::score::predictions::{Decisions, Fault, Parts, Predictions, PredictionsError};
use crate::score::rule::{FittedRules, decide, linked, top};
use crate::spec::decide::{Decide, Link};
use crate::spec::evaluation::Abstained;
use crate::spec::pairs::Counterfactual;

/// Which items are made from which.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Original and counterfactual, in the order of the counterfactuals.
    pairs: Vec<(u32, u32)>,
    /// Items whose original is not there, with its name.
    dangling: Vec<(u32, String)>,
    /// Items whose original is a counterfactual itself, with its name.
    chained: Vec<(u32, String)>,
}

impl Links {
    /// Reads them from the field that holds the id of each item's original, and nothing for an original.
    pub fn of(ids: &Ids, original: &Factor) -> Self {
        let mut rows: HashMap<&str, Option<u32>> = original.levels.iter().map(|level| (level.as_str(), None)).collect();
        for (row, id) in ids.iter().enumerate() {
            if let Some(place) = rows.get_mut(id) {
                *place = Some(row as u32);
            }
        }
        let mut links = Self::default();
        for row in 0..ids.len() {
            let Some(name) = original.level(row) else { continue };
            match rows.get(name).copied().flatten() {
                None => links.dangling.push((row as u32, name.to_owned())),
                Some(origin) if original.level(origin as usize).is_some() => links.chained.push((row as u32, name.to_owned())),
                Some(origin) => links.pairs.push((origin, row as u32)),
            }
        }
        links
    }

    /// Refuses items that have no original to be held against; `field` is the field's name.
    ///
    /// # Errors
    /// Every item whose original is missing or a counterfactual itself; or where no item has an original.
    pub fn check(&self, ids: &Ids, field: &str) -> Result<(), PredictionsError> {
        let fault = |what: &str, links: &[(u32, String)]| {
            // By their names: of a split, rows are counted otherwise than in the file.
            let named: Vec<String> = links.iter().take(3).map(|(row, name)| format!("`{name}` of `{}`", ids.get(*row as usize))).collect();
            let more = if links.len() > named.len() { format!(" and {} more", links.len() - named.len()) } else { String::new() };
            (!links.is_empty()).then(|| Fault::new(format!("`{field}` names {what}: {}{more}", named.join(", "))))
        };
        let mut faults: Vec<Fault> = [
            fault("an original that is not among the items", &self.dangling),
            fault("an original that has an original itself", &self.chained),
        ]
        .into_iter()
        .flatten()
        .collect();
        if faults.is_empty() && self.pairs.is_empty() {
            faults.push(Fault::new(format!("`{field}` is empty for all {} items: none is a counterfactual", ids.len())));
        }
        if faults.is_empty() { Ok(()) } else { Err(PredictionsError { faults }) }
    }
}

/// Originals beside their counterfactuals.
pub(in crate::score) struct Counterfactuals<'a> {
    images: &'a Predictions,
    factor: Option<&'a str>,
    originals: Vec<u32>,
    changed: Vec<u32>,
}

impl<'a> Counterfactuals<'a> {
    /// Pairs images. Counterfactuals without an original are left out: a plan has refused them, unless it looks at a part of a split only.
    pub(super) fn of(images: &'a Predictions, spec: &'a Counterfactual) -> Result<Self, ScoreError> {
        let field = &spec.original.value;
        let original = images.fields().get(field).ok_or_else(|| ScoreError::Pairs { reason: format!("there is no field `{field}`") })?;
        let (originals, changed) = Links::of(images.ids(), original).pairs.into_iter().unzip();
        Ok(Self { images, factor: spec.factor.as_ref().map(|factor| factor.value.as_str()), originals, changed })
    }

    /// The pairs as items: ids, labels and weights are those of the counterfactual, groups those of the original, but for what was
    /// changed. Pairs of one original (or of one subject, where those are known) are resampled together: they are not independent.
    pub(super) fn items(&self) -> Result<Predictions, ScoreError> {
        let images = self.images;
        let of = |name: &str| if self.factor == Some(name) { &self.changed } else { &self.originals };
        let fields: IndexMap<String, Factor> = images.fields().iter().map(|(name, field)| (name.clone(), field.take(of(name)))).collect();
        let parts = Parts {
            ids: images.ids().take(&self.changed),
            classes: images.classes().to_vec(),
            targets: images.targets().take(&self.changed),
            scores: None,
            decisions: None,
            embeddings: None,
            fields,
            subject: Some(self.families()),
            weight: images.weight().map(|weights| self.changed.iter().map(|row| weights[*row as usize]).collect()),
            split: None,
            copies: None,
            fold: None,
        };
        Predictions::check(parts, |row| row as u64 + 1).map_err(|faults| ScoreError::Pairs { reason: faults.to_string() })
    }

    /// The subject of each pair's original; the original itself where that has none.
    fn families(&self) -> Factor {
        let subjects = self.images.subject();
        let mut levels = subjects.map_or_else(Vec::new, |subjects| subjects.levels.clone());
        let mut alone: HashMap<u32, u32> = HashMap::new();
        let mut code = |row: u32| {
            let known = subjects.and_then(|subjects| subjects.codes[row as usize]);
            known.unwrap_or_else(|| {
                *alone.entry(row).or_insert_with(|| {
                    levels.push(self.images.ids().get(row as usize).to_owned());
                    levels.len() as u32 - 1
                })
            })
        };
        let codes = self.originals.iter().map(|row| Some(code(*row))).collect();
        Factor { levels, codes }
    }

    /// What a rule decides of each counterfactual, against what it decides of the original as if that were true: where they differ, the
    /// decision flips. To decide nothing is to decide for no class; with `abstained: exclude` a pair of which one is not decided is left out.
    pub(in crate::score) fn flips(
        &self,
        rule: &Decide,
        task: Task,
        fitted: &FittedRules,
        abstained: Abstained,
    ) -> Result<Outcomes, ScoreError> {
        let decided = decide(self.images, rule, task.positive, fitted)?;
        let (before, after) = (decided.take(&self.originals), decided.take(&self.changed));
        let rows = 0..before.len();
        let undecided: Vec<usize> = rows.clone().filter(|row| !before.answers(*row) || !after.answers(*row)).collect();
        let mut targets = match &before {
            Decisions::Single(classes) if abstained == Abstained::Exclude || undecided.is_empty() => Targets::Single(classes.clone()),
            // No single class is none.
            _ => {
                let rest = |row: usize| (0..task.classes as u32).filter(|class| !before.classes(row).contains(class)).collect();
                Targets::Multi { present: rows.clone().map(|row| before.classes(row).to_vec()).collect(), absent: rows.map(rest).collect() }
            }
        };
        if abstained == Abstained::Exclude {
            undecided.into_iter().for_each(|row| targets.forget(row));
        }
        Ok(Outcomes::new(&targets, &after, task.classes, 1.0))
    }

    /// How far the probability of the positive class moves from each original to its counterfactual; without one, that of the class
    /// that is likeliest for the original.
    pub(in crate::score) fn shifts(&self, of: Link, task: Task) -> Result<Numbers, ScoreError> {
        let lack = || ScoreError::Pairs { reason: "the predictions hold no scores".to_owned() };
        let scores = linked(self.images.scores().ok_or_else(lack)?, of);
        let shift = |(original, changed): (&u32, &u32)| {
            let (before, after) = (scores.of(*original as usize), scores.of(*changed as usize));
            let (before, after) = (whole(before, task), whole(after, task));
            let class = task.positive.or_else(|| top(&before, 1).first().map(|class| *class as usize)).unwrap_or(0);
            Some(after[class] - before[class])
        };
        Ok(Numbers::new(&self.originals.iter().zip(&self.changed).map(shift).collect::<Vec<_>>()))
    }
}
