//! The names that can be called: metrics, their reductions over groups, criteria, and calls that have a name of their own.

use crate::score::embedding::{self, registry::Compute};
use crate::score::joint;
use crate::score::registry::{Criterion, Definition, Preset, Reads, Suffix, criteria, metrics, presets, suffixes};

/// Every name that can be called, reductions included.
pub fn list() -> Vec<String> {
    let mut names: Vec<String> = metrics().iter().map(|definition| definition.name.to_owned()).collect();
    for definition in metrics().iter().filter(|definition| !definition.compute.is_over_groups()) {
        let taken = suffixes().iter().filter(|suffix| suffix.takes(definition));
        names.extend(taken.map(|suffix| format!("{}_{}", definition.name, suffix.name)));
    }
    for criterion in criteria() {
        names.extend(suffixes().iter().filter(|suffix| suffix.of_criteria).map(|suffix| format!("{}_{}", criterion.name, suffix.name)));
    }
    names.extend(presets().iter().map(|preset| preset.name.to_owned()));
    for definition in embedding::registry::metrics() {
        names.push(definition.name.to_owned());
        names.extend(embedding_suffixes(definition).map(|suffix| format!("{}_{}", definition.name, suffix.name)));
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
    /// A metric reduced over groups.
    Reduced(&'static Definition, &'static Suffix),
    /// A criterion, as a difference or a ratio.
    Criterion(&'static Criterion, &'static Suffix),
    /// Another call, some of whose options are fixed.
    Preset(&'static Preset),
    /// A metric of embeddings, perhaps reduced over groups.
    Embedding(&'static embedding::registry::Definition, Option<&'static Suffix>),
    /// A metric of all groups at once.
    Joint(&'static joint::registry::Definition),
}

/// The reductions over groups that a metric of embeddings has.
fn embedding_suffixes(definition: &embedding::registry::Definition) -> impl Iterator<Item = &'static Suffix> {
    let known = if matches!(definition.compute, Compute::Group(..)) { embedding::metric::SUFFIXES } else { &[] };
    suffixes().iter().filter(|suffix| known.contains(&suffix.name))
}

impl Meaning {
    /// Whether its number counts decisions and reads nothing else of an item.
    pub fn counts(&self) -> bool {
        let counts = |metric: &Definition| metric.reads == Reads::Decisions;
        match self {
            Self::Metric(metric) | Self::Reduced(metric, _) => counts(metric),
            Self::Criterion(criterion, _) => metrics().iter().filter(|metric| criterion.parts.contains(&metric.name)).all(counts),
            Self::Preset(preset) => meaning(preset.calls).is_some_and(|call| call.counts()),
            Self::Embedding(..) | Self::Joint(_) => false,
        }
    }
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
        if let Some(suffix) = suffix.and_then(|rest| embedding_suffixes(definition).find(|suffix| suffix.name == rest)) {
            return Some(Meaning::Embedding(definition, Some(suffix)));
        }
    }
    if let Some(preset) = presets().iter().find(|preset| preset.name == name) {
        return Some(Meaning::Preset(preset));
    }
    suffixes().iter().find_map(|suffix| {
        let base = name.strip_suffix(suffix.name)?.strip_suffix('_')?;
        let criterion = || criteria().iter().find(|criterion| criterion.name == base && suffix.of_criteria);
        metric(base)
            .filter(|definition| !definition.compute.is_over_groups())
            .map(|definition| Meaning::Reduced(definition, suffix))
            .or_else(|| criterion().map(|found| Meaning::Criterion(found, suffix)))
    })
}
