//! Rules that treat groups differently so that they fare alike: from the curves of groups to a decision a group.
//!
//! - [`curve`]: what every threshold makes of a group; [`hull`]: what draws between two of them add.
//! - One file a rule: [`equalized_odds`], [`threshold_optimizer`], [`levelling_up`], [`reject_option`].

pub mod curve;
pub mod equalized_odds;
pub mod hull;
pub mod levelling_up;
pub mod reject_option;
pub mod threshold_optimizer;

use self::curve::{Curve, Gains};
use crate::score::metric::Metric;
use crate::score::rule::labelled::{Labelled, counted};
use crate::score::rule::steps::Steps;
use crate::spec::post_process::{Base, Constraint, Method, PostProcess};

/// Groups of items, and all that a rule is told about them.
pub struct Cohorts<'a> {
    /// The groups that have items.
    pub groups: Vec<Cohort<'a>>,
    /// What is made as large as possible.
    pub gains: Gains,
    /// The class that is decided.
    pub positive: usize,
}

/// One group.
pub struct Cohort<'a> {
    /// As `race=Black`.
    pub name: &'a str,
    /// The name, and what there is of each class.
    pub counted: String,
    /// What every threshold makes of it.
    pub curve: Curve,
}

/// What was found: the decision about all items that are in no known group, and that of each group.
pub type Found = (Steps, Vec<Steps>);

/// Fits a rule; the pairs are in the order of falling scores, and `metrics` are those that the rule names, in its order.
///
/// # Errors
/// Where a group lacks what a rate is a share of, or where nothing keeps to what is asked; the words go behind the rule's name.
pub fn fit(
    rule: &PostProcess,
    metrics: &[Metric],
    all: &[Labelled],
    groups: &[(String, Vec<Labelled>)],
    positive: usize,
) -> Result<Found, String> {
    let whole = Curve::new(all);
    if groups.is_empty() {
        return Err("no item of the split is in a group".to_owned());
    }
    let gains = whole.gains(rule.maximize)?;
    let groups = groups.iter().map(|(name, pairs)| Cohort { name, counted: counted(name, pairs), curve: Curve::new(pairs) }).collect();
    let cohorts = Cohorts { groups, gains, positive };
    let unconstrained = || Steps::from(whole.best(cohorts.gains).cut);
    Ok(match &rule.method {
        Method::EqualizedOdds(Base::Scores) | Method::ThresholdOptimizer(Constraint::EqualizedOdds) => {
            (unconstrained(), equalized_odds::of_scores(&cohorts)?)
        }
        Method::EqualizedOdds(base) => {
            // Decisions that came with the predictions are scores of 0 and 1.
            let cut = if let Base::From(cut) = base { *cut } else { 0.5 };
            (Steps::from(cut), equalized_odds::of_decisions(&cohorts, cut)?)
        }
        Method::ThresholdOptimizer(constraint) => (unconstrained(), threshold_optimizer::fit(&cohorts, *constraint)?),
        Method::LevellingUp { at_least, .. } => {
            let metric = metrics.first().ok_or("it names no metric")?;
            (unconstrained(), levelling_up::fit(&cohorts, metric, *at_least)?)
        }
        Method::RejectOption { unprivileged, at_most } => {
            let field = rule.by.value.first().map_or("", String::as_str);
            let gain: Vec<String> = unprivileged.iter().map(|level| format!("{field}={}", level.value)).collect();
            let bounds: Vec<(&Metric, f64)> = metrics.iter().zip(at_most.iter().map(|(_, bound)| *bound)).collect();
            reject_option::fit(&cohorts, &gain, &bounds)?
        }
    })
}
