//! Names that only others use: what is here in their place, or why there is nothing. Names of theirs that mean one metric, criterion or
//! reduction are told in its `peers`.

/// A name that others use, in whatever letters of case.
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
    /// Whether this is the name; of what is not here, also with a reduction as OxonFair writes it, `name.diff`.
    pub fn means(&self, name: &str) -> bool {
        let (start, rest) = name.split_at_checked(self.name.len()).unwrap_or_default();
        let ends = rest.is_empty() || (self.suffixed && rest.starts_with('_')) || (self.here.is_empty() && rest.starts_with('.'));
        start.eq_ignore_ascii_case(self.name) && ends
    }
}

const fn is(peer: &'static str, name: &'static str, here: &'static str, note: &'static str) -> Elsewhere {
    Elsewhere { peer, name, suffixed: false, here, note }
}

const fn absent(peer: &'static str, name: &'static str, note: &'static str) -> Elsewhere {
    is(peer, name, "", note)
}

/// What is 1 minus a metric, so that the least of one is the largest of the other.
const fn complement(peer: &'static str, name: &'static str, here: &'static str) -> Elsewhere {
    is(peer, name, here, COMPLEMENT)
}

const fn regression(peer: &'static str, name: &'static str) -> Elsewhere {
    Elsewhere { suffixed: true, ..absent(peer, name, REGRESSION) }
}

const REGRESSION: &str = "is about predicted numbers (regression), and here classes are predicted: `brier_score_loss` and `log_loss` say how \
     far probabilities are off";
const COUNTED: &str = "is no metric here: `n`, `n_positive` and `n_negative` stand beside every number in results.csv";
const SEARCHED: &str = "looks for the worst of subgroups that nobody named, which is not done here: name intersections in `groups:`, as \
     `[race, age]`, and take `_group_min`, `_group_max` or `_difference`";
const SUMMED: &str = "is a sum of probabilities: `balance_for_positive_class` and `balance_for_negative_class` are its rates";
const SMOOTHED: &str = "is a rate with counts added to it, which here are only in `smoothed_empirical_differential_fairness`";
const OF_ALL: &str = "is a group's share of all such items, and no rate of the group: results.csv has the counts, `n`, `n_positive` and \
     `n_negative`";
const DISTORTED: &str = "is how far features of items lie from those of a changed copy of them, and features are not read here: of images that \
     were changed, `flip_rate` is the share of decisions that change too";
const SHAPES: &str = "is about regions, keypoints or pixels, and here classes of whole images are predicted: `jaccard_score` and `f1_score` are \
     intersection over union and Dice of label sets";
const RANKED: &str = "ranks models over many data sets, which no single number of a model is: `compare: {NAME: {model: all_pairs, adjust: holm}}` \
     tests each pair on the same items";
const FOLDED: &str = "is one of its reductions over groups, of which here are `_difference`, `_ratio` (1 minus its `maxrel`), `_group_std`, `_gini`, \
     `_group_min`, `_group_max`, `_mean_over_groups` and `_weighted_mean`";
const SEYYED: &str = "Seyyed-Kalantari et al. (2021)";
const MISSED: &str = "where the disease is `positive:`; where \"no finding\" is, as in the paper, it is of false positives";
const ALARMED: &str = "where the disease is `positive:`; where \"no finding\" is, it is of false negatives";
const CHOSEN: &str = "weighs columns of a table against each other: `tables:` has them side by side, sorted by one";
const TABLES: &str = "is a table of counts by what is true and what was decided, and no number: `recall_score` and `precision_score` with \
     `average: per_class` are its diagonal over its sums, and `decisions/` has every item";
const ALL_OF: &str = "is all of its metrics in one call: `metrics:` lists them, and `fairgrid explain` says what each is called here";
const RECOMMENDED: &str =
    "is about recommended items, and here classes are predicted: `skew_at_k` and `ndkl` say who is at the top of a ranking";
const CLUSTERED: &str = "is about clusters, and here classes are predicted: `silhouette_score` says how groups lie among embeddings";
/// How others' numbers differ that are what is lacking of 1.
pub(in crate::score) const COMPLEMENT: &str = "1 minus this";
/// Whoever says a name in short.
pub const SHORT: &str = "in short";
const COHEN: &str =
    "is the gap over the standard deviation of decisions within groups, which is not here: `demographic_parity_difference` is the gap";
