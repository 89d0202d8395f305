"""Golden values of reductions over groups and of criteria, from AIF360, holisticai and numpy.

    python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1 fairlearn==0.15.0 aif360==0.6.1 holisticai==1.0.14 pandas
    venv/bin/python tests/oracles/reductions.py > tests/oracles/reductions.json
"""

import json
import sys
import warnings
from itertools import combinations

import aif360.sklearn.metrics as ai
import numpy as np
import pandas as pd
from metrics import Case

warnings.filterwarnings("ignore")


def rates(y, p, w):
    """The rates of one group; None where there is nothing to divide by."""
    def share(part, whole):
        return None if w[whole].sum() == 0 else w[part & whole].sum() / w[whole].sum()
    y, p = y == 1, p == 1
    every = np.full(len(y), True)
    return {
        "accuracy_score": share(y == p, every),
        "selection_rate": share(p, every),
        "recall_score": share(p, y),
        "false_positive_rate": share(p, ~y),
        "precision_score": share(y, p),
        "false_omission_rate": share(y, ~p),
    }


def men_and_women(name, rows, seed, weighted):
    """A case of two groups with unequal error rates; its labels by group, decisions and weights."""
    rng = np.random.default_rng(seed)
    gender = rng.choice(["f", "m"], rows, p=[0.35, 0.65])
    y = (rng.random(rows) < 0.5).astype(int)
    p = np.where(rng.random(rows) < np.where(gender == "m", 0.2, 0.35), 1 - y, y)
    frame = pd.DataFrame({"id": [f"i{k}" for k in range(rows)], "y": y, "p": p, "gender": gender})
    columns, weight = {"id": "id", "label": "y", "decision": "p"}, None
    if weighted:
        weight = np.round(rng.gamma(2.0, 1.0, rows), 3)
        frame["w"], columns["weight"] = weight, "w"
    case = Case(name, frame, columns, {"groups": ["gender"], "positive": "1"})
    true = pd.Series(y, index=pd.Index(gender, name="gender"))
    return case, true, p, weight


def two_groups(name, rows, seed, weighted):
    """AIF360's signed quantities: privileged m, unprivileged f."""
    case, true, p, weight = men_and_women(name, rows, seed, weighted)
    signed = {"prot_attr": "gender", "priv_group": "m", "sample_weight": weight}
    to_m = {"reference": "m"}

    def expect(call, value, column=None):
        case.expect(call, value, "gender", "gender=f", name=column)

    expect(("demographic_parity_difference", to_m), ai.statistical_parity_difference(true, p, **signed))
    expect(("demographic_parity_disparity", to_m), ai.disparate_impact_ratio(true, p, **signed))
    expect(("equal_opportunity_difference", to_m), ai.equal_opportunity_difference(true, p, **signed))
    expect(("average_odds_difference", to_m), ai.average_odds_difference(true, p, **signed))
    expect(("average_predictive_value_difference", to_m), ai.average_predictive_value_difference(true, p, **signed))
    case.expect(("equalized_odds_difference", {"agg": "mean"}), ai.average_odds_error(true, p, **signed), "gender", name="odds_error")
    return case


