//! Metrics of the k classes of the largest scores.

use super::*;

pub(super) const TOP_K: &[Definition] = &[
    Definition {
        name: "top_k_accuracy_score",
        formula: "share of items whose target is among the k classes of the largest scores (of equal ones, the first)",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no items",
        source: SKLEARN,
        peers: &[("scikit-learn", "top_k_accuracy_score (of equal scores, the last)")],
        reads: Reads::TopK,
        multi_label: false,
        parameter: None,
        compute: Compute::Share(|tally| (tally.right, tally.items), Cause::NoItems),
    },
    Definition {
        name: "recall_at_k",
        formula: "TP / (TP + FN) where the k classes of the largest scores are decided; unknown labels keep their rank and count nowhere",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no positives",
        source: "Manning, Raghavan and Schütze (2008), Introduction to Information Retrieval, 8.4",
        peers: &[("torchmetrics", "RetrievalRecall (average: samples)")],
        reads: Reads::TopK,
        multi_label: true,
        parameter: None,
        compute: Compute::Class { of: RECALL, samples: Some(|s| s.recall) },
    },
    Definition {
        name: "precision_at_k",
        formula: "TP / (TP + FP) where the k classes of the largest scores are decided; unknown labels keep their rank and count nowhere",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "none of the k labels is known",
        source: "Manning, Raghavan and Schütze (2008), Introduction to Information Retrieval, 8.4",
        peers: &[("torchmetrics", "RetrievalPrecision (average: samples)")],
        reads: Reads::TopK,
        multi_label: true,
        parameter: None,
        compute: Compute::Class {
            of: Of::Share(|c| (c.true_positive, c.selected()), Cause::NothingSelected),
            samples: Some(|s| s.precision),
        },
    },
    Definition {
        name: "hit_rate_at_k",
        formula: "share of items, of those with a positive label, that have one among the k classes of the largest scores; `n` counts all items, also those without one",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no positives",
        source: "Goyal et al. (2022), Fairness indicators for systematic assessments of visual feature extractors",
        peers: &[("VISSL", "hit rate @ k, hit_rate")],
        reads: Reads::TopK,
        multi_label: true,
        parameter: None,
        compute: Compute::Share(hit_rate, Cause::NoPositives),
    },
    Definition {
        name: "label_association_rate",
        formula: "share of items that have a class of `labels` among the k of the largest scores, with a score of at least `threshold`",
        range: (0.0, 1.0),
        direction: Neutral,
        undefined: "no items",
        source: "Goyal et al. (2022), Fairness indicators for systematic assessments of visual feature extractors, indicator 1",
        peers: &[("VISSL", "label association (percentage of images), harmful_label_rate")],
        reads: Reads::Associations,
        multi_label: true,
        parameter: None,
        compute: Compute::Share(|tally| (tally.right, tally.items), Cause::NoItems),
    },
];

fn hit_rate(tally: &Tally) -> (f64, f64) {
    match tally.samples.items {
        0.0 => (tally.right, tally.items),
        _ => (tally.samples.hit.sum, tally.samples.hit.weight),
    }
}
