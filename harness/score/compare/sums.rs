//! Contrasts as weighted sums of the sides' numbers, in one metric and breakdown.
//!
//! - `counted`: those that are shares of plain items; `limited`: of numbers that chance moves to one side; `permuted`: by chance.
//! - `played`: the sides' numbers, draw by draw.

mod counted;
mod limited;
mod permuted;
mod played;

use std::collections::BTreeMap;

use indexmap::IndexSet;

use self::played::Played;
use super::contrast::{At, Contrast};
use super::exact;
use super::finding::{Finding, Statistic};
use super::resampled::{Errs, Resampled, Term};
use super::seeds::{Block, Seeds};
use super::verdict::Verdict;
use super::{Request, Side};
use crate::score::audit::{self, Audit};
use crate::score::breakdown::Breakdown;
use crate::score::breakdown::reference::Anchor;
use crate::score::interval;
use crate::score::interval::share;
use crate::score::lens::Lens;
use crate::score::measurement::{Direction, told};
use crate::score::metric::Metric;
use crate::score::rule::refit::Refit;
use crate::score::sheet::{NoInterval, Spot};
use crate::spec::compare::Test;
use crate::spec::uncertainty::{Method, Uncertainty};

/// One metric and breakdown on every side.
pub(super) struct Paired<'a> {
    pub(super) sides: &'a [Side<'a>],
    /// The rule whose turn it is, where sides name none.
    pub(super) rule: &'a str,
    pub(super) audits: &'a [Audit<'a>],
    pub(super) lenses: &'a [Lens],
    pub(super) metrics: &'a [&'a Metric],
    pub(super) breakdown: &'a Breakdown,
    /// The group that others are set against in each panel, where they are.
    pub(super) anchors: &'a [Vec<Anchor>],
    /// The tuple of each row.
    pub(super) joint: &'a [u32],
    /// The patterns that a tuple is of, one a side.
    pub(super) tuples: &'a [Vec<u32>],
    /// How decisions are made anew in every resample; empty where they stay on every side.
    pub(super) refits: &'a [Option<Refit>],
    pub(super) uncertainty: &'a Uncertainty,
}

/// The terms of a mean, by their seed.
type OfSeeds = BTreeMap<Option<usize>, Vec<(f64, At)>>;

/// Of a group of fewer units no resample may show what others could have been.
const SMALL: f64 = 30.0;

/// A weighted sum of numbers, which is what every contrast is.
struct Sum {
    /// The group and class that it is about.
    spot: Spot,
    terms: Vec<(f64, At)>,
    /// The numbers whose mean is told as the value that is subtracted.
    low: Vec<At>,
    /// The numbers whose mean is told as the value that it is subtracted from.
    high: Vec<At>,
    /// The groups that are compared, where groups are.
    groups: Option<(usize, usize)>,
    /// How many terms each mean is of that the sum is of, in their order.
    means: Vec<usize>,
}