def several_groups(name, rows, seed, weighted):
    """One group without positives, one where every decision is right."""
    rng = np.random.default_rng(seed)
    race = rng.choice(["a", "b", "c", "d"], rows, p=[0.4, 0.3, 0.2, 0.1])
    y = (rng.random(rows) < 0.5).astype(int)
    p = np.where(rng.random(rows) < np.select([race == "a", race == "b"], [0.1, 0.3], 0.2), 1 - y, y)
    y[race == "d"] = 0
    frame = pd.DataFrame({"id": range(rows), "y": y, "p": p, "race": race})
    columns, w = {"id": "id", "label": "y", "decision": "p"}, np.ones(rows)
    if weighted:
        w = np.round(rng.gamma(2.0, 1.0, rows), 3)
        frame["w"], columns["weight"] = w, "w"
    case = Case(name, frame, columns, {"groups": ["race"], "positive": "1"})
    groups = np.unique(race)
    of = {g: rates(y[race == g], p[race == g], w[race == g]) for g in groups}
    all_items = rates(y, p, w)
    sizes = np.array([w[race == g].sum() for g in groups])
    for metric in ("accuracy_score", "selection_rate", "recall_score"):
        values = [of[g][metric] for g in groups]
        for reference in ("b", "largest", "lowest", {"race": "c"}):
            if None in values and reference == "lowest":
                continue
            r = {"b": "b", "largest": "a", "lowest": groups[np.argmin([v or 0 for v in values])]}.get(str(reference), "c")
            at_r = of[r][metric]
            word = r if isinstance(reference, dict) else reference
            for g in groups:
                minus = None if of[g][metric] is None else of[g][metric] - at_r
                over = None if of[g][metric] is None else of[g][metric] / at_r
                case.expect((f"{metric}_difference", {"reference": reference}), minus, "race", f"race={g}", name=f"{metric}-{word}")
                case.expect((f"{metric}_disparity", {"reference": reference}), over, "race", f"race={g}", name=f"{metric}/{word}")
            others = [of[g][metric] for g in groups if g != r]
            picks = {"min": min, "max": max, "mean": np.mean, "farthest": lambda v: max(abs(x - at_r) for x in v)}
            for pick, function in picks.items():
                options = {"reference": reference, "groups": pick}
                shift = 0 if pick == "farthest" else at_r
                value = None if None in others else function(others) - shift
                case.expect((f"{metric}_difference", options), value, "race", name=f"{metric}-{word}.{pick}")
                value = None if None in others else function(others) / at_r
                if pick == "farthest":
                    value = None if None in others else min(min(x / at_r, at_r / x) for x in others)
                case.expect((f"{metric}_disparity", options), value, "race", name=f"{metric}/{word}.{pick}")
        v, bare = np.array([0 if x is None else x for x in values]), None in values
        overall = all_items[metric]
        reduced = {
            "weighted_mean": (v * sizes).sum() / sizes.sum(),
            "mean_over_groups": v.mean(),
            "subgroup_unfairness": (sizes / sizes.sum() * abs(v - overall)).max(),
            "shortfall": (1 - v / v.max()).sum() / (len(v) - 1),
            "group_std": v.std(),
            "group_cv": v.std() / v.mean(),
            "skewness": (1 - v.min()) / (1 - v.max()),
            "equity_scaled": overall / (1 + v.std()),
            "mean_abs_difference": np.mean([abs(a - b) for a, b in combinations(v, 2)]),
        }
        for suffix, value in reduced.items():
            case.expect(f"{metric}_{suffix}", None if bare else value, "race")
        scaled = overall / (1 + abs(v - overall).sum())
        case.expect((f"{metric}_equity_scaled", {"scale": "sum_of_distances"}), None if bare else scaled, "race", name=f"{metric}.fairseg")
        for at in (0.5, 0.75):
            case.expect((f"{metric}_levelled", {"at": at}), None if bare else (v >= at).mean(), "race", name=f"{metric}>={at}")
    to = {"reference": "b", "agg": "sum"}
    for g in groups:
        of_g, of_b = of[g], of["b"]
        if of_g["recall_score"] is None:
            value = None
        else:
            value = of_g["recall_score"] - of_b["recall_score"] + of_g["false_positive_rate"] - of_b["false_positive_rate"]
        case.expect(("equalized_odds_difference", to), value, "race", f"race={g}", name="signed_sum")
    return case


