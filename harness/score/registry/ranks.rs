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
        peers: &[("scikit-learn", "roc_auc_score (multi_class='ovr')"), ("MEDFAIR", "AUC"), ("WILDS", "subgroup_auc (by group)")],
        reads: Reads::Scores,
        multi_label: true,
        parameter: None,
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
        parameter: None,
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
        parameter: None,
        compute: Compute::MeanOfRanks(average_precision),
    },
];

fn auc(sweep: &Sweep) -> Value {
    if sweep.positives <= 0.0 {
        return Err(Cause::NoPositives.into());
    }
    ratio(sweep.pairs, sweep.positives * sweep.negatives, Cause::NoNegatives)
}

fn average_precision(sweep: &Sweep) -> Value {
    ratio(sweep.precision, sweep.positives, Cause::NoPositives)
}
