//! Every metric, one small definition each. Names are scikit-learn's and fairlearn's.

use super::measurement::Direction::{self, Higher, Lower, Neutral};
use super::tally::{Confusion, Mean, Samples, Sweep, Tally};
use super::value::{Cause, Value, ratio};

/// One metric.
#[derive(Debug)]
pub struct Definition {
    /// Its name.
    pub name: &'static str,
    /// Its formula, in words and symbols.
    pub formula: &'static str,
    /// Its least and largest value.
    pub range: (f64, f64),
    /// Which way is better.
    pub direction: Direction,
    /// When it has no value.
    pub undefined: &'static str,
    /// Where the definition comes from.
    pub source: &'static str,
    /// What others call it.
    pub peers: &'static [(&'static str, &'static str)],
    /// What it reads.
    pub reads: Reads,
    /// Whether it also has a meaning where an item may have several labels.
    pub multi_label: bool,
    /// How it is computed.
    pub compute: Compute,
}

/// What a metric reads of an item beside what is true of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// The decisions of the evaluation's rule.
    Decisions,
    /// The k classes of the largest scores, whatever the rule.
    TopK,
    /// The scores.
    Scores,
}

/// How a metric is computed.
#[derive(Clone, Copy, Debug)]
pub enum Compute {
    /// From the confusion of one class against the rest; `average` says what several classes make, `samples` is its mean over items.
    Class {
        /// Of one class.
        of: Of,
        /// Averaged over multi-label items, where that exists.
        samples: Option<fn(&Samples) -> Mean>,
    },
    /// The mean over all classes of a number of one class against the rest.
    MeanOfClasses(fn(&Confusion) -> Value),
    /// A share of the items: those that count, and all that could; and why there is none.
    Share(fn(&Tally) -> (f64, f64), Cause),
    /// From all counts at once.
    Whole(fn(&Tally) -> Value),
    /// From one class's ranking against the rest; `average` says what several classes make.
    Rank(fn(&Sweep) -> Value),
    /// The mean over all classes of a number of one class's ranking.
    MeanOfRanks(fn(&Sweep) -> Value),
}

/// A number of one class's confusion.
#[derive(Clone, Copy, Debug)]
pub enum Of {
    /// A share of the items: those that count, and all that could; and why there is none.
    Share(fn(&Confusion) -> (f64, f64), Cause),
    /// Anything else.
    Other(fn(&Confusion) -> Value),
}

impl Of {
    /// The number.
    pub fn value(self, confusion: &Confusion) -> Value {
        match self {
            Self::Share(of, cause) => {
                let (part, whole) = of(confusion);
                ratio(part, whole, cause)
            }
            Self::Other(of) => of(confusion),
        }
    }
}

/// A fairness criterion that has a name of its own: a gap in one metric, or in two of them.
#[derive(Debug)]
pub struct Criterion {
    /// The name, to which `_difference` or `_ratio` is added.
    pub name: &'static str,
    /// The metrics whose gaps it is made of; where there are two, `agg` says how they are put together.
    pub parts: &'static [&'static str],
    /// What others call it.
    pub peers: &'static [(&'static str, &'static str)],
}

/// All metrics.
pub fn metrics() -> &'static [Definition] {
    METRICS
}

/// All criteria.
pub fn criteria() -> &'static [Criterion] {
    CRITERIA
}

const SKLEARN: &str = "scikit-learn 1.x, sklearn.metrics";
const FAIRLEARN: &str = "fairlearn 0.15, fairlearn.metrics";
const CONFUSION: &str = "Fawcett (2006), An introduction to ROC analysis";