def several_classes(rows, seed):
    rng = np.random.default_rng(seed)
    classes = ["bag", "coat", "dress", "shirt"]
    k = len(classes)
    tone = rng.choice(["dark", "light", "medium"], rows, p=[0.2, 0.5, 0.3])
    y = rng.integers(0, k, rows)
    p = np.where(rng.random(rows) < np.where(tone == "dark", 0.4, 0.25), rng.integers(0, k, rows), y)
    frame = pd.DataFrame({"id": range(rows), "y": [classes[c] for c in y], "p": [classes[c] for c in p], "tone": tone})
    case = Case("several_classes", frame, {"id": "id", "label": "y", "decision": "p"}, {"groups": ["tone"]})
    tones = np.unique(tone)
    chosen = np.array([[(p[tone == t] == c).mean() for c in range(k)] for t in tones])
    recall = np.array([[(p[(tone == t) & (y == c)] == c).mean() for c in range(k)] for t in tones])
    case.expect("dp_ovr_diff_mean", (chosen.max(0) - chosen.min(0)).mean(), "tone")
    case.expect("dp_ovr_ratio_mean", (chosen.min(0) / chosen.max(0)).mean(), "tone")
    case.expect("multi_class_equal_opportunity", (recall.max(0) - recall.min(0)).mean(), "tone")
    shortfall = (1 - recall / recall.max(0)).sum(0) / (len(tones) - 1)
    case.expect("overall_disparity", shortfall.mean(), "tone")
    for label, value in zip(classes, shortfall):
        case.expect("intraclass_disparity", value, "tone", label=label)
    for reference, at in zip(tones, recall):
        for t, of_t in zip(tones, recall):
            options = {"reference": str(reference), "classes": "mean"}
            case.expect(("recall_score_difference", options), (of_t - at).mean(), "tone", f"tone={t}", name=f"to_{reference}")
    return case


def distance_cases(case, chosen, tone, tones):
    """Distances between groups' distributions of decisions."""
    from scipy.spatial.distance import jensenshannon
    from scipy.stats import entropy

    pairs = list(combinations(range(len(tones)), 2))
    variation = [abs(chosen[a] - chosen[b]).sum() / 2 for a, b in pairs]
    case.expect("sp_tv_mean", np.mean(variation), "tone")
    case.expect("sp_tv_max", max(variation), "tone")
    case.expect("sp_kl_max", max(entropy(chosen[a], chosen[b]) for a, b in pairs + [(b, a) for a, b in pairs]), "tone")
    case.expect("sp_js_max", max(jensenshannon(chosen[a], chosen[b]) ** 2 for a, b in pairs), "tone")


def confusions(y, p, k):
    """Rows of true classes, each summing to 1."""
    table = np.array([[((y == t) & (p == c)).sum() for c in range(k)] for t in range(k)], float)
    return table / table.sum(1, keepdims=True)


