//! The names that can be called: metrics, their reductions over groups, and criteria.

use crate::score::registry::{Criterion, Definition, criteria, metrics};

const SUFFIXES: &[&str] = &[
    "difference",
    "ratio",
    "group_min",
    "group_max",
    "mean_abs_difference",
    "group_std",
    "group_cv",
    "gini",
    "equity_scaled",
    "mean_over_groups",
];

/// Every name that can be called, reductions included.
pub fn list() -> Vec<String> {
    let mut names: Vec<String> = metrics().iter().map(|definition| definition.name.to_owned()).collect();
    names.extend(metrics().iter().flat_map(|definition| SUFFIXES.iter().map(|suffix| format!("{}_{suffix}", definition.name))));
    names.extend(criteria().iter().flat_map(|criterion| SUFFIXES[..2].iter().map(|suffix| format!("{}_{suffix}", criterion.name))));
    names.sort_unstable();
    names
}

/// What a name means, options aside.
#[derive(Clone, Copy, Debug)]
pub enum Meaning {
    /// A metric.
    Metric(&'static Definition),
    /// A metric reduced over groups; the suffix says how.
    Reduced(&'static Definition, &'static str),
    /// A criterion; the suffix says whether as a difference or a ratio.
    Criterion(&'static Criterion, &'static str),
}

impl Meaning {
    /// The metrics that its number is made of.
    pub fn metrics(&self) -> Vec<&'static Definition> {
        match self {
            Self::Metric(metric) | Self::Reduced(metric, _) => vec![metric],
            Self::Criterion(criterion, _) => metrics().iter().filter(|metric| criterion.parts.contains(&metric.name)).collect(),
        }
    }
}

/// Looks a name up.
pub fn meaning(name: &str) -> Option<Meaning> {
    let metric = |name: &str| metrics().iter().find(|definition| definition.name == name);
    if let Some(definition) = metric(name) {
        return Some(Meaning::Metric(definition));
    }
    SUFFIXES.iter().find_map(|suffix| {
        let base = name.strip_suffix(suffix)?.strip_suffix('_')?;
        let criterion = || criteria().iter().find(|criterion| criterion.name == base && !suffix.starts_with("group"));
        metric(base)
            .map(|definition| Meaning::Reduced(definition, suffix))
            .or_else(|| criterion().map(|found| Meaning::Criterion(found, suffix)))
    })
}