const TESTED: &str =
    "is a test of two groups' selection rates, which belongs into `compare:`, as `{NAME: {race: all_pairs, metrics: [selection_rate]}}`";
const OF_SELECTED: &str = "is a group's share of all that are selected, which grows with the group (the disparity is two such shares' ratio): its \
     `pprev` is `selection_rate`, and `pprev_disparity` is `selection_rate_disparity` here";
const FAIRLEARN: &str = "fairlearn";
const AIF360: &str = "AIF360";
const OXONFAIR: &str = "OxonFair";
const HOLISTICAI: &str = "holisticai";
const MEDFAIR: &str = "MEDFAIR";
const VISSL: &str = "VISSL, fairness indicators";

pub(super) const ELSEWHERE: &[Elsewhere] = &[
    is(SHORT, "tpr", "true_positive_rate", ""),
    is(SHORT, "acc", "accuracy_score", ""),
    is(SHORT, "false_omission", "false_omission_rate", ""),
    is(SHORT, "false_discovery", "false_discovery_rate", ""),
    is("torchmetrics", "ExactMatch", "accuracy_score", "of several labels an item"),
    is(SHORT, "ppv", "precision_score", ""),
    is(SHORT, "auroc", "roc_auc_score", ""),
    is(SHORT, "roc_auc", "roc_auc_score", ""),
    is(SHORT, "ap", "average_precision_score", ""),
    is(SHORT, "auprc", "average_precision_score", ""),
    is(SHORT, "map", "mean_average_precision", ""),
    is(SHORT, "f_measure", "f1_score", ""),
    is(SHORT, "kappa", "cohen_kappa_score", ""),
    is(SHORT, "mcc", "matthews_corrcoef", ""),
    is(SHORT, "tmr", "true_match_rate", ""),
    is(SHORT, "weat", "ieat_effect_size", "the same of images"),
    is(SHORT, "ieat", "ieat_effect_size", ""),
    is(SHORT, "cka", "linear_cka", ""),
    regression(FAIRLEARN, "r2_score"),
    regression(FAIRLEARN, "mean_absolute_error"),
    regression(FAIRLEARN, "mean_squared_error"),
    regression("scikit-learn", "root_mean_squared_error"),
    regression("scikit-learn", "median_absolute_error"),
    regression("scikit-learn", "mean_absolute_percentage_error"),
    regression("scikit-learn", "explained_variance_score"),
    regression("scikit-learn", "mean_pinball_loss"),
    regression("scikit-learn", "pinball"),
    regression("ABAW", "concordance"),
    regression("ABAW", "concordance_correlation_coefficient"),
    absent("FairMedFM", "dice", SHAPES),
    absent("FairMedFM", "iou", SHAPES),
    absent("FHIBE", "ar_iou", SHAPES),
    absent("FHIBE", "ar_oks", SHAPES),
    absent("FHIBE", "pck", SHAPES),
    absent("FHIBE", "psnr", SHAPES),
    absent("FHIBE", "lpips", SHAPES),
    absent(
        "FHIBE",
        "median_disparity",
        "is 1 minus the least over the largest median of single images' scores, of which classes have none: `_ratio` of a group's mean, as \
         `accuracy_score_ratio`, is 1 minus the same of means",
    ),
    is("scipy", "wasserstein", "abcc", "of the scores of two groups"),
    is(
        "FFB",
        "abpc",
        "abcc",
        "between densities, which hang on how wide a kernel is; this is between distributions, and `ks_difference` is the most at one score",
    ),
    is("FFB", "aucp", "roc_auc_score_difference", ""),
    is(MEDFAIR, "EqOpp0", "equal_opportunity_difference", "1 minus this, of y = 1 in its code"),
    is(MEDFAIR, "EqOpp1", "predictive_equality_difference", "1 minus this, of y = 0 in its code"),
    is(MEDFAIR, "EqOdd", "equalized_odds_difference", "1 minus this with agg: mean"),
    is(
        MEDFAIR,
        "sensitivity_at_specificity_difference",
        "tpr_at_tnr_difference",
        "with a threshold a group; with one for all: `true_positive_rate_difference` under `decide: {threshold: {at: {true_negative_rate: …}, \
         split: …}}`",
    ),
    is(SEYYED, "underdiagnosis_rate", "false_negative_rate", MISSED),
    is(SEYYED, "underdiagnosis", "false_negative_rate", MISSED),
    is(SEYYED, "underdiagnosis_gap", "false_negative_rate_difference", MISSED),
    is(SEYYED, "overdiagnosis_rate", "false_positive_rate", ALARMED),
    is(SEYYED, "overdiagnosis", "false_positive_rate", ALARMED),
    is(SEYYED, "overdiagnosis_gap", "false_positive_rate_difference", ALARMED),
    is(VISSL, "geographic_hit_rate_difference", "hit_rate_at_k_difference", "of groups that are regions"),
    is(VISSL, "harmful_label_rate_difference", "label_association_rate_difference", "of the labels that are harmful"),
    is(VISSL, "harmful_label_association_rate", "label_association_rate", "of the labels that are harmful"),
    is(VISSL, "retrieval_precision_at_k", "same_attribute_precision_at_k", ""),
    is(VISSL, "retrieval_precision_at_k_difference", "same_attribute_precision_at_k_difference", ""),
    is(OXONFAIR, "conditional_use_accuracy_equality", "conditional_use_accuracy_equality_difference", "with agg: sum"),
    is(FAIRLEARN, "subgroup_interaction", "accuracy_score_difference", "of an intersection, `groups: [[race, age]]`"),
    is("torchmetrics", "BinaryFairness", "demographic_parity_ratio", "with task: demographic_parity"),
    is("torchmetrics", "BinaryFairness", "equal_opportunity_ratio", "with task: equal_opportunity"),
    absent("torchmetrics", "ConfusionMatrix", TABLES),
    absent("torchmetrics", "StatScores", TABLES),
    is("Inclusive Images", "f2_score", "fbeta_score", "with beta: 2"),
    is("Inclusive Images", "f2", "fbeta_score", "with beta: 2"),
    is("debias-vision-lang", "MaxSkew", "max_skew_at_k", "never below 0 there"),
    is("debias-vision-lang", "MinSkew", "min_skew_at_k", ""),
    is("Biased-Heritage", "CEV", "combined_error_variance", ""),
    is("Biased-Heritage", "cev", "combined_error_variance", ""),
    is("Biased-Heritage", "SDE", "symmetric_distance_error", ""),
    is("Biased-Heritage", "sde", "symmetric_distance_error", ""),
    is("reducingbias", "mals", "mals_bias_amplification", ""),
    absent("FairBench", "barea", FOLDED),
    absent("FairBench", "maxbarea", FOLDED),
    absent("FairBench", "maxerror", FOLDED),
    absent("FairBench", "largestmaxrel", FOLDED),
    absent(MEDFAIR, "friedman", RANKED),
    absent(MEDFAIR, "nemenyi", RANKED),
    absent(MEDFAIR, "dto", CHOSEN),
    absent(MEDFAIR, "DTO", CHOSEN),
    absent(MEDFAIR, "pareto", CHOSEN),
    absent(
        "FHIBE",
        "mann_whitney",
        "compares single images' scores of two groups: of rankings `roc_auc_score` is U over the number of pairs, and `compare: {NAME: {race: \
         all_pairs, test: permutation}}` tests two groups in any metric",
    ),
    absent(FAIRLEARN, "between_groups", "is how groups are compared where a `_difference` or `_ratio` has no `method`"),
    absent(FAIRLEARN, "to_overall", "is `method: to_overall` of a `_difference` or `_ratio`"),
    absent(
        "scikit-learn",
        "zero_division",
        "says what 0 / 0 is, which has no value here: such a number is undefined, with its reason (`undefined: propagate | exclude`)",
    ),
    absent(
        FAIRLEARN,
        "MetricFrame",
        "is what every evaluation is: its metrics are broken down by `groups:` (sensitive features), within `control:` (control features)",
    ),
    absent(FAIRLEARN, "make_derived_metric", "is part of a name here: any metric takes `_difference`, `_ratio`, `_group_min` and the like"),
    is(AIF360, "specificity_score", "true_negative_rate", ""),
    is(AIF360, "sensitivity_score", "true_positive_rate", ""),
    is(AIF360, "generalized_fpr", "balance_for_negative_class", ""),
    complement(AIF360, "generalized_fnr", "balance_for_positive_class"),
    is(AIF360, "false_positive_rate_error", "false_positive_rate", ""),
    is(AIF360, "false_negative_rate_error", "false_negative_rate", ""),
    is(AIF360, "false_omission_rate_error", "false_omission_rate", ""),
    is(AIF360, "generalized_entropy_error", "generalized_entropy_index", ""),
    is(AIF360, "num_samples", "count", ""),
    absent(AIF360, "num_pos_neg", COUNTED),
    absent(AIF360, "num_generalized_true_positives", SUMMED),
    absent(AIF360, "num_generalized_true_negatives", SUMMED),
    absent(AIF360, "num_generalized_false_positives", SUMMED),
    absent(AIF360, "num_generalized_false_negatives", SUMMED),
    absent(AIF360, "smoothed_base_rate", SMOOTHED),
    absent(AIF360, "smoothed_selection_rate", SMOOTHED),
    absent(AIF360, "mdss_bias_score", SEARCHED),
    absent(AIF360, "bias_scan", SEARCHED),
    is(AIF360, "num_instances", "count", ""),
    absent(AIF360, "num_positives", COUNTED),
    absent(AIF360, "num_negatives", COUNTED),
    absent(AIF360, "num_true_positives", COUNTED),
    absent(AIF360, "power", COUNTED),
    absent(AIF360, "num_true_negatives", COUNTED),
    absent(AIF360, "num_false_positives", COUNTED),
    absent(AIF360, "num_false_negatives", COUNTED),
    absent(AIF360, "num_pred_positives", COUNTED),
    absent(AIF360, "num_pred_negatives", COUNTED),
    absent(AIF360, "binary_confusion_matrix", COUNTED),
    absent(AIF360, "euclidean_distance", DISTORTED),
    absent(AIF360, "total_euclidean_distance", DISTORTED),
    absent(AIF360, "average_euclidean_distance", DISTORTED),
    absent(AIF360, "maximum_euclidean_distance", DISTORTED),
    Elsewhere { suffixed: true, ..absent(AIF360, "mean_euclidean_distance", DISTORTED) },
    absent(AIF360, "manhattan_distance", DISTORTED),
    absent(AIF360, "total_manhattan_distance", DISTORTED),
    absent(AIF360, "average_manhattan_distance", DISTORTED),
    absent(AIF360, "maximum_manhattan_distance", DISTORTED),
    Elsewhere { suffixed: true, ..absent(AIF360, "mean_manhattan_distance", DISTORTED) },
    absent(AIF360, "mahalanobis_distance", DISTORTED),
    absent(AIF360, "total_mahalanobis_distance", DISTORTED),
    absent(AIF360, "average_mahalanobis_distance", DISTORTED),
    absent(AIF360, "maximum_mahalanobis_distance", DISTORTED),
    Elsewhere { suffixed: true, ..absent(AIF360, "mean_mahalanobis_distance", DISTORTED) },
    absent(
        AIF360,
        "performance_measures",
        "is a list of rates, each of which is a metric here: `true_positive_rate`, `precision_score` and so on",
    ),
    complement(AIF360, "generalized_false_negative_rate", "balance_for_positive_class"),
    complement(AIF360, "generalized_true_negative_rate", "balance_for_negative_class"),
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
    Elsewhere { suffixed: true, ..absent("Aequitas", "ppr", OF_SELECTED) },
    absent("Aequitas", "equal_parity", OF_SELECTED),
    is(HOLISTICAI, "success_rate", "selection_rate", ""),
    is(HOLISTICAI, "four_fifths", "demographic_parity_ratio", "of two groups; the rule asks for 0.8 or more"),
    is(
        HOLISTICAI,
        "abroca",
        "roc_auc_score_difference",
        "in its code, signed: group_a minus group_b, the reference; elsewhere the area between two ROC curves",
    ),
    is(HOLISTICAI, "multiclass_true_rates", "recall_score_mean_abs_difference", "with classes: mean"),
    is(HOLISTICAI, "multiclass_equality_of_opp", "term_by_term_equalized_odds", "of two groups; half the number of classes times this"),
    is(
        HOLISTICAI,
        "multiclass_average_odds",
        "average_odds_difference",
        "of two classes and two groups the size of this, with one as the reference; of more classes it is how far apart the shares of \
         decisions are where all classes are equally frequent, which is not here: `multiclass_equality_of_opp` is \
         `term_by_term_equalized_odds`, in which errors of one class do not make up for those of another",
    ),
    // What it calls precision is normalized over what is true, and recall over what was decided.
    is(HOLISTICAI, "precision_matrix", "recall_score", "with average: per_class, by group: right decisions over items of the class"),
    is(HOLISTICAI, "recall_matrix", "precision_score", "with average: per_class, by group: right decisions over decisions for the class"),
    is(HOLISTICAI, "accuracy_matrix", "jaccard_score", "with average: per_class, by group"),
    is(HOLISTICAI, "frequency_matrix", "selection_rate", "with average: per_class, by group"),
    absent(HOLISTICAI, "confusion_matrix", TABLES),
    absent(HOLISTICAI, "confusion_tensor", TABLES),
    absent(HOLISTICAI, "classification_bias_metrics", ALL_OF),
    absent(HOLISTICAI, "multiclass_bias_metrics", ALL_OF),
    absent(
        HOLISTICAI,
        "max_statistical_parity",
        "is about predicted numbers (regression), and here classes are predicted: of their scores, `ks_difference` is the most that the \
         shares of two groups above one score differ",
    ),
    absent(
        HOLISTICAI,
        "statistical_parity_auc",
        "is about predicted numbers (regression), and here classes are predicted: of their scores, `abcc` is the area between two groups' \
         distributions, over scores and not over their quantiles",
    ),
    regression(HOLISTICAI, "statistical_parity_regression"),
    regression(HOLISTICAI, "disparate_impact_regression"),
    regression(HOLISTICAI, "success_rate_regression"),
    regression(HOLISTICAI, "no_disparate_impact_level"),
    regression(HOLISTICAI, "avg_score_diff"),
    regression(HOLISTICAI, "avg_score_ratio"),
    regression(HOLISTICAI, "zscore_diff"),
    regression(HOLISTICAI, "correlation_diff"),
    regression(HOLISTICAI, "rmse_ratio"),
    regression(HOLISTICAI, "mae_ratio"),
    regression(HOLISTICAI, "jain_index"),
    regression(HOLISTICAI, "regression_bias_metrics"),
    absent(HOLISTICAI, "aggregate_diversity", RECOMMENDED),
    absent(HOLISTICAI, "gini_index", RECOMMENDED),
    absent(HOLISTICAI, "avg_recommendation_popularity", RECOMMENDED),
    absent(HOLISTICAI, "exposure_l1", RECOMMENDED),
    absent(HOLISTICAI, "exposure_kl", RECOMMENDED),
    absent(HOLISTICAI, "exposure_entropy", RECOMMENDED),
    absent(HOLISTICAI, "mad_score", RECOMMENDED),
    absent(HOLISTICAI, "avg_precision_ratio", RECOMMENDED),
    absent(HOLISTICAI, "avg_recall_ratio", RECOMMENDED),
    absent(HOLISTICAI, "avg_f1_ratio", RECOMMENDED),
    absent(HOLISTICAI, "recommender_rmse_ratio", RECOMMENDED),
    absent(HOLISTICAI, "recommender_mae_ratio", RECOMMENDED),
    absent(HOLISTICAI, "recommender_bias_metrics", RECOMMENDED),
    absent(HOLISTICAI, "cluster_balance", CLUSTERED),
    absent(HOLISTICAI, "min_cluster_ratio", CLUSTERED),
    absent(HOLISTICAI, "cluster_dist_l1", CLUSTERED),
    absent(HOLISTICAI, "cluster_dist_kl", CLUSTERED),
    absent(HOLISTICAI, "cluster_dist_entropy", CLUSTERED),
    absent(HOLISTICAI, "social_fairness_ratio", CLUSTERED),
    absent(HOLISTICAI, "silhouette_diff", CLUSTERED),
    absent(HOLISTICAI, "clustering_bias_metrics", CLUSTERED),
    absent(HOLISTICAI, "cohen_d", COHEN),
    absent(HOLISTICAI, "z_test_diff", TESTED),
    absent(HOLISTICAI, "z_test_ratio", TESTED),
    is(OXONFAIR, "pos_pred_rate", "selection_rate", ""),
    complement(OXONFAIR, "neg_pred_rate", "selection_rate"),
    is(OXONFAIR, "pos_data_rate", "base_rate", ""),
    complement(OXONFAIR, "neg_data_rate", "base_rate"),
    absent(OXONFAIR, "pos_data_count", COUNTED),
    absent(OXONFAIR, "neg_data_count", COUNTED),
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