def together(rows, seed):
    """Biased-Heritage's model_bias_metrics.py, from its formulas, and holisticai's parity."""
    from holisticai.bias.metrics import multiclass_statistical_parity

    rng = np.random.default_rng(seed)
    classes, k = ["bag", "coat", "dress", "shirt"], 4
    tone = rng.choice(["dark", "light", "medium"], rows, p=[0.2, 0.5, 0.3])
    y = rng.integers(0, k, rows)
    p = np.where(rng.random(rows) < np.where(tone == "dark", 0.4, 0.25), rng.integers(0, k, rows), y)
    frame = pd.DataFrame({"id": range(rows), "y": [classes[c] for c in y], "p": [classes[c] for c in p], "tone": tone})
    case = Case("together", frame, {"id": "id", "label": "y", "decision": "p"}, {"groups": ["tone"]})
    tones = np.unique(tone)
    chosen = np.array([[(p[tone == t] == c).mean() for c in range(k)] for t in tones])
    distance_cases(case, chosen, tone, tones)
    for name in ("mean", "max"):
        assert abs(multiclass_statistical_parity(tone, p, aggregation_fun=name) - case.value(f"sp_tv_{name}")) < 1e-12
    tables = np.array([confusions(y[tone == t], p[tone == t], k) for t in tones])
    case.expect("term_by_term_equalized_odds", (tables.max(0) - tables.min(0)).mean(), "tone")
    mass = tables.sum(1)
    case.expect("dp_cm", (mass.max(0) - mass.min(0)).mean(), "tone")
    diagonal = np.array([np.diagonal(t) for t in tables])
    off = mass - diagonal
    both = np.concatenate([diagonal, off / off.sum(1, keepdims=True)], 1)
    case.expect("class_wise_equalized_odds", (both.max(0) - both.min(0)).mean(), "tone")
    smooth = lambda labels, t: np.array([((labels[tone == t] == c).sum() + 1 / k) / ((tone == t).sum() + 1) for c in range(k)])
    worst = lambda labels: max(abs(np.log(smooth(labels, a) / smooth(labels, b))).max() for a, b in combinations(tones, 2))
    case.expect("smoothed_empirical_differential_fairness", worst(p), "tone")
    case.expect("differential_fairness_bias_amplification", worst(p) - worst(y), "tone")

    def rates(rows_of):
        t, d = y[rows_of], p[rows_of]
        fpr = np.array([((d == c) & (t != c)).sum() / (t != c).sum() for c in range(k)])
        fnr = np.array([((d != c) & (t == c)).sum() / (t == c).sum() for c in range(k)])
        return np.array([fpr, fnr])

    general = rates(np.full(rows, True))
    for t in tones:
        change = (rates(tone == t) - general) / general
        case.expect("symmetric_distance_error", abs(change[1] - change[0]).mean(), "tone", f"tone={t}")
        middle = change.mean(1, keepdims=True)
        case.expect("combined_error_variance", ((change - middle) ** 2).sum(0).mean(), "tone", f"tone={t}")
    return case


def documented():
    """The example in holisticai's documentation."""
    frame = pd.DataFrame({"y": list("0110102121"), "p": list("0120120120"), "g": list("AAAABBBBCC")})
    case = Case("tiny_documented", frame, {"label": "y", "decision": "p"}, {"groups": ["g"]})
    case.expect("sp_tv_max", 0.5, "g")
    case.expect("sp_tv_mean", 1 / 3, "g")
    return case


def two_together(name, rows, seed, weighted):
    """AIF360's criteria of two groups."""
    case, true, p, weight = men_and_women(name, rows, seed, weighted)
    of = {"prot_attr": "gender", "sample_weight": weight}
    case.expect("smoothed_empirical_differential_fairness", ai.smoothed_edf(true, p, **of), "gender")
    case.expect(("smoothed_empirical_differential_fairness", {"concentration": 3}), ai.smoothed_edf(true, p, concentration=3.0, **of), "gender", name="edf3")
    case.expect("differential_fairness_bias_amplification", ai.df_bias_amplification(true, p, **of), "gender")
    case.expect("conditional_demographic_disparity", ai.conditional_demographic_disparity(true, p, **of), "gender")
    signed = [ai.kl_divergence(true, p, priv_group=g, **of) for g in "fm"]
    case.expect("sp_kl_max", max(signed), "gender")
    if weight is None:
        for alpha in (1, 2, 3):
            value = ai.between_group_generalized_entropy_error(true, p, prot_attr="gender", alpha=alpha)
            case.expect(("between_group_generalized_entropy_index", {"alpha": alpha}), value, "gender", name=f"between{alpha}")
        index = [ai.between_group_generalized_entropy_error(true, p, prot_attr="gender", alpha=alpha) for alpha in (1, 2)]
        case.expect("between_group_theil_index", index[0], "gender")
        case.expect("between_group_coefficient_of_variation", (2 * index[1]) ** 0.5, "gender")
    return case


