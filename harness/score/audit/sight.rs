//! What metrics see of the items of an audit, and of the pairs that other group labels would make.

use std::borrow::Cow;

use super::Audit;
use crate::score::ScoreError;
use crate::score::embedding::options::Distance;
use crate::score::embedding::vicinity::{Near, Vicinity};
use crate::score::lens::Lens;
use crate::score::lens::crossing::Crossings;
use crate::score::lens::number::Numbers;
use crate::score::lens::outcome::Outcomes;
use crate::score::lens::probability::Probabilities;
use crate::score::lens::ranking::Rankings;
use crate::score::lens::roc::Seek;
use crate::score::lens::truth::Truth;
use crate::score::metric::{Input, Metric};
use crate::score::pairs::relabel::Relabelling;
use crate::score::predictions::{Decisions, Predictions, Scores};
use crate::score::rule::{FittedRules, decide, linked, top};
use crate::spec::evaluation::Abstained;

impl Audit<'_> {
    /// What a metric, and all that share its lens, read; where they read decisions, those of the rule of this name.
    pub(in crate::score) fn lens(&self, metric: &Metric, rule: &str, fitted: &FittedRules) -> Result<Lens, ScoreError> {
        self.lens_on(&self.predictions, metric, rule, fitted)
    }

    /// The same of other items.
    fn lens_on(&self, predictions: &Predictions, metric: &Metric, rule: &str, fitted: &FittedRules) -> Result<Lens, ScoreError> {
        let rule = self.scheme.decide.iter().find(|decide| metric.input.of_rule() && decide.name == rule);
        if let Some(rule) = rule {
            if let Some(pairs) = &self.counterfactuals {
                return Ok(Lens::Outcomes(pairs.flips(rule, self.scheme.task, fitted, self.evaluation.abstained)?));
            }
            let decisions = decide(predictions, rule, self.scheme.task.positive, fitted)?;
            return match metric.input {
                Input::Neighbours { k, distance } => self.apart(k as usize, distance, &decisions).map(Lens::Numbers),
                _ => Ok(Lens::Outcomes(self.outcomes(predictions, metric, &decisions))),
            };
        }
        if let (Input::Shifts { of }, Some(pairs)) = (metric.input, &self.counterfactuals) {
            return Ok(Lens::Numbers(pairs.shifts(of, self.scheme.task)?));
        }
        let reason = || ScoreError::Rule { rule: String::new(), reason: "the predictions hold no scores".to_owned() };
        let scores = predictions.scores().ok_or_else(reason)?;
        let targets = &*metric.truth.targets(predictions);
        let classes = self.scheme.task.classes;
        // How many positives there were to be is a number of items, so that of what these weigh it takes the mean.
        let in_weights = |seek: Seek| match seek {
            Seek::Precision(positives) => Seek::Precision(positives * predictions.mean_weight()),
            seek => seek,
        };
        Ok(match (metric.input, self.scheme.task.positive) {
            (Input::TopK(k), _) => Lens::Outcomes(self.outcomes(predictions, metric, &top_of(scores, k, f64::NEG_INFINITY))),
            (Input::TopFrom { k, least, of }, _) => {
                Lens::Outcomes(self.outcomes(predictions, metric, &top_of(&linked(scores, of), k, least)))
            }
            (Input::Probabilities { of, bins, wanted }, _) => {
                let scores = linked(scores, of);
                Lens::Probabilities(Probabilities::new(targets, &scores, self.scheme.task, wanted, bins))
            }
            (Input::Crossings, Some(positive)) => Lens::Crossings(Crossings::new(targets, scores, positive as u32)),
            (Input::Roc { all: false, seek }, Some(positive)) => {
                Lens::Rocs(Rankings::new(targets, scores, &[positive as u32]), in_weights(seek))
            }
            (Input::Roc { seek, .. }, _) => {
                Lens::Rocs(Rankings::new(targets, scores, &(0..classes as u32).collect::<Vec<_>>()), in_weights(seek))
            }
            (Input::PositiveScore, Some(positive)) => Lens::Rankings(Rankings::new(targets, scores, &[positive as u32])),
            _ => Lens::Rankings(Rankings::new(targets, scores, &(0..classes as u32).collect::<Vec<_>>())),
        })
    }

    /// Decisions against what is true; of items that abstentions leave out, nothing is.
    fn outcomes(&self, predictions: &Predictions, metric: &Metric, decisions: &Decisions) -> Outcomes {
        let truth = &metric.truth;
        let excluded = self.evaluation.abstained == Abstained::Exclude && *truth != Truth::Answered;
        let left_out: Vec<usize> = (0..decisions.len()).filter(|row| excluded && !decisions.answers(*row)).collect();
        if let Some(mut found) = truth.found(predictions, decisions) {
            left_out.into_iter().for_each(|row| found[row] = None);
            return Outcomes::of_finds(&found);
        }
        let mut targets = truth.targets(predictions);
        left_out.into_iter().for_each(|row| targets.to_mut().forget(row));
        let outcomes = Outcomes::new(&targets, decisions, self.scheme.task.classes, metric.beta().unwrap_or(1.0));
        if self.scheme.metrics.iter().any(|(metric, _)| metric.reads_confusions()) { outcomes.with_confusions() } else { outcomes }
    }

    /// How far the decision about each item is from those about its nearest ones; items that abstentions leave out are nobody's.
    fn apart(&self, k: usize, distance: Distance, decisions: &Decisions) -> Result<Numbers, ScoreError> {
        let numbers = self.vicinity(distance).and_then(|vicinity| vicinity.apart(&self.predictions, k, &self.selected(decisions)));
        let reason = || ScoreError::Rule { rule: String::new(), reason: "the predictions hold no embeddings".to_owned() };
        numbers.ok_or_else(reason)
    }

    /// The nearest ones of each item, where a metric asks for them and there are enough.
    pub(super) fn near(&self, metric: &Metric, decisions: &Decisions) -> Option<Near<'_>> {
        let Input::Neighbours { k, distance } = metric.input else { return None };
        let selected = self.selected(decisions);
        let enough = selected.iter().flatten().count() >= k as usize;
        self.vicinity(distance).filter(|_| enough)?.near(&self.predictions, k as usize, &selected)
    }

    fn vicinity(&self, distance: Distance) -> Option<&Vicinity> {
        self.vicinities.iter().find(|vicinity| vicinity.distance() == distance)
    }

    /// Whether each item is decided to be positive; `None` of those that abstentions leave out.
    fn selected(&self, decisions: &Decisions) -> Vec<Option<bool>> {
        let excluded = self.evaluation.abstained == Abstained::Exclude;
        let is_positive = |row: usize| self.scheme.task.positive.is_some_and(|class| decisions.classes(row).contains(&(class as u32)));
        (0..decisions.len()).map(|row| (decisions.answers(row) || !excluded).then(|| is_positive(row))).collect()
    }

    /// The breakdowns in which there is a gap, and so a null.
    pub(in crate::score) fn of_gaps(&self) -> Vec<usize> {
        let gaps = self.scheme.metrics.iter().filter(|(metric, _)| metric.over.is_some_and(|over| over.reduction.is_gap()));
        let mut dealt: Vec<usize> = gaps.flat_map(|(_, breakdowns)| breakdowns.iter().copied()).collect();
        dealt.sort_unstable();
        dealt.dedup();
        dealt
    }

    /// The pairs that other group labels would make in some breakdowns; `None` where there are none, or too many.
    pub(in crate::score) fn relabelling(&self, dealt: &[usize]) -> Result<Option<Relabelling<'_>>, ScoreError> {
        match &self.comparisons {
            Some((spec, comparisons)) if !dealt.is_empty() && self.uncertainty.permutations() > 0 => {
                let dealt = dealt.iter().map(|by| &self.scheme.breakdowns[*by]);
                Relabelling::of(comparisons, spec, self.evaluation, dealt, self.uncertainty)
            }
            _ => Ok(None),
        }
    }

    /// What metrics read of such pairs. `None` where decisions hang on the groups, which those of a pair that is not there do not
    /// have.
    pub(in crate::score) fn relabelled<'r>(
        &self,
        relabelling: &Relabelling<'_>,
        metric: &Metric,
        lens: &'r Lens,
        rules: &[(usize, &str)],
        fitted: &FittedRules,
    ) -> Result<Option<Cow<'r, Lens>>, ScoreError> {
        let name = if metric.input.of_rule() { rules.first().map_or("", |(_, name)| name) } else { "" };
        if self.scheme.decide.iter().any(|decide| decide.name == name && decide.rule.by().is_some()) {
            return Ok(None);
        }
        Ok(Some(match relabelling.items() {
            None => Cow::Borrowed(lens),
            Some(items) => Cow::Owned(self.lens_on(items, metric, name, fitted)?),
        }))
    }
}

/// Of each item, those of the k classes of the largest scores whose score is at least so large.
fn top_of(scores: &Scores, k: u32, least: f64) -> Decisions {
    let set = |scores: &[f64]| {
        let mut set: Vec<u32> = top(scores, k as usize).into_iter().filter(|class| scores[*class as usize] >= least).collect();
        set.sort_unstable();
        Some(set)
    };
    Decisions::Sets(scores.values.chunks(scores.width.max(1)).map(set).collect())
}