impl Paired<'_> {
    /// What comes of the contrasts in this metric and breakdown.
    pub(super) fn findings(&self, request: &Request<'_>) -> Vec<Finding> {
        let wanted = |contrast: &Contrast| !matches!(contrast, Contrast::Groups { by, .. } if *by != self.breakdown.by);
        if !request.contrasts.iter().any(wanted) {
            return Vec::new();
        }
        let (units, sizes) = self.units();
        let members = self.common(&units, &sizes);
        let played = self.play(units, &sizes, &members);
        let mut findings = Vec::new();
        for (place, contrast) in request.contrasts.iter().enumerate().filter(|(_, contrast)| wanted(contrast)) {
            for sum in self.sums(contrast, &played.replays[0].spots) {
                let finding = self.finding(&sum, contrast.statistic(), &played, request);
                findings.push(Finding { contrast: place, ..finding });
            }
        }
        findings
    }

    /// The sums that a contrast is, of numbers that stand in the same places on every side.
    fn sums(&self, contrast: &Contrast, spots: &[Spot]) -> Vec<Sum> {
        match contrast {
            Contrast::Difference { .. } | Contrast::Slope(_) => {
                // The reference is what it is on every side.
                let itself = |spot: &Spot| spot.group.is_some_and(|group| self.anchors[0].get(spot.panel) == Some(&Anchor::Group(group)));
                let sum = |(number, spot): (usize, &Spot)| {
                    if itself(spot) {
                        return None;
                    }
                    let (terms, low, high) = contrast.terms(number)?;
                    Some(Sum { spot: *spot, terms, low, high, groups: None, means: contrast.means() })
                };
                spots.iter().enumerate().filter_map(sum).collect()
            }
            Contrast::Groups { side, pairs, .. } => {
                let place =
                    |group: usize, class: Option<usize>| spots.iter().position(|spot| spot.group == Some(group) && spot.class == class);
                let mut classes: Vec<Option<usize>> = spots.iter().map(|spot| spot.class).collect();
                classes.dedup();
                classes.truncate(classes.iter().skip(1).position(|class| *class == classes[0]).map_or(classes.len(), |again| again + 1));
                let of = |class: Option<usize>| {
                    let number = move |group: usize| place(group, class);
                    pairs.of(&self.breakdown.groups).into_iter().filter_map(move |(from, to)| {
                        let (low, high) = ((*side, number(from)?), (*side, number(to)?));
                        let spot = Spot { metric: 0, group: None, panel: 0, class };
                        Some(Sum {
                            spot,
                            terms: vec![(-1.0, low), (1.0, high)],
                            low: vec![low],
                            high: vec![high],
                            groups: Some((from, to)),
                            means: vec![1, 1],
                        })
                    })
                };
                classes.into_iter().flat_map(of).collect()
            }
        }
    }

    fn finding(&self, sum: &Sum, statistic: Statistic, played: &Played<'_>, request: &Request<'_>) -> Finding {
        let first = &self.audits[0];
        let metric = self.metrics[0];
        let replays = &played.replays;
        let value = |(side, number): At| replays[side].values[number];
        let mean = |numbers: &[At]| -> Option<f64> {
            let values = numbers.iter().map(|at| value(*at).ok()).collect::<Option<Vec<f64>>>()?;
            Some(values.iter().sum::<f64>() / values.len() as f64)
        };
        let undefined = sum.terms.iter().find_map(|(_, at)| value(*at).err().map(|undefined| (undefined, replays[at.0].spots[at.1].group)));
        let touched = || sum.terms.iter().map(|(_, at)| &replays[at.0].spots[at.1]);
        let small = touched().find_map(|spot| played.sizes.small(spot, self.breakdown, &self.anchors[0]));
        let too_small = touched().next().map(|spot| played.sizes.left_out(spot, self.breakdown)).unwrap_or_default();
        let lacking = sum.terms.iter().flat_map(|(_, (side, number))| first.omitted(&replays[*side].omitted[*number], self.breakdown));
        let lacking: IndexSet<String> = lacking.collect();
        let level = self.uncertainty.level();
        let worth = sum.terms.iter().map(|(_, at)| played.worth(*at)).fold(f64::INFINITY, f64::min);
        let terms: Option<Vec<Term>> = sum.terms.iter().map(|(weight, at)| played.term(*weight, *at)).collect();
        let errs = if self.err_to_one_side() && !self.are_distances() { Errs::OneSided } else { Errs::By(0.0) };
        let resampled = terms.as_ref().map(|terms| Resampled::new(terms, errs, worth, metric.limits(), self.uncertainty));
        let limited =
            terms.as_ref().zip(resampled.as_ref()).and_then(|(terms, resampled)| self.limited(sum, terms, resampled.drawn(), played));
        let estimate = resampled.as_ref().map(Resampled::estimate);
        let drawn = || resampled.as_ref().map_or(&[][..], Resampled::drawn);
        let permutes = request.test == Test::Permutation && self.uncertainty.permutations() > 0;
        let permuted = estimate.filter(|_| permutes).map(|_| self.permuted(sum, played)).transpose();
        let seeds = resampled.as_ref().and_then(|resampled| self.seeds(sum, resampled.drawn(), played, request.seeds));
        let few = sum.terms.iter().any(|(_, at)| played.smallest(*at) < SMALL);
        let interval = |level: f64| {
            let resampled = resampled.as_ref()?;
            let (estimate, furthest) = (resampled.estimate(), resampled.furthest());
            let own = limited.as_ref().map(|limited| limited.interval(estimate, level));
            let (lower, upper) = match (own, resampled.is_one_sided()) {
                (Some((lower, upper)), true) if few => resampled.interval(level).map(|(low, high)| (low.min(lower), high.max(upper)))?,
                (_, true) => resampled.interval(level)?,
                (Some(own), false) => own,
                (None, false) => self.of_shares(sum, estimate, level, played).or_else(|| resampled.interval(level))?,
            };
            let further = |away: f64| seeds.as_ref().map(|seeds| away.max(0.0).hypot(seeds.further(level)));
            let lower = further(estimate - lower).map_or(lower, |down| estimate - down);
            let upper = further(upper - estimate).map_or(upper, |up| estimate + up);
            Some((lower.max(-furthest), upper.min(furthest)))
        };
        let ends = interval(level);
        let (status, reason) = match (undefined, small) {
            (Some(undefined), small) => first.absent(undefined, small, &too_small, lacking.into_iter(), self.breakdown),
            (None, small) => {
                let without_p = permuted.as_ref().err().map(|why| format!("no p: {why}"));
                let too_small = if small.is_some() { Vec::new() } else { too_small };
                let without_interval = ends.is_none().then(|| NoInterval::of(drawn().iter().copied())).flatten();
                let without_interval = without_interval.map(|why| why.words().to_owned());
                told(small, [audit::without(too_small.into_iter().chain(lacking))].into_iter().chain(without_interval).chain(without_p))
            }
        };
        let items = |(side, number): At| replays[side].supports[number].items;
        let n: f64 = if sum.groups.is_some() { sum.terms.iter().map(|(_, at)| items(*at)).sum() } else { items(sum.terms[0].1) };
        let class = sum.spot.class.map(|class| first.predictions.classes()[class].clone());
        let group = |group: usize| self.breakdown.groups[group].clone();
        let (from, to) = sum.groups.map(|(from, to)| (group(from), group(to))).unwrap_or_default();
        Finding {
            from,
            to,
            metric: metric.name.clone(),
            parameters: metric.parameters.clone(),
            by: self.breakdown.by.clone(),
            group: match sum.spot.group {
                Some(place) => group(place),
                None if sum.groups.is_some() => String::new(),
                None => self.breakdown.panels[sum.spot.panel].name.clone(),
            },
            label: class.unwrap_or_default(),
            value_from: mean(&sum.low),
            value_to: mean(&sum.high),
            estimate,
            lower: ends.map(|(lower, _)| lower),
            upper: ends.map(|(_, upper)| upper),
            level: ends.map(|_| level),
            no_effect: metric.no_effect().unwrap_or_default(),
            p: resampled.as_ref().and_then(|resampled| {
                match (request.test, seeds.as_ref().and_then(|seeds| seeds.p(resampled.estimate()))) {
                    // Some have intervals of their own, as shares have: p is where those reach 0.
                    (Test::Bootstrap, _) if limited.is_some() && !resampled.is_one_sided() => interval::reaching_zero(interval),
                    (Test::Bootstrap, Some(p)) if !resampled.is_one_sided() => Some(p),
                    (Test::Bootstrap, _) if self.is_of_shares(sum, played) && !resampled.drawn().is_empty() => {
                        interval::reaching_zero(interval)
                    }
                    (Test::Bootstrap, _) => resampled.p(interval),
                    (Test::Permutation, _) => permuted.ok().flatten().map(|drawn| beyond(&drawn, resampled.estimate())),
                    _ => self.exact_p(sum, played, request.test),
                }
            }),
            n: n.round() as u64,
            verdict: request.within.and_then(|within| Some(Verdict::of(ends?, interval(2.0 * level - 1.0)?, within))),
            // Between groups, no difference is the best.
            direction: if sum.groups.is_some() { Direction::Neutral } else { metric.direction },
            ..Finding::without(0, statistic, status, reason)
        }
    }

    /// Whether the interval is one of shares, and not of the resamples.
    fn is_of_shares(&self, sum: &Sum, played: &Played<'_>) -> bool {
        let plain = self.uncertainty.method() == Method::Percentile;
        self.counts(sum, played).is_some() || (!plain && self.paired_counts(sum, played).is_some())
    }

    /// Of shares in two groups of plain items, Newcombe's interval (1998, his method 10) from the groups' own; of shares of the same plain items
    /// on two sides, Tango's; `None` of anything else.
    fn of_shares(&self, sum: &Sum, difference: f64, level: f64, played: &Played<'_>) -> Option<(f64, f64)> {
        if self.uncertainty.bootstrap() == 0 {
            return None;
        }
        if let Some((from, to)) = self.counts(sum, played) {
            let share = |(part, whole): (u64, u64)| part as f64 / whole as f64;
            let own = |(part, whole): (u64, u64)| share::interval(part as f64, whole as f64, level, self.uncertainty.shares());
            let ((low_from, high_from), (low_to, high_to)) = (own(from), own(to));
            let (from, to) = (share(from), share(to));
            return Some((difference - (to - low_to).hypot(high_from - from), difference + (high_to - to).hypot(from - low_from)));
        }
        let (first, second, items) = self.paired_counts(sum, played).filter(|_| self.uncertainty.method() != Method::Percentile)?;
        Some(exact::paired_difference(first, second, items, level))
    }

    /// Two-sided, of the tests that draw nothing.
    fn exact_p(&self, sum: &Sum, played: &Played<'_>, test: Test) -> Option<f64> {
        match test {
            Test::McNemar | Test::McNemarExact => {
                let (first, second) = self.discordant(sum, played)?;
                Some(exact::mcnemar(first, second, test == Test::McNemar))
            }
            Test::Fisher => self.counts(sum, played).map(|(from, to)| exact::fisher(from, to)),
            Test::Bootstrap | Test::Permutation => None,
        }
    }

    /// What other seeds would change, where sides are averaged over seeds. Means over the same seeds are of pairs; others have nothing to do
    /// with each other.
    fn seeds(&self, sum: &Sum, drawn: &[f64], played: &Played<'_>, seeds: &[Option<usize>]) -> Option<Seeds> {
        let mut rest = sum.terms.as_slice();
        // Of each mean, the terms of each seed.
        let mut means: Vec<OfSeeds> = Vec::new();
        for count in &sum.means {
            let (terms, behind) = rest.split_at_checked(*count)?;
            rest = behind;
            let mut of_seed = OfSeeds::new();
            terms.iter().for_each(|(weight, at)| of_seed.entry(*seeds.get(at.0).unwrap_or(&None)).or_default().push((*weight, *at)));
            if of_seed.len() > 1 {
                means.push(of_seed);
            }
        }
        let alike = means.windows(2).all(|pair| pair[0].keys().eq(pair[1].keys()));
        let whole: Vec<usize> = (0..drawn.len()).filter(|draw| drawn[*draw].is_finite()).collect();
        if means.is_empty() || whole.len() < 2 || 2 * whole.len() < drawn.len() {
            return None;
        }
        let blocks: Vec<&[_]> = if alike { vec![&means[..]] } else { means.chunks(1).collect() };
        let block = |means: &[OfSeeds]| {
            let runs = means[0].len() as f64;
            // A seed's part of a mean, times the number of seeds, is what the mean would be if all were as this one.
            let of = |number: &dyn Fn(At) -> f64| -> Vec<f64> {
                let seed = |seed| means.iter().flat_map(|mean| &mean[seed]).map(|(weight, at)| runs * weight * number(*at)).sum();
                means[0].keys().map(seed).collect()
            };
            let values = of(&|(side, number)| played.replays[side].values[number].unwrap_or(f64::NAN));
            let drawn = whole.iter().map(|draw| of(&|(side, number)| played.replays[side].replicates[*draw][number])).collect();
            Block { values, drawn }
        };
        let blocks: Vec<Block> = blocks.into_iter().map(block).collect();
        let items = interval::variance(&whole.iter().map(|draw| drawn[*draw]).collect::<Vec<f64>>());
        Some(Seeds::of(&blocks, items))
    }
}

/// The share of permutations, with one added, in which a difference is at least as far from 0.
fn beyond(permuted: &[f64], estimate: f64) -> f64 {
    let far = permuted.iter().filter(|difference| difference.abs() >= estimate.abs() - 1e-12).count();
    (far + 1) as f64 / (permuted.len() + 1) as f64
}
