//! Fairness criteria that have a name of their own.

use super::Criterion;

pub(super) const CRITERIA: &[Criterion] = &[
    Criterion {
        name: "demographic_parity",
        parts: &["selection_rate"],
        source: "Calders, Kamiran and Pechenizkiy (2009): independence",
        peers: &[
            ("fairlearn", "demographic_parity_*"),
            ("Aequitas", "impact_parity (`_disparity`: whether it is 0.8 to 1.25)"),
            ("OxonFair", "demographic_parity, statistical_parity (mean distance between groups: selection_rate_mean_abs_difference)"),
            ("FFB", "dp (times 100)"),
        ],
    },
    Criterion {
        name: "soft_demographic_parity",
        parts: &["mean_prediction"],
        source: "Han et al. (2023), FFB: demographic parity of probabilities",
        peers: &[("FFB", "dpe (times 100)")],
    },
    Criterion {
        name: "equal_opportunity",
        parts: &["true_positive_rate"],
        source: "Hardt, Price and Srebro (2016)",
        peers: &[
            ("fairlearn", "equal_opportunity_*"),
            ("AIF360", "equal_opportunity_difference (signed: with a reference)"),
            ("OxonFair", "equal_opportunity (mean distance between groups: true_positive_rate_mean_abs_difference)"),
            ("FFB", "eopp (times 100)"),
        ],
    },
    Criterion {
        name: "predictive_equality",
        parts: &["false_positive_rate"],
        source: "Corbett-Davies et al. (2017)",
        peers: &[("OxonFair", "(gives this name to the FNR gap)")],
    },
    Criterion {
        name: "predictive_parity",
        parts: &["precision_score"],
        source: "Chouldechova (2017)",
        peers: &[("OxonFair", "predictive_parity (mean distance between groups: precision_score_mean_abs_difference)"), ("FFB", "ppv")],
    },
    Criterion {
        name: "treatment_equality",
        parts: &["error_ratio"],
        source: "Berk et al. (2018)",
        peers: &[("OxonFair", "treatment_equality (mean distance between groups: error_ratio_mean_abs_difference)")],
    },
    Criterion {
        name: "accuracy_parity",
        parts: &["accuracy_score"],
        source: "Berk et al. (2018): overall accuracy equality",
        peers: &[("FFB", "accp")],
    },
    Criterion {
        name: "error_rate",
        parts: &["zero_one_loss"],
        source: "AIF360, ClassificationMetric",
        peers: &[("AIF360", "error_rate_difference, error_rate_ratio")],
    },
    Criterion {
        name: "conditional_use_accuracy_equality",
        parts: &["precision_score", "negative_predictive_value"],
        source: "Berk et al. (2018)",
        peers: &[(
            "OxonFair",
            "cond_use_accuracy (mean of both mean distances between groups: of two groups `_difference` with agg: mean)",
        )],
    },
    Criterion {
        name: "class_wise_odds",
        parts: &["recall_score", "false_decision_share"],
        source: "Dominguez-Catena et al. (2025), Biased Heritage",
        peers: &[("Biased-Heritage", "cm_eq_odds (agg: mean, classes: mean)")],
    },
    Criterion {
        name: "predictive_value",
        parts: &["precision_score", "false_omission_rate"],
        source: "AIF360, ClassificationMetric",
        peers: &[("AIF360", "average_predictive_value_difference (`_difference` with agg: mean and a reference)")],
    },
    Criterion {
        name: "match_errors",
        parts: &["false_match_rate", "false_non_match_rate"],
        source: "Pereira and Marcel (2022)",
        peers: &[("Pereira and Marcel (2022)", "FDR, fairness_discrepancy_rate (with α = 0.5: 1 minus `_difference` with agg: mean)")],
    },
    Criterion {
        name: "equalized_odds",
        parts: &["true_positive_rate", "false_positive_rate"],
        source: "Hardt, Price and Srebro (2016)",
        peers: &[
            ("fairlearn", "equalized_odds_* (worst_case by default)"),
            ("AIF360", "average_abs_odds_difference, average_odds_error (mean), equalized_odds_difference (worst_case)"),
            (
                "OxonFair",
                "equalized_odds_max (worst_case), equalized_odds (mean of both mean distances between groups: of two groups agg: mean)",
            ),
            ("FFB", "eodd (sum)"),
        ],
    },
];
