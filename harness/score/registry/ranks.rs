//! Metrics of rankings.

use super::*;

pub(super) const RANKS: &[Definition] = &[
    Definition {
        name: "roc_auc_score",
        formula: "P(score of a positive > score of a negative) + P(equal) / 2",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no positives, or no negatives",
        source: SKLEARN,
        peers: &[
            ("scikit-learn", "roc_auc_score (multi_class='ovr')"),
            ("MEDFAIR", "AUC"),
            ("WILDS", "subgroup_auc (by group)"),
            ("OxonFair", "roc_auc"),
        ],
        reads: Reads::Scores,
        multi_label: true,
        parameter: None,
        compute: Compute::Rank(auc, Errors::OfShare),
    },
    Definition {
        name: "average_precision_score",
        formula: "sum over distinct scores of (R_n - R_(n-1)) P_n, from the largest down",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no positives",
        source: SKLEARN,
        peers: &[
            ("scikit-learn", "average_precision_score (0 where undefined)"),
            ("OxonFair", "average_precision"),
            ("torchmetrics", "AveragePrecision"),
        ],
        reads: Reads::Scores,
        multi_label: true,
        parameter: None,
        compute: Compute::Rank(average_precision, Errors::OfOdds),
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
        parameter: None,
        compute: Compute::MeanOfRanks(average_precision, Errors::OfOdds),
    },
    Definition {
        name: "normalized_average_precision",
        formula: "sum over distinct scores of (R_n - R_(n-1)) R_n N / (R_n N + FP_n), from the largest down: average_precision_score, had there been N = `positives` positives, which does not grow with how frequent a class is; FP_n is a number of items: weights count as they are to their mean",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no positives",
        source: "Hoiem, Chodpathumwan and Dai (2012), Diagnosing error in object detectors",
        peers: &[("overcoming-pretraining-bias", "normalized AP")],
        reads: Reads::Roc,
        multi_label: true,
        parameter: Some(Parameter { name: "positives", default: None, range: (1e-9, 1e12), whole: false }),
        compute: Compute::Roc(Seek::Precision),
    },
    Definition {
        name: "tpr_at_tnr",
        formula: "largest TP / (TP + FN) of a threshold on the scores with TN / (TN + FP) >= `at`; thresholds are distinct scores of the items themselves, of each group its own (one of another split for all: `decide: {threshold: {at: {false_positive_rate: …}, split: …}}`)",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no positives, or no negatives",
        source: "Fawcett (2006), An introduction to ROC analysis: a point of the curve, no straight line between two",
        peers: &[
            ("MEDFAIR", "TPR at 80% TNR, tpr_at_tnr, sensitivity_at_specificity"),
            ("torchmetrics", "SensitivityAtSpecificity"),
            ("FaceNet", "val_at_far (at: 1 - FAR)"),
            ("others", "recall_at_specificity, tpr_at_fpr, tar_at_far (at: 1 - the rate)"),
        ],
        reads: Reads::Roc,
        multi_label: true,
        parameter: Some(Parameter { name: "at", default: None, range: (0.0, 1.0), whole: false }),
        compute: Compute::Roc(Seek::Sensitivity),
    },
    Definition {
        name: "tnr_at_tpr",
        formula: "largest TN / (TN + FP) of a threshold on the scores with TP / (TP + FN) >= `at`; thresholds are distinct scores of the items themselves, of each group its own",
        range: (0.0, 1.0),
        direction: Higher,
        undefined: "no positives, or no negatives",
        source: "Fawcett (2006), An introduction to ROC analysis: a point of the curve, no straight line between two",
        peers: &[("MEDFAIR", "TNR at 80% TPR, tnr_at_tpr, specificity_at_sensitivity"), ("torchmetrics", "SpecificityAtSensitivity")],
        reads: Reads::Roc,
        multi_label: true,
        parameter: Some(Parameter { name: "at", default: None, range: (0.0, 1.0), whole: false }),
        compute: Compute::Roc(Seek::Specificity),
    },
];

fn auc(sweep: &Sweep) -> Value {
    if sweep.positives <= 0.0 {
        return Err(Cause::NoPositives.into());
    }
    let (above, all) = sweep.twice_pairs();
    ratio(above, all, Cause::NoNegatives)
}

fn average_precision(sweep: &Sweep) -> Value {
    ratio(if sweep.is_perfect() { sweep.positives } else { sweep.precision }, sweep.positives, Cause::NoPositives)
}