def across(name, rows, seed, weighted):
    """Scores of groups against each other, with ties."""
    from scipy.stats import ks_2samp, wasserstein_distance
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(seed)
    race = rng.choice(["a", "b", "c"], rows, p=[0.5, 0.3, 0.2])
    y = (rng.random(rows) < 0.45).astype(int)
    score = np.round(np.clip(rng.normal(0.3 + 0.3 * y + 0.1 * (race == "b"), 0.2), 0, 1), 2)
    frame = pd.DataFrame({"id": [f"i{k}" for k in range(rows)], "y": y, "score": score, "race": race})
    columns, w = {"id": "id", "label": "y", "scores": "score"}, None
    if weighted:
        w = np.round(rng.gamma(2.0, 1.0, rows), 3)
        frame["w"], columns["weight"] = w, "w"
    case = Case(name, frame, columns, {"groups": ["race"], "positive": "1"})
    groups = np.unique(race)
    weights = lambda rows_of: None if w is None else w[rows_of]
    for g in groups:
        for metric, inside in (("bpsn_auc", 0), ("bnsp_auc", 1)):
            part = ((race == g) & (y == inside)) | ((race != g) & (y != inside))
            case.expect(metric, roc_auc_score(y[part], score[part], sample_weight=weights(part)), "race", f"race={g}")
    area, most = [], []
    for a, b in combinations(groups, 2):
        u, v = race == a, race == b
        area.append(wasserstein_distance(score[u], score[v], weights(u), weights(v)))
        grid = np.unique(score)
        below = lambda rows_of: np.array([np.average(score[rows_of] <= t, weights=weights(rows_of)) for t in grid])
        most.append(abs(below(u) - below(v)).max())
        if w is None:
            assert abs(most[-1] - ks_2samp(score[u], score[v]).statistic) < 1e-12
    case.expect("abcc", max(area), "race")
    case.expect("ks_difference", max(most), "race")
    return case


def controlled(rows, seed):
    """fairlearn's control features: metrics and gaps within each level."""
    from fairlearn.metrics import MetricFrame, selection_rate
    from sklearn.metrics import accuracy_score

    rng = np.random.default_rng(seed)
    race = rng.choice(["a", "b", "c"], rows, p=[0.5, 0.3, 0.2])
    age = rng.choice(["old", "young"], rows)
    y = (rng.random(rows) < 0.5).astype(int)
    p = np.where(rng.random(rows) < np.where((race == "c") & (age == "old"), 0.4, 0.2), 1 - y, y)
    frame = pd.DataFrame({"id": range(rows), "y": y, "p": p, "race": race, "age": age})
    evaluation = {"groups": ["race"], "control": ["age"], "positive": "1"}
    case = Case("controlled", frame, {"id": "id", "label": "y", "decision": "p"}, evaluation)
    for name, function in (("accuracy_score", accuracy_score), ("selection_rate", selection_rate)):
        within = MetricFrame(metrics=function, y_true=y, y_pred=p, sensitive_features=race, control_features=age)
        case.expect(name, function(y, p))
        for level, value in within.overall.items():
            case.expect(name, value, "age", f"age={level}")
        for (level, group), value in within.by_group.items():
            case.expect(name, value, "age*race", f"age={level}*race={group}")
        for method in ("between_groups", "to_overall"):
            for level, value in within.difference(method=method).items():
                case.expect((f"{name}_difference", {"method": method}), value, "age*race", f"age={level}", name=f"{name}_difference.{method}")
            for level, value in within.ratio(method=method).items():
                case.expect((f"{name}_ratio", {"method": method}), value, "age*race", f"age={level}", name=f"{name}_ratio.{method}")
        for level, value in within.group_min().items():
            case.expect(f"{name}_group_min", value, "age*race", f"age={level}")
    return case


if __name__ == "__main__":
    CASES = [
        two_groups("signed", 300, 1, False), two_groups("signed_weighted", 200, 2, True),
        several_groups("references", 400, 3, False), several_groups("references_weighted", 300, 4, True), several_classes(500, 5),
        together(600, 6), documented(), two_together("two_together", 300, 7, False), two_together("two_together_weighted", 250, 8, True),
        controlled(400, 11), across("across", 300, 9, False), across("across_weighted", 250, 10, True),
    ]
    json.dump([case.json() for case in CASES], sys.stdout, indent=1)
    print()