const METRICS: &[Definition] = &[
    Definition {
        name: "count",
        formula: "number of items (sum of their weights)",
        range: (0.0, f64::INFINITY),
        direction: Neutral,
        undefined: "never",
        source: FAIRLEARN,
        peers: &[("fairlearn", "count")],
        reads: Reads::Decisions,
        multi_label: true,
        compute: Compute::Whole(|tally| Ok(tally.items)),
    },
    Definition {
        name: "accuracy_score",
        formula: "share of items whose decision is right; multi-label: of items whose every known label is right; a set of k classes is right where it holds the target",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no items",
        source: SKLEARN,
        peers: &[("scikit-learn", "accuracy_score"), ("OxonFair", "accuracy"), ("AIF360", "accuracy")],
        reads: Reads::Decisions,
        multi_label: true,
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
        compute: Compute::Share(|tally| (tally.items - tally.right, tally.items), Cause::NoItems),
    },
    Definition {
        name: "hamming_loss",
        formula: "share of known item-label pairs that are decided wrongly; single labels: 1 - accuracy_score",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "no known item-label pair",
        source: SKLEARN,
        peers: &[("scikit-learn", "hamming_loss")],
        reads: Reads::Decisions,
        multi_label: true,
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
        compute: Compute::MeanOfClasses(recall),
    },
    Definition {
        name: "matthews_corrcoef",
        formula: "(TP TN - FP FN) / sqrt((TP+FP)(TP+FN)(TN+FP)(TN+FN)); several classes: Gorodkin's R_K",
        range: (-1.0, 1.0),
        direction: Higher,
        undefined: "targets or decisions are all the same",
        source: "Gorodkin (2004), Comparing two K-category assignments by a K-category correlation coefficient",
        peers: &[("scikit-learn", "matthews_corrcoef"), ("OxonFair", "mcc")],
        reads: Reads::Decisions,
        multi_label: false,
        compute: Compute::Whole(matthews),
    },
    Definition {
        name: "cohen_kappa_score",
        formula: "(p_o - p_e) / (1 - p_e): observed agreement against that of independent targets and decisions",
        range: (-1.0, 1.0),
        direction: Higher,
        undefined: "targets and decisions are all the same",
        source: "Cohen (1960), A coefficient of agreement for nominal scales",
        peers: &[("scikit-learn", "cohen_kappa_score")],
        reads: Reads::Decisions,
        multi_label: false,
        compute: Compute::Whole(kappa),
    },
    Definition {
        name: "selection_rate",
        formula: "(TP + FP) / (TP + FP + FN + TN)",
        range: (0.0, 1.0),
        direction: Neutral,
        undefined: "no items",
        source: FAIRLEARN,
        peers: &[("fairlearn", "selection_rate"), ("AIF360", "selection_rate"), ("Aequitas", "ppr")],
        reads: Reads::Decisions,
        multi_label: true,
        compute: Compute::Class { of: Of::Share(|c| (c.selected(), c.total()), Cause::NoItems), samples: None },
    },
    Definition {
        name: "base_rate",
        formula: "(TP + FN) / (TP + FP + FN + TN)",
        range: (0.0, 1.0),
        direction: Neutral,
        undefined: "no items",
        source: CONFUSION,
        peers: &[("AIF360", "base_rate"), ("Aequitas", "prev")],
        reads: Reads::Decisions,
        multi_label: true,
        compute: Compute::Class { of: Of::Share(|c| (c.positives(), c.total()), Cause::NoItems), samples: None },
    },
    Definition {
        name: "recall_score",
        formula: "TP / (TP + FN)",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no positives",
        source: SKLEARN,
        peers: &[("scikit-learn", "recall_score"), ("AIF360", "true_positive_rate"), ("OxonFair", "recall"), ("Aequitas", "tpr")],
        reads: Reads::Decisions,
        multi_label: true,
        compute: Compute::Class { of: RECALL, samples: Some(|s| s.recall) },
    },
    Definition {
        name: "true_positive_rate",
        formula: "TP / (TP + FN)",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no positives",
        source: FAIRLEARN,
        peers: &[
            ("fairlearn", "true_positive_rate (0 where undefined)"),
            ("scikit-learn", "recall_score"),
            ("AIF360", "true_positive_rate"),
        ],
        reads: Reads::Decisions,
        multi_label: true,
        compute: Compute::Class { of: RECALL, samples: None },
    },
    Definition {
        name: "true_negative_rate",
        formula: "TN / (TN + FP)",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no negatives",
        source: FAIRLEARN,
        peers: &[("fairlearn", "true_negative_rate (0 where undefined)"), ("AIF360", "true_negative_rate"), ("Aequitas", "tnr")],
        reads: Reads::Decisions,
        multi_label: true,
        compute: Compute::Class { of: Of::Share(|c| (c.true_negative, c.negatives()), Cause::NoNegatives), samples: None },
    },
    Definition {
        name: "false_positive_rate",
        formula: "FP / (FP + TN)",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "no negatives",
        source: FAIRLEARN,
        peers: &[("fairlearn", "false_positive_rate (0 where undefined)"), ("AIF360", "false_positive_rate"), ("Aequitas", "fpr")],
        reads: Reads::Decisions,
        multi_label: true,
        compute: Compute::Class { of: Of::Share(|c| (c.false_positive, c.negatives()), Cause::NoNegatives), samples: None },
    },
    Definition {
        name: "false_negative_rate",
        formula: "FN / (FN + TP)",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "no positives",
        source: FAIRLEARN,
        peers: &[("fairlearn", "false_negative_rate (0 where undefined)"), ("AIF360", "false_negative_rate"), ("Aequitas", "fnr")],
        reads: Reads::Decisions,
        multi_label: true,
        compute: Compute::Class { of: Of::Share(|c| (c.false_negative, c.positives()), Cause::NoPositives), samples: None },
    },
    Definition {
        name: "precision_score",
        formula: "TP / (TP + FP)",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "nothing decided positive",
        source: SKLEARN,
        peers: &[("scikit-learn", "precision_score"), ("AIF360", "positive_predictive_value"), ("Aequitas", "precision")],
        reads: Reads::Decisions,
        multi_label: true,
        compute: Compute::Class {
            of: Of::Share(|c| (c.true_positive, c.selected()), Cause::NothingSelected),
            samples: Some(|s| s.precision),
        },
    },
    Definition {
        name: "negative_predictive_value",
        formula: "TN / (TN + FN)",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "nothing decided negative",
        source: CONFUSION,
        peers: &[("AIF360", "negative_predictive_value"), ("Aequitas", "npv"), ("OxonFair", "neg_pred_val")],
        reads: Reads::Decisions,
        multi_label: true,
        compute: Compute::Class { of: Of::Share(|c| (c.true_negative, c.rejected()), Cause::NothingRejected), samples: None },
    },
    Definition {
        name: "false_discovery_rate",
        formula: "FP / (TP + FP)",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "nothing decided positive",
        source: CONFUSION,
        peers: &[("AIF360", "false_discovery_rate"), ("Aequitas", "fdr")],
        reads: Reads::Decisions,
        multi_label: true,
        compute: Compute::Class { of: Of::Share(|c| (c.false_positive, c.selected()), Cause::NothingSelected), samples: None },
    },
    Definition {
        name: "false_omission_rate",
        formula: "FN / (TN + FN)",
        range: (0.0, 1.0),
        direction: Lower,
        undefined: "nothing decided negative",
        source: CONFUSION,
        peers: &[("AIF360", "false_omission_rate"), ("Aequitas", "for")],
        reads: Reads::Decisions,
        multi_label: true,
        compute: Compute::Class { of: Of::Share(|c| (c.false_negative, c.rejected()), Cause::NothingRejected), samples: None },
    },
    Definition {
        name: "f1_score",
        formula: "2 TP / (2 TP + FP + FN)",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "neither positives nor positive decisions",
        source: SKLEARN,
        peers: &[("scikit-learn", "f1_score"), ("OxonFair", "f1")],
        reads: Reads::Decisions,
        multi_label: true,
        compute: Compute::Class { of: Of::Other(f1), samples: Some(|s| s.f1) },
    },
    Definition {
        name: "jaccard_score",
        formula: "TP / (TP + FP + FN)",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "neither positives nor positive decisions",
        source: SKLEARN,
        peers: &[("scikit-learn", "jaccard_score")],
        reads: Reads::Decisions,
        multi_label: true,
        compute: Compute::Class {
            of: Of::Share(|c| (c.true_positive, c.positives() + c.false_positive), Cause::NeitherPositiveNorSelected),
            samples: Some(|s| s.jaccard),
        },
    },
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
        compute: Compute::Class {
            of: Of::Share(|c| (c.true_positive, c.selected()), Cause::NothingSelected),
            samples: Some(|s| s.precision),
        },
    },
    Definition {
        name: "hit_rate_at_k",
        formula: "share of items, of those with a positive label, that have one among the k classes of the largest scores",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no positives",
        source: "Goyal et al. (2022), Fairness indicators for systematic assessments of visual feature extractors",
        peers: &[("VISSL", "hit rate @ k")],
        reads: Reads::TopK,
        multi_label: true,
        compute: Compute::Share(hit_rate, Cause::NoPositives),
    },
    Definition {
        name: "roc_auc_score",
        formula: "P(score of a positive > score of a negative) + P(equal) / 2",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no positives, or no negatives",
        source: SKLEARN,
        peers: &[("scikit-learn", "roc_auc_score (multi_class='ovr')"), ("MEDFAIR", "AUC")],
        reads: Reads::Scores,
        multi_label: true,
        compute: Compute::Rank(auc),
    },
    Definition {
        name: "average_precision_score",
        formula: "sum over distinct scores of (R_n - R_(n-1)) P_n, from the largest down",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no positives",
        source: SKLEARN,
        peers: &[("scikit-learn", "average_precision_score (0 where undefined)")],
        reads: Reads::Scores,
        multi_label: true,
        compute: Compute::Rank(average_precision),
    },
    Definition {
        name: "mean_average_precision",
        formula: "mean over classes of average_precision_score",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "a class without positives (left out under `undefined: exclude`)",
        source: SKLEARN,
        peers: &[("scikit-learn", "average_precision_score(average='macro')"), ("torchmetrics", "MultilabelAveragePrecision")],
        reads: Reads::Scores,
        multi_label: true,
        compute: Compute::MeanOfRanks(average_precision),
    },
];

