//! The names that can be called: metrics, their reductions over groups, and criteria.

use crate::score::embedding::{self, registry::Compute};
use crate::score::joint;
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
    for definition in embedding::registry::metrics() {
        names.push(definition.name.to_owned());
        names.extend(embedding_suffixes(definition).iter().map(|suffix| format!("{}_{suffix}", definition.name)));
    }
    names.extend(joint::registry::metrics().iter().map(|definition| definition.name.to_owned()));
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
    /// A metric of embeddings, perhaps reduced over groups; the suffix says how.
    Embedding(&'static embedding::registry::Definition, Option<&'static str>),
    /// A metric of all groups at once.
    Joint(&'static joint::registry::Definition),
}

/// The reductions over groups that a metric of embeddings has.
fn embedding_suffixes(definition: &embedding::registry::Definition) -> &'static [&'static str] {
    if matches!(definition.compute, Compute::Group(..)) { embedding::metric::SUFFIXES } else { &[] }
}

/// Looks a name up.
pub fn meaning(name: &str) -> Option<Meaning> {
    let metric = |name: &str| metrics().iter().find(|definition| definition.name == name);
    if let Some(definition) = metric(name) {
        return Some(Meaning::Metric(definition));
    }
    if let Some(definition) = joint::registry::metrics().iter().find(|definition| definition.name == name) {
        return Some(Meaning::Joint(definition));
    }
    for definition in embedding::registry::metrics() {
        if definition.name == name {
            return Some(Meaning::Embedding(definition, None));
        }
        let suffix = name.strip_prefix(definition.name).and_then(|rest| rest.strip_prefix('_'));
        if let Some(suffix) = suffix.and_then(|rest| embedding_suffixes(definition).iter().find(|suffix| **suffix == rest)) {
            return Some(Meaning::Embedding(definition, Some(suffix)));
        }
    }
    SUFFIXES.iter().find_map(|suffix| {
        let base = name.strip_suffix(suffix)?.strip_suffix('_')?;
        let criterion = || criteria().iter().find(|criterion| criterion.name == base && !suffix.starts_with("group"));
        metric(base)
            .map(|definition| Meaning::Reduced(definition, suffix))
            .or_else(|| criterion().map(|found| Meaning::Criterion(found, suffix)))
    })
}
