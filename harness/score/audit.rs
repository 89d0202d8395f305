//! What an evaluation counts, and the numbers of metrics that read single items; `sight`: what metrics see of them, `sizes`: how many there are.

mod sight;
mod sizes;

use std::borrow::Cow;

use super::ScoreError;
use super::breakdown::Breakdown;
use super::embedding::vicinity::{Near, Vicinity};
use super::lens::Lens;
use super::measurement::{Measurement, Status, shortened, told};
use super::metric::{Input, Metric};
use super::pairs::Items;
use super::pairs::counterfactual::Counterfactuals;
use super::pairs::relabel::{BY_GROUP, Relabelling, TOO_MANY, UNEXCHANGED};
use super::pairs::verification::Comparisons;
use super::predictions::{Decisions, Predictions};
use super::rule::fit::ToFit;
use super::rule::{FittedRules, decide};
use super::scheme::Scheme;
use super::sheet::{Omitted, Reading, Sheet};
use super::value::{Cause, Undefined};
use crate::data::frame::Targets;
use crate::score::breakdown::reference::Anchor;
use crate::score::rule::refit::{self, Found, Refit};
use crate::score::units::clusters::Clusters;
use crate::spec::evaluation::{Abstained, Evaluation};
use crate::spec::pairs::Verification;
use crate::spec::problem::Problems;
use crate::spec::uncertainty::Uncertainty;
pub(super) use sizes::Sizes;

/// `left out: no positives in race=Black`; empty where nothing was.
pub(super) fn without(reasons: impl IntoIterator<Item = String>) -> String {
    let reasons = shortened(reasons);
    if reasons.is_empty() { String::new() } else { format!("left out: {}", reasons.join("; ")) }
}

/// Rule, metric, breakdown, number in the sheet.
pub(super) type Place = (usize, usize, usize, usize);

/// What an evaluation counts, made of the predictions that it fits.
pub(super) struct Audit<'a> {
    pub(super) predictions: Cow<'a, Predictions>,
    counterfactuals: Option<Counterfactuals<'a>>,
    comparisons: Option<(&'a Verification, Comparisons<'a>)>,
    pub(super) evaluation: &'a Evaluation,
    pub(super) uncertainty: &'a Uncertainty,
    pub(super) scheme: &'a Scheme,
    pub(super) clusters: Option<Clusters>,
    pub(super) breakdowns: Vec<Breakdown>,
    vicinities: Vec<Vicinity>,
}

impl<'a> Audit<'a> {
    pub(super) fn new(
        predictions: &'a Predictions,
        evaluation: &'a Evaluation,
        uncertainty: &'a Uncertainty,
        scheme: &'a Scheme,
    ) -> Result<Self, ScoreError> {
        let Items { predictions, clusters, counterfactuals, comparisons } = Items::of(predictions, evaluation, uncertainty)?;
        let breakdowns = scheme.breakdowns.iter().map(|grouping| Breakdown::of(&predictions, grouping)).collect();
        let vicinities = Vicinity::all(scheme, evaluation.embed.unwrap_or_default().normalize);
        Ok(Self { predictions, counterfactuals, comparisons, evaluation, uncertainty, scheme, clusters, breakdowns, vicinities })
    }

    /// All numbers of metrics that share a metric's lens, beside each of some rules.
    pub(super) fn read(
        &self,
        first: &Metric,
        lens: &Lens,
        relabelling: Option<&Relabelling<'_>>,
        rules: &[(usize, &str)],
        fitted: &FittedRules,
        numbered: &mut Vec<(Place, Measurement)>,
    ) -> Result<(), ScoreError> {
        let relabelled = relabelling.map(|relabelling| self.relabelled(relabelling, first, lens, rules, fitted)).transpose()?.flatten();
        let relabelled = relabelling.zip(relabelled.as_deref());
        for (by, breakdown) in self.breakdowns.iter().enumerate() {
            let (places, metrics): (Vec<usize>, Vec<&Metric>) = (self.scheme.metrics.iter().enumerate())
                .filter(|(_, (metric, breakdowns))| metric.shares_lens(first) && breakdowns.contains(&by))
                .map(|(place, (metric, _))| (place, metric))
                .unzip();
            if metrics.is_empty() {
                continue;
            }
            let sizes = self.sizes(lens.of_row(), breakdown);
            let kept = sizes.kept();
            let anchors = metrics.iter().map(|metric| self.anchors(metric, by, &sizes)).collect::<Result<Vec<_>, _>>()?;
            let refit = self.refit(first, rules, breakdown, fitted)?;
            let policy = self.evaluation.undefined;
            let gaps = metrics.iter().any(|metric| metric.over.is_some_and(|over| over.reduction.is_gap()));
            let relabel = relabelled.filter(|_| gaps).and_then(|(relabelling, lens)| {
                let weights = relabelling.items().unwrap_or(&self.predictions).weight();
                let matching = relabelling.matching(&self.scheme.breakdowns[by], &breakdown.groups, lens.of_row(), weights)?;
                Some((lens, matching))
            });
            let by_group = refit.as_ref().is_some_and(|refit| refit.is_by(self.scheme.breakdowns[by].compared()));
            let is_of_subjects = self.comparisons.is_some() && self.clusters.is_some();
            let without_null = match (relabelling, relabelled) {
                _ if self.uncertainty.permutations() == 0 => None,
                _ if by_group => Some(refit::BY_GROUP),
                _ if !is_of_subjects || relabel.is_some() => None,
                (None, _) => Some(TOO_MANY),
                (_, None) => Some(BY_GROUP),
                _ => Some(UNEXCHANGED),
            };
            let refit = refit.as_ref();
            let sheet = Sheet {
                lens,
                breakdown,
                metrics: &metrics,
                policy,
                kept: &kept,
                anchors: &anchors,
                without: &[],
                refit,
                relabel: relabel.as_ref(),
            };
            let readings = sheet.read(&self.predictions, self.clusters.as_ref(), self.uncertainty);
            for (number, reading) in readings.iter().enumerate() {
                let metric = reading.spot.metric;
                let mut measurement = self.measurement(reading, metrics[metric], breakdown, &sizes, &anchors[metric]);
                let is_gap = metrics[metric].over.is_some_and(|over| over.reduction.is_gap());
                if let Some(why) = without_null.filter(|_| is_gap) {
                    // Where it explains a gap all the same, so would the null that there is none of: the interval knows that.
                    (measurement.null_median, measurement.null_p) = (None, None);
                    if measurement.status == Status::Ok {
                        (_, measurement.reason) = told(None, [measurement.reason, format!("no null: {why}")]);
                    }
                }
                for (rule, name) in rules {
                    let place = (*rule, places[reading.spot.metric], by, number);
                    numbered.push((place, Measurement { decision: (*name).to_owned(), ..measurement.clone() }));
                }
            }
        }
        Ok(())
    }

