//! Names that only others use: what is here in their place, or why there is nothing. Names of theirs that mean one metric, criterion or
//! reduction are told in its `peers`.

/// A name that others use.
#[derive(Debug)]
pub struct Elsewhere {
    /// Who uses it.
    pub peer: &'static str,
    /// The name.
    pub name: &'static str,
    /// Whether whatever follows it and `_` is meant too: `r2_score_group_min`.
    pub suffixed: bool,
    /// What it is called here; empty where there is no such thing.
    pub here: &'static str,
    /// How the two differ; or why there is no such thing, as the rest of a sentence that begins with the name.
    pub note: &'static str,
}

impl Elsewhere {
    /// Whether this is the name.
    pub fn means(&self, name: &str) -> bool {
        let rest = name.strip_prefix(self.name);
        rest.is_some_and(|rest| rest.is_empty() || (self.suffixed && rest.starts_with('_')))
    }
}

const fn is(peer: &'static str, name: &'static str, here: &'static str, note: &'static str) -> Elsewhere {
    Elsewhere { peer, name, suffixed: false, here, note }
}

const fn absent(peer: &'static str, name: &'static str, note: &'static str) -> Elsewhere {
    is(peer, name, "", note)
}

const fn regression(peer: &'static str, name: &'static str) -> Elsewhere {
    Elsewhere { suffixed: true, ..absent(peer, name, REGRESSION) }
}

const REGRESSION: &str = "is about predicted numbers (regression), and here classes are predicted: `brier_score_loss` and `log_loss` say how \
     far probabilities are off";
const COUNTED: &str = "is no metric here: `n`, `n_positive` and `n_negative` stand beside every number in results.csv";
const SEARCHED: &str = "looks for the worst of subgroups that nobody named, which is not done here: name intersections in `groups:`, as \
     `[race, age]`, and take `_group_min`, `_group_max` or `_difference`";
const OF_ALL: &str = "is a group's share of all such items, and no rate of the group: results.csv has the counts, `n`, `n_positive` and \
     `n_negative`";
const FAIRLEARN: &str = "fairlearn";
const AIF360: &str = "AIF360";
const OXONFAIR: &str = "OxonFair";

pub(super) const ELSEWHERE: &[Elsewhere] = &[
    regression(FAIRLEARN, "r2_score"),
    regression(FAIRLEARN, "mean_absolute_error"),
    regression(FAIRLEARN, "mean_squared_error"),
    regression("scikit-learn", "root_mean_squared_error"),
    regression("scikit-learn", "median_absolute_error"),
    regression("scikit-learn", "mean_absolute_percentage_error"),
    regression("scikit-learn", "explained_variance_score"),
    regression("scikit-learn", "mean_pinball_loss"),
    absent(
        FAIRLEARN,
        "MetricFrame",
        "is what every evaluation is: its metrics are broken down by `groups:` (sensitive features), within `control:` (control features)",
    ),
    absent(FAIRLEARN, "make_derived_metric", "is part of a name here: any metric takes `_difference`, `_ratio`, `_group_min` and the like"),
    absent(AIF360, "consistency", NEIGHBOURS),
    absent(AIF360, "consistency_score", NEIGHBOURS),
    absent(AIF360, "rich_subgroup", SEARCHED),
    absent(AIF360, "mdss_bias_score", SEARCHED),
    absent(AIF360, "bias_scan", SEARCHED),
    is(AIF360, "num_instances", "count", ""),
    absent(AIF360, "num_positives", COUNTED),
    absent(AIF360, "num_negatives", COUNTED),
    absent(AIF360, "num_true_positives", COUNTED),
    absent(AIF360, "num_true_negatives", COUNTED),
    absent(AIF360, "num_false_positives", COUNTED),
    absent(AIF360, "num_false_negatives", COUNTED),
    absent(AIF360, "num_pred_positives", COUNTED),
    absent(AIF360, "num_pred_negatives", COUNTED),
    absent(AIF360, "binary_confusion_matrix", COUNTED),
    absent(
        AIF360,
        "performance_measures",
        "is a list of rates, each of which is a metric here: `true_positive_rate`, `precision_score` and so on",
    ),
    is(AIF360, "generalized_false_negative_rate", "balance_for_positive_class", "1 minus this"),
    is(AIF360, "generalized_true_negative_rate", "balance_for_negative_class", "1 minus this"),
    is(
        AIF360,
        "generalized_equalized_odds_difference",
        "balance_for_positive_class_difference",
        "the larger of this and `balance_for_negative_class_difference`",
    ),
    absent(
        AIF360,
        "generalized_binary_confusion_matrix",
        "is sums of probabilities: `balance_for_positive_class` and `balance_for_negative_class` are its rates",
    ),
    is(OXONFAIR, "pos_pred_rate", "selection_rate", ""),
    is(OXONFAIR, "neg_pred_rate", "selection_rate", "1 minus this"),
    is(OXONFAIR, "pos_data_rate", "base_rate", ""),
    is(OXONFAIR, "neg_data_rate", "base_rate", "1 minus this"),
    absent(OXONFAIR, "pos_data_count", COUNTED),
    absent(OXONFAIR, "neg_data_count", COUNTED),
    is(OXONFAIR, "true_pos_rate", "true_positive_rate", "0 where undefined"),
    is(OXONFAIR, "true_neg_rate", "true_negative_rate", "0 where undefined"),
    is(OXONFAIR, "false_pos_rate", "false_positive_rate", "0 where undefined"),
    is(OXONFAIR, "false_neg_rate", "false_negative_rate", "0 where undefined"),
    is(OXONFAIR, "pos_pred_val", "precision_score", "0 where undefined"),
    is(OXONFAIR, "acceptance_rate", "precision_score", "0 where undefined"),
    is(OXONFAIR, "rejection_rate", "negative_predictive_value", "0 where undefined"),
    is(
        OXONFAIR,
        "predictive_equality",
        "false_negative_rate_mean_abs_difference",
        "of two groups the gap; elsewhere this name is of the FPR gap, here `predictive_equality_difference`",
    ),
    is(OXONFAIR, "accuracy_parity", "accuracy_score_mean_abs_difference", "of two groups the gap"),
    absent(OXONFAIR, "cond_accept", "is `base_rate` over `selection_rate`, which are metrics here and their quotient is not"),
    absent(OXONFAIR, "cond_reject", "is 1 - `base_rate` over 1 - `selection_rate`, which are metrics here and their quotient is not"),
    absent(
        OXONFAIR,
        "bias_amplification",
        "is how far a group's `selection_rate` is from its `base_rate`; amplification over training data is `directional_bias_amplification` and `mals_bias_amplification`",
    ),
    absent(OXONFAIR, "pos_data_proportion", OF_ALL),
    absent(OXONFAIR, "neg_data_proportion", OF_ALL),
    absent(OXONFAIR, "diff_data_proportion", OF_ALL),
    absent(OXONFAIR, "abs_diff_data_proportion", OF_ALL),
    absent(OXONFAIR, "pos_pred_proportion", OF_ALL),
    absent(OXONFAIR, "neg_pred_proportion", OF_ALL),
    absent(OXONFAIR, "diff_pred_proportion", OF_ALL),
    absent(OXONFAIR, "abs_diff_pred_proportion", OF_ALL),
];

const NEIGHBOURS: &str = "holds an item against its nearest neighbours among the features, which predictions do not have: of embeddings \
     there is `same_attribute_precision_at_k`";
