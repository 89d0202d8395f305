"""What AIF360, holisticai and OxonFair say of two groups."""

import aif360.sklearn.metrics as ai
import holisticai.bias.metrics as hol
import numpy as np
import oxonfair.utils.group_metrics as ox
import pandas as pd

METHODS = ["between_groups", "to_overall"]


def two_groups(study, items, gender, weight):
    """What AIF360, holisticai and OxonFair say of two groups that have positives, negatives and decisions of both kinds."""
    there = np.array([level is not None for level in gender])
    groups, of = items.of(there), gender[there].astype(str)
    parts = [groups.of(of == level) for level in ("f", "m")]
    if not all(part.both() and part.selected() and part.weighs(part.decided == 0) for part in parts):
        return
    truth, chosen = pd.Series(groups.truth, index=pd.Index(of, name="gender")), groups.decided
    to, given = {"by": "gender", "group": "gender=f", "reference": "m"}, {"prot_attr": "gender", "sample_weight": weight if weight is None else groups.weight}
    against = {**given, "priv_group": "m"}
    study.expect("AIF360", "statistical_parity_difference", ai.statistical_parity_difference(truth, chosen, **against), **to)
    study.expect("AIF360", "disparate_impact", ai.disparate_impact_ratio(truth, chosen, **against), **to)
    study.expect("AIF360", "equal_opportunity_difference", ai.equal_opportunity_difference(truth, chosen, **against), **to)
    study.expect("AIF360", "average_odds_difference", ai.average_odds_difference(truth, chosen, **against), **to)
    study.expect("AIF360", "average_predictive_value_difference", ai.average_predictive_value_difference(truth, chosen, **against), **to)
    study.expect("AIF360", "equalized_odds_difference", ai.average_odds_error(truth, chosen, **against), "gender", agg="mean", method="between_groups")
    study.expect("AIF360", "class_imbalance", abs(ai.class_imbalance(truth, chosen, **against)), "gender")
    study.expect("AIF360", "smoothed_empirical_differential_fairness", ai.smoothed_edf(truth, chosen, **given), "gender")
    study.expect("AIF360", "differential_fairness_bias_amplification", ai.df_bias_amplification(truth, chosen, **given), "gender")
    study.expect("AIF360", "sp_kl_max", max(ai.kl_divergence(truth, chosen, **{**given, "priv_group": level}) for level in "fm"), "gender")
    if len(of) == len(gender):
        study.expect("AIF360", "conditional_demographic_disparity", ai.conditional_demographic_disparity(truth, chosen, **given), "gender")
    if weight is None:
        inequality(study, groups, of, truth, parts)


def inequality(study, groups, of, truth, parts):
    """The same of what peers have without weights only."""
    for level, part in zip("fm", parts):
        at = {"by": "gender", "group": f"gender={level}"}
        benefit = 1 + part.decided - part.truth
        study.expect("AIF360", "theil_index", ai.theil_index(benefit), **at)
        study.expect("AIF360", "coefficient_of_variation", ai.coefficient_of_variation(benefit), **at)
        study.expect("AIF360", "generalized_entropy_index", ai.generalized_entropy_error(part.truth, part.decided, alpha=3), alpha=3, **at)
        study.expect("holisticai", "theil_index", hol.theil_index(part.decided, part.truth), **at)
        study.expect("OxonFair", "generalized_entropy_index", ox.gen_entropy(part.truth, part.decided, np.zeros(len(part.truth)))[0], **at)
    of_groups = {"by": "gender"}
    for alpha in (1, 2):
        value = ai.between_group_generalized_entropy_error(truth, groups.decided, prot_attr="gender", alpha=alpha)
        study.expect("AIF360", "between_group_generalized_entropy_index", value, alpha=alpha, **of_groups)
    a, b, chosen = (of == "f").astype(int), (of == "m").astype(int), groups.decided
    to = {"by": "gender", "group": "gender=f", "reference": "m"}
    study.expect("holisticai", "statistical_parity_difference", hol.statistical_parity(a, b, chosen), **to)
    study.expect("holisticai", "disparate_impact", hol.disparate_impact(a, b, chosen), **to)
    study.expect("holisticai", "demographic_parity_ratio", hol.four_fifths(a, b, chosen), **of_groups, method="between_groups")
    for name, function in (("average_odds_difference", hol.average_odds_diff), ("accuracy_score_difference", hol.accuracy_diff),
                           ("equal_opportunity_difference", hol.equal_opportunity_diff), ("false_positive_rate_difference", hol.false_positive_rate_diff),
                           ("false_negative_rate_difference", hol.false_negative_rate_diff), ("true_negative_rate_difference", hol.true_negative_rate_diff)):
        study.expect("holisticai", name, function(a, b, chosen, groups.truth), **to)
    def said(metric):
        return metric(groups.truth, chosen, of)[0]

    for name, metric in (("selection_rate", ox.demographic_parity), ("recall_score", ox.equal_opportunity), ("precision_score", ox.predictive_parity),
                         ("accuracy_score", ox.accuracy_parity), ("true_negative_rate", ox.true_neg_rate.diff), ("f1_score", ox.f1.diff),
                         ("matthews_corrcoef", ox.mcc.diff), ("min_class_accuracy", ox.min_accuracy.diff), ("balanced_accuracy_score", ox.balanced_accuracy.diff)):
        study.expect("OxonFair", f"{name}_mean_abs_difference", said(metric), **of_groups)
    study.expect("OxonFair", "equalized_odds_difference", said(ox.equalized_odds_max), **of_groups, agg="worst_case", method="between_groups")
    study.expect("OxonFair", "equalized_odds_sum", 2 * said(ox.equalized_odds), **of_groups)
    study.expect("OxonFair", "conditional_use_accuracy_equality_difference", said(ox.cond_use_accuracy), **of_groups, agg="mean")
    study.expect("OxonFair", "error_ratio_difference", said(ox.error_ratio.max_diff) if all(((p.truth == 1) & (p.decided == 0)).any() for p in parts) else None, **of_groups)
    for name, metric in (("precision_score", ox.precision), ("recall_score", ox.recall), ("negative_predictive_value", ox.neg_pred_val)):
        study.expect("OxonFair", f"{name}_group_min", said(metric.min), **of_groups)
        study.expect("OxonFair", f"{name}_group_max", said(metric.max), **of_groups)
