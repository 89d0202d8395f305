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


def two_groups(name, rows, seed, weighted):
    """AIF360's signed quantities: privileged m, unprivileged f."""
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


if __name__ == "__main__":
    CASES = [
        two_groups("signed", 300, 1, False), two_groups("signed_weighted", 200, 2, True),
        several_groups("references", 400, 3, False), several_groups("references_weighted", 300, 4, True), several_classes(500, 5),
    ]
    json.dump([case.json() for case in CASES], sys.stdout, indent=1)
    print()