const CRITERIA: &[Criterion] = &[
    Criterion {
        name: "demographic_parity",
        parts: &["selection_rate"],
        peers: &[
            ("fairlearn", "demographic_parity_*"),
            ("AIF360", "statistical_parity_difference (signed), disparate_impact (not folded)"),
        ],
    },
    Criterion {
        name: "equal_opportunity",
        parts: &["true_positive_rate"],
        peers: &[("fairlearn", "equal_opportunity_*"), ("AIF360", "equal_opportunity_difference (signed)")],
    },
    Criterion { name: "predictive_equality", parts: &["false_positive_rate"], peers: &[("OxonFair", "gives this name to the FNR gap")] },
    Criterion { name: "predictive_parity", parts: &["precision_score"], peers: &[("OxonFair", "predictive_parity"), ("FFB", "ppv")] },
    Criterion {
        name: "equalized_odds",
        parts: &["true_positive_rate", "false_positive_rate"],
        peers: &[
            ("fairlearn", "equalized_odds_* (worst_case by default)"),
            ("AIF360", "average_abs_odds_difference (mean)"),
            ("FFB", "eodd (sum)"),
        ],
    },
];

const RECALL: Of = Of::Share(|c| (c.true_positive, c.positives()), Cause::NoPositives);

fn recall(c: &Confusion) -> Value {
    ratio(c.true_positive, c.positives(), Cause::NoPositives)
}

