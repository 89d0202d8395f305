//! `fairgrid ls metrics`: all that can be measured, by kind, each in a line.

use super::registry::{criteria, families, presets, suffixes};
use super::{embedding, joint};

/// What is listed together.
#[derive(Debug)]
pub struct Section {
    /// What its entries have in common.
    pub title: &'static str,
    /// Names, and what each is.
    pub entries: Vec<(String, String)>,
}

/// Metrics by kind, what may follow their names, and names that stand for these.
pub fn contents() -> Vec<Section> {
    let plain = |name: &str, words: &str| (name.to_owned(), words.to_owned());
    let family = families().iter().map(|family| Section {
        title: family.title,
        entries: family.metrics.iter().map(|metric| plain(metric.name, metric.formula)).collect(),
    });
    let others = [
        Section {
            title: "classes and groups together",
            entries: joint::registry::metrics().iter().map(|metric| plain(metric.name, metric.formula)).collect(),
        },
        Section {
            title: "embeddings",
            entries: embedding::registry::metrics().iter().map(|metric| plain(metric.name, metric.formula)).collect(),
        },
        Section {
            title: "over groups: what may follow a metric's name",
            entries: suffixes().iter().map(|suffix| (format!("_{}", suffix.name), suffix.summary.replace("{m}", "metric"))).collect(),
        },
        Section {
            title: "criteria: followed by _difference, _ratio or _disparity, a gap in",
            entries: criteria().iter().map(|criterion| (criterion.name.to_owned(), criterion.parts.join(" and "))).collect(),
        },
        Section {
            title: "names that stand for a call",
            entries: presets().iter().map(|preset| (preset.name.to_owned(), preset.call())).collect(),
        },
    ];
    family.chain(others).collect()
}