    /// The group that others are set against in each panel of a breakdown; none where a metric sets them against none.
    pub(super) fn anchors(&self, metric: &Metric, by: usize, sizes: &Sizes) -> Result<Vec<Anchor>, ScoreError> {
        let Some(reference) = &metric.reference else { return Ok(Vec::new()) };
        let mut problems = Problems::default();
        let found = reference.anchors(&self.breakdowns[by], &self.scheme.breakdowns[by], &sizes.weights);
        let found = found.map_err(|problem| problems.push(problem)).ok();
        Ok(problems.check(found)?)
    }

    /// How the decisions of a rule are made anew in every resample, where that is wanted of a rule that was fitted.
    fn refit(
        &self,
        metric: &Metric,
        rules: &[(usize, &str)],
        breakdown: &Breakdown,
        fitted: &FittedRules,
    ) -> Result<Option<Refit>, ScoreError> {
        let ([(_, name)], true) = (rules, self.uncertainty.refit() && refit::concerns(metric)) else { return Ok(None) };
        if fitted.has(name) { self.redrawn(metric, name, breakdown, fitted) } else { Ok(None) }
    }

    /// What a metric reads of the decisions of a rule draw by draw, those of a rule that was fitted made anew; `None` where items may have
    /// several labels, or too few nearest ones.
    pub(super) fn redrawn<'f>(
        &self,
        metric: &Metric,
        name: &str,
        breakdown: &Breakdown,
        fitted: &'f FittedRules,
    ) -> Result<Option<Refit>, ScoreError> {
        let task = self.scheme.task;
        let Some(decide) = self.scheme.decide.iter().find(|decide| decide.name == name) else { return Ok(None) };
        let decisions = self::decide(&self.predictions, decide, task.positive, fitted)?;
        let (Targets::Single(targets), Decisions::Single(decided)) = (self.predictions.targets(), &decisions) else { return Ok(None) };
        let left_out = |row: usize| self.evaluation.abstained == Abstained::Exclude && decided[row].is_none();
        let near = self.near(metric, &decisions).map(Near::kept);
        let reads = match (metric.input, near) {
            (Input::Neighbours { .. }, None) => return Ok(None),
            (_, Some(near)) => refit::Reads::near(near, task, (0..targets.len()).map(|row| !left_out(row))),
            (_, None) => refit::Reads::truths(task, (0..targets.len()).map(|row| targets[row].filter(|_| !left_out(row)))),
        };
        let rule = self.scheme.to_fit(&mut Problems::default()).into_iter().find(|rule| rule.decide.name == name);
        let split = |fitted: &'f FittedRules, rule: &ToFit| {
            let predictions = fitted.splits.get(&rule.split.value);
            predictions.map(|predictions| &**predictions).ok_or_else(|| ScoreError::Split { split: rule.split.value.clone() })
        };
        let found = rule.map(|rule| {
            let splits = match fitted.folds.is_empty() {
                true => vec![("", split(fitted, &rule)?)],
                false => (fitted.folds.iter())
                    .map(|(name, fitted)| Ok((name.as_str(), split(fitted, &rule).map_err(|error| error.in_fold(name))?)))
                    .collect::<Result<Vec<_>, ScoreError>>()?,
            };
            Ok::<_, ScoreError>(Found { rule, splits, uncertainty: self.uncertainty })
        });
        let scored = refit::Scored { predictions: &self.predictions, clusters: self.clusters.as_ref(), breakdown, decisions: &decisions };
        Refit::new(&scored, reads, found.transpose()?, task).map(Some)
    }

    /// `of_row` is the column of what the items look like, [`OUTSIDE`] for those that do not count.
    pub(super) fn sizes(&self, of_row: &[u32], breakdown: &Breakdown) -> Sizes {
        let rules = (self.evaluation.min_count.as_ref().map(|least| least.value), self.evaluation.undefined);
        Sizes::of(breakdown, of_row, (self.predictions.copies(), self.predictions.weight()), self.clusters.as_ref(), rules)
    }

    fn measurement(&self, reading: &Reading, metric: &Metric, breakdown: &Breakdown, sizes: &Sizes, anchors: &[Anchor]) -> Measurement {
        let spot = reading.spot;
        let panel = &breakdown.panels[spot.panel];
        let (small, left_out) = (sizes.small(&spot, breakdown, anchors), sizes.left_out(&spot, breakdown));
        let (status, reason) = match (reading.value, small) {
            (Err(undefined), small) => {
                let others = reading.omitted.groups.iter().map(|undefined| self.reason(*undefined, None, breakdown));
                self.absent((undefined, spot.group), small, &left_out, others, breakdown)
            }
            (Ok(_), small) => {
                // Small groups that a number is over are told by the first of them.
                let left_out = if small.is_some() { Vec::new() } else { left_out };
                told(small, self.remarks(reading, breakdown, left_out))
            }
        };
        let name = |class: usize| self.predictions.classes()[class].clone();
        let count = |weight: f64| weight.round() as u64;
        let kept = sizes.kept();
        let groups = spot.group.map_or_else(|| panel.groups.clone().filter(|group| kept[*group]).collect(), |group| vec![group]);
        Measurement {
            decision: String::new(),
            metric: metric.name.clone(),
            parameters: metric.parameters.clone(),
            by: breakdown.by.clone(),
            group: spot.group.map_or(&panel.name, |group| &breakdown.groups[group]).clone(),
            label: spot.class.map(name).unwrap_or_default(),
            item: String::new(),
            value: reading.value.ok(),
            lower: reading.interval.map(|(lower, _)| lower),
            upper: reading.interval.map(|(_, upper)| upper),
            level: reading.interval.map(|_| self.uncertainty.level()),
            n: count(reading.support.items),
            n_positive: reading.support.positives.map(count),
            n_negative: reading.support.negatives.map(count),
            n_clusters: sizes.clusters(&groups),
            null_median: reading.null.map(|(median, _)| median),
            null_p: reading.null.map(|(_, p)| p),
            status,
            reason,
            direction: metric.direction,
        }
    }

    /// The status and the reason of a number that there is none of, in a group or over groups: `small` is why it would rest on too few, `left_out`
    /// are the groups that are too small for it and `others` those that have none.
    pub(super) fn absent(
        &self,
        (undefined, group): (Undefined, Option<usize>),
        small: Option<String>,
        left_out: &[String],
        others: impl Iterator<Item = String>,
        breakdown: &Breakdown,
    ) -> (Status, String) {
        let few = matches!(undefined.cause, Cause::FewGroups | Cause::NoGroups);
        match small.or_else(|| (!left_out.is_empty()).then(|| left_out.join("; "))).filter(|_| few) {
            Some(too_small) => (Status::InsufficientEvidence, too_small),
            None => {
                let others = without(others);
                let separator = if others.is_empty() { "" } else { "; " };
                (Status::Undefined, self.reason(undefined, group, breakdown) + separator + &others)
            }
        }
    }

    /// What there is to know of a number that may be used.
    fn remarks(&self, reading: &Reading, breakdown: &Breakdown, left_out: Vec<String>) -> impl Iterator<Item = String> {
        let left_out = without(left_out.into_iter().chain(self.omitted(&reading.omitted, breakdown)));
        let no_interval = reading.omitted.interval.map(|why| why.words().to_owned());
        no_interval.into_iter().chain([left_out])
    }

    /// The groups and classes that a number does without.
    pub(super) fn omitted<'o>(&'o self, omitted: &'o Omitted, breakdown: &'o Breakdown) -> impl Iterator<Item = String> + 'o {
        let of_groups = omitted.groups.iter().map(|undefined| self.reason(*undefined, None, breakdown));
        of_groups.chain(omitted.classes.map(|(omitted, all)| format!("{omitted} of {all} classes")))
    }

    /// `no positives of class=Coat in race=Black`.
    pub(super) fn reason(&self, undefined: Undefined, group: Option<usize>, breakdown: &Breakdown) -> String {
        let mut reason = undefined.cause.words().to_owned();
        if let Some(class) = undefined.class {
            reason.push_str(&format!(" of class={}", self.predictions.classes()[class as usize]));
        }
        let group = undefined.group.map(|group| group as usize).or(group).map(|group| breakdown.groups[group].as_str());
        // Items are ranked across groups.
        if let Some(group) = group.filter(|group| !group.is_empty() && undefined.cause != Cause::FewRanked) {
            reason.push_str(&format!(" in {group}"));
        }
        reason
    }
}