fn f1(c: &Confusion) -> Value {
    ratio(2.0 * c.true_positive, c.positives() + c.selected(), Cause::NeitherPositiveNorSelected)
}

fn auc(sweep: &Sweep) -> Value {
    if sweep.positives <= 0.0 {
        return Err(Cause::NoPositives.into());
    }
    ratio(sweep.pairs, sweep.positives * sweep.negatives, Cause::NoNegatives)
}

fn average_precision(sweep: &Sweep) -> Value {
    ratio(sweep.precision, sweep.positives, Cause::NoPositives)
}

fn hamming(tally: &Tally) -> Value {
    if tally.samples.items == 0.0 {
        return ratio(tally.items - tally.right, tally.items, Cause::NoItems);
    }
    let wrong: f64 = tally.cells.iter().map(|c| c.false_positive + c.false_negative).sum();
    ratio(wrong, tally.cells.iter().map(Confusion::total).sum(), Cause::NoItems)
}

fn hit_rate(tally: &Tally) -> (f64, f64) {
    match tally.samples.items {
        0.0 => (tally.right, tally.items),
        _ => (tally.samples.hit.sum, tally.samples.hit.weight),
    }
}

/// What targets and decisions of all classes have in common: agreement, its expectation, and each one's own.
struct Agreement {
    right: f64,
    chance: f64,
    targets: f64,
    decisions: f64,
}

impl Agreement {
    fn of(tally: &Tally) -> Self {
        let n = tally.items;
        let sum = |of: fn(&Confusion) -> f64| tally.cells.iter().map(of).sum::<f64>() / (n * n);
        Self {
            right: tally.right / n,
            chance: sum(|c| c.positives() * c.selected()),
            targets: sum(|c| c.positives() * c.positives()),
            decisions: sum(|c| c.selected() * c.selected()),
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
