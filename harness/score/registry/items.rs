//! Metrics of decisions that are one number of all classes.

use super::*;

pub(super) const ITEMS: &[Definition] = &[
    Definition {
        name: "count",
        formula: "number of items with a known label (sum of their weights); of several labels, with any, be it present or absent",
        range: (0.0, f64::INFINITY),
        direction: Neutral,
        undefined: "never",
        source: FAIRLEARN,
        peers: &[("fairlearn", "count")],
        reads: Reads::Decisions,
        multi_label: true,
        parameter: None,
        compute: Compute::Whole(|tally| Ok(tally.items)),
    },
    Definition {
        name: "accuracy_score",
        formula: "share of items whose decision is right; multi-label: of items whose every known label is right; a set of k classes is right where it holds the target",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no items",
        source: SKLEARN,
        peers: &[
            ("scikit-learn", "accuracy_score"),
            ("OxonFair", "accuracy"),
            ("AIF360", "accuracy"),
            ("torchmetrics", "exact_match (several labels)"),
        ],
        reads: Reads::Decisions,
        multi_label: true,
        parameter: None,
        compute: Compute::Share(|tally| (tally.right, tally.items), Cause::NoItems),
    },
    Definition {
        name: "zero_one_loss",
        formula: "1 - accuracy_score",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "no items",
        source: SKLEARN,
        peers: &[("scikit-learn", "zero_one_loss"), ("AIF360", "error_rate")],
        reads: Reads::Decisions,
        multi_label: true,
        parameter: None,
        compute: Compute::Share(|tally| (tally.items - tally.right, tally.items), Cause::NoItems),
    },
    Definition {
        name: "coverage",
        formula: "share of items about which anything was decided: a class, or which of several labels they have, if any",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no items",
        source: "El-Yaniv and Wiener (2010), On the foundations of noise-free selective classification",
        peers: &[("selective classification", "coverage")],
        reads: Reads::Answers,
        multi_label: true,
        parameter: None,
        compute: Compute::Share(|tally| (tally.right, tally.items), Cause::NoItems),
    },
    Definition {
        name: "abstention_rate",
        formula: "share of items about which nothing was decided: 1 - coverage",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "no items",
        source: "Jones et al. (2021), Selective classification can magnify disparities across groups",
        peers: &[("selective classification", "abstention rate, rejection rate")],
        reads: Reads::Answers,
        multi_label: true,
        parameter: None,
        compute: Compute::Share(|tally| (tally.items - tally.right, tally.items), Cause::NoItems),
    },
    Definition {
        name: "hamming_loss",
        formula: "share of known item-label pairs that are decided wrongly; single labels: 1 - accuracy_score",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "no known item-label pair",
        source: SKLEARN,
        peers: &[("scikit-learn", "hamming_loss"), ("torchmetrics", "HammingDistance")],
        reads: Reads::Decisions,
        multi_label: true,
        parameter: None,
        compute: Compute::Whole(hamming),
    },
    Definition {
        name: "balanced_accuracy_score",
        formula: "mean over classes of recall_score",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "a class without positives (left out under `undefined: exclude`)",
        source: SKLEARN,
        peers: &[("scikit-learn", "balanced_accuracy_score"), ("OxonFair", "balanced_accuracy")],
        reads: Reads::Decisions,
        multi_label: false,
        parameter: None,
        compute: Compute::OfClasses(Combine::Mean, RECALL),
    },
    Definition {
        name: "min_class_accuracy",
        formula: "smallest recall_score of a class",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "a class without positives (left out under `undefined: exclude`)",
        source: "OxonFair, group_metrics",
        peers: &[("OxonFair", "min_accuracy")],
        reads: Reads::Decisions,
        multi_label: false,
        parameter: None,
        compute: Compute::OfClasses(Combine::Min, RECALL),
    },
    Definition {
        name: "matthews_corrcoef",
        formula: "(TP TN - FP FN) / sqrt((TP+FP)(TP+FN)(TN+FP)(TN+FN)); several classes: Gorodkin's R_K, to which no decision (`abstained: wrong`) is a class of its own",
        range: (-1.0, 1.0),
        direction: Higher,
        undefined: "targets or decisions are all the same",
        source: "Gorodkin (2004), Comparing two K-category assignments by a K-category correlation coefficient",
        peers: &[("scikit-learn", "matthews_corrcoef"), ("OxonFair", "mcc"), ("torchmetrics", "MatthewsCorrCoef")],
        reads: Reads::Decisions,
        multi_label: false,
        parameter: None,
        compute: Compute::Whole(matthews),
    },
    Definition {
        name: "cohen_kappa_score",
        formula: "(p_o - p_e) / (1 - p_e): observed agreement against that of independent targets and decisions; no decision (`abstained: wrong`) is a class of its own",
        range: (-1.0, 1.0),
        direction: Higher,
        undefined: "targets and decisions are all the same",
        source: "Cohen (1960), A coefficient of agreement for nominal scales",
        peers: &[("scikit-learn", "cohen_kappa_score"), ("torchmetrics", "CohenKappa")],
        reads: Reads::Decisions,
        multi_label: false,
        parameter: None,
        compute: Compute::Whole(kappa),
    },
];

fn hamming(tally: &Tally) -> Value {
    if tally.samples.items == 0.0 {
        return ratio(tally.items - tally.right, tally.items, Cause::NoItems);
    }
    let wrong: f64 = tally.cells.iter().map(|c| c.false_positive + c.false_negative).sum();
    ratio(wrong, tally.cells.iter().map(Confusion::total).sum(), Cause::NoItems)
}

/// What targets and decisions of all classes have in common: agreement, its expectation, and each one's own. To decide for none is a class of
/// its own, which nothing is of.
struct Agreement {
    right: f64,
    chance: f64,
    targets: f64,
    decisions: f64,
}

impl Agreement {
    fn of(tally: &Tally) -> Self {
        let n = tally.items;
        let undecided = 1.0 - tally.cells.iter().map(Confusion::selected).sum::<f64>() / n;
        let sum = |of: fn(&Confusion) -> f64| tally.cells.iter().map(of).sum::<f64>() / (n * n);
        Self {
            right: tally.right / n,
            chance: sum(|c| c.positives() * c.selected()),
            targets: sum(|c| c.positives() * c.positives()),
            decisions: sum(|c| c.selected() * c.selected()) + undecided * undecided,
        }
    }
}

fn matthews(tally: &Tally) -> Value {
    let Agreement { right, chance, targets, decisions } = Agreement::of(tally);
    // The product is 0 but for rounding where either is constant.
    let spread = (1.0 - targets) * (1.0 - decisions);
    if spread > 1e-15 { Ok((right - chance) / spread.sqrt()) } else { Err(Cause::NoVariation.into()) }
}

fn kappa(tally: &Tally) -> Value {
    let Agreement { right, chance, .. } = Agreement::of(tally);
    if 1.0 - chance > 1e-15 { Ok((right - chance) / (1.0 - chance)) } else { Err(Cause::NoVariation.into()) }
}
