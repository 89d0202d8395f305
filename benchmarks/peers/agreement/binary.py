"""Two classes: numbers of groups and intersections, and gaps between them."""

import aif360.sklearn.metrics as ai
import fairlearn.metrics as fl
import numpy as np
import pandas as pd
import sklearn.metrics as sk

from .pairs import METHODS, two_groups
from .study import EXCLUDE, PROPAGATE, Items, Study, combined, levels, missing, not_alike, varied, weights


def decided(function, **options):
    return lambda items: function(items.truth, items.decided, sample_weight=items.weight, **options)


def scored(function, **options):
    return lambda items: function(items.truth, items.score, sample_weight=items.weight, **options)


# What it is called here, whose it is, the function, and whether there is anything to divide by.
RATES = [
    ("accuracy_score", "scikit-learn", decided(sk.accuracy_score), Items.any),
    ("zero_one_loss", "scikit-learn", decided(sk.zero_one_loss), Items.any),
    ("hamming_loss", "scikit-learn", decided(sk.hamming_loss), Items.any),
    ("balanced_accuracy_score", "scikit-learn", decided(sk.balanced_accuracy_score), Items.both),
    ("precision_score", "scikit-learn", decided(sk.precision_score), Items.selected),
    ("recall_score", "scikit-learn", decided(sk.recall_score), Items.positives),
    ("f1_score", "scikit-learn", decided(sk.f1_score), Items.either),
    ("jaccard_score", "scikit-learn", decided(sk.jaccard_score), Items.either),
    ("matthews_corrcoef", "scikit-learn", decided(sk.matthews_corrcoef), varied),
    ("cohen_kappa_score", "scikit-learn", decided(sk.cohen_kappa_score), not_alike),
    ("roc_auc_score", "scikit-learn", scored(sk.roc_auc_score), Items.both),
    ("average_precision_score", "scikit-learn", scored(sk.average_precision_score), Items.positives),
    ("log_loss", "scikit-learn", scored(sk.log_loss, labels=[0, 1]), Items.any),
    ("brier_score_loss", "scikit-learn", scored(sk.brier_score_loss, labels=[0, 1]), Items.any),
    ("selection_rate", "fairlearn", decided(fl.selection_rate), Items.any),
    ("true_positive_rate", "fairlearn", decided(fl.true_positive_rate), Items.positives),
    ("true_negative_rate", "fairlearn", decided(fl.true_negative_rate), Items.negatives),
    ("false_positive_rate", "fairlearn", decided(fl.false_positive_rate), Items.negatives),
    ("false_negative_rate", "fairlearn", decided(fl.false_negative_rate), Items.positives),
    ("mean_prediction", "fairlearn", scored(fl.mean_prediction), Items.any),
    ("negative_predictive_value", "AIF360", lambda items: 1 - decided(ai.false_omission_rate_error)(items), lambda items: items.weighs(items.decided == 0)),
    ("base_rate", "AIF360", decided(ai.base_rate), Items.any),
    ("balance_for_positive_class", "AIF360", lambda items: 1 - scored(ai.generalized_fnr)(items), Items.positives),
    ("balance_for_negative_class", "AIF360", scored(ai.generalized_fpr), Items.negatives),
]

DEFINED = {name: defined for name, _, _, defined in RATES}

# fairlearn's own functions, each with the metrics that its groups must have.
GAPS = {
    "demographic_parity": (["selection_rate"], ("difference", "ratio")),
    "equal_opportunity": (["true_positive_rate"], ("difference", "ratio")),
    "equalized_odds": (["true_positive_rate", "false_positive_rate"], ("difference", "ratio")),
    "selection_rate": (["selection_rate"], ("difference", "ratio")),
    "true_positive_rate": (["true_positive_rate"], ("difference", "ratio")),
    "true_negative_rate": (["true_negative_rate"], ("difference", "ratio")),
    "false_positive_rate": (["false_positive_rate"], ("difference", "ratio")),
    "false_negative_rate": (["false_negative_rate"], ("difference", "ratio")),
    "accuracy_score": (["accuracy_score"], ("difference", "ratio", "group_min")),
    "zero_one_loss": (["zero_one_loss"], ("difference", "ratio", "group_max")),
    "balanced_accuracy_score": (["balanced_accuracy_score"], ("group_min",)),
    "precision_score": (["precision_score"], ("group_min",)),
    "recall_score": (["recall_score"], ("group_min",)),
    "f1_score": (["f1_score"], ("group_min",)),
    "roc_auc_score": (["roc_auc_score"], ("group_min",)),
    "log_loss": (["log_loss"], ("group_max",)),
}

OPTIONS = {
    (False, "difference"): [{"method": method} for method in METHODS],
    (False, "ratio"): [{"method": method} for method in METHODS],
    (True, "difference"): [{"method": method, "agg": agg} for method in METHODS for agg in ("worst_case", "mean")],
    (True, "ratio"): [{"method": method, "agg": agg} for method in METHODS for agg in ("worst_case", "mean")],
}


def binary(random):
    rows = int(random.choice([7, 30, 120, 700, 3000]))
    race, gender = levels(random, ["Asian", "Black", "Latino", "White", "Ünal · 1"], rows), levels(random, ["f", "m"], rows)
    truth = (random.random(rows) < np.where(race == "Black", 0.1, random.choice([0.02, 0.5, 0.9]))).astype(int)
    truth[race == "Latino"] = random.integers(2)
    score = np.round(np.clip(random.normal(0.35 + 0.3 * truth, 0.25), 0.001, 0.999), int(random.choice([1, 2, 9])))
    weight = weights(random, rows)
    share = random.choice([0, 0, 0.1])
    race, gender = missing(random, race, share), missing(random, gender, share)
    frame = pd.DataFrame({"id": [f"i{row}" for row in range(rows)], "truth": truth, "score": score, "race": race, "gender": gender})
    columns = {"id": "id", "label": "truth", "probabilities": "score", "classes": ["0", "1"]}
    if weight is not None:
        frame["w"], columns["weight"] = weight, "w"
    places = random.normal(0, 1 + truth[:, None], (rows, 3))
    for axis, place in enumerate(places.T):
        frame[f"e{axis}"] = place
    columns["embedding"] = ["e0", "e1", "e2"]
    policy = str(random.choice([PROPAGATE, EXCLUDE]))
    threshold = float(random.choice([0.3, 0.5, 0.61]))
    evaluation = {"groups": ["race", "gender", ["race", "gender"]], "positive": "1", "decide": {"threshold": threshold}, "undefined": policy}
    study = Study("binary", frame, columns, evaluation, int(random.choice([0, 100])))
    items = Items(truth, (score >= threshold).astype(int), score, np.ones(rows) if weight is None else weight)
    names = {"race": ("race",), "gender": ("gender",), "race*gender": ("race", "gender")}
    for by, fields in {"": (), **names}.items():
        columns_of = {"race": race, "gender": gender}
        of = combined([columns_of[field] for field in fields]) if fields else np.full(rows, "", object)
        found = {level: np.array([one == level for one in of], bool) for level in sorted(set(of) - {None})}
        rates(study, items, by, fields, found, policy)
        if by:
            gaps(study, items, by, of, found, policy)
    if weight is None or (weight > 0).all():
        two_groups(study, items, gender, weight)
    if weight is None:
        nearest = int(random.integers(2, 8))
        study.expect("AIF360", "consistency_score", ai.consistency_score(places, items.decided, n_neighbors=nearest) if nearest <= rows else None, k=nearest)
    return study


def group_name(fields, level):
    return "*".join(f"{field}={value}" for field, value in zip(fields, level.split("|")))


def rates(study, items, by, fields, found, policy):
    for name, peer, function, defined in RATES:
        for level, part in found.items():
            group = items.of(part)
            there = defined(group) or (name == "balanced_accuracy_score" and policy == EXCLUDE and group.any())
            study.expect(peer, name, function(group) if there else None, by, group_name(fields, level) if by else "")


def gaps(study, items, by, of, found, policy):
    names = of.astype(str)
    # Whoever is of no combination of the levels that there are is a group without items.
    complete = len(found) == np.prod([len({level.split("|")[place] for level in found}) for place in range(by.count("*") + 1)])
    for name, (needs, reductions) in GAPS.items():
        defined = [Items.any if need == "balanced_accuracy_score" and policy == EXCLUDE else DEFINED[need] for need in needs]
        kept = {level: part for level, part in found.items() if all(there(items.of(part)) for there in defined)}
        if policy == EXCLUDE and len(needs) > 1 and len(kept) < len(found):
            continue
        for reduction in reductions:
            call, scores = f"{name}_{reduction}", name in ("roc_auc_score", "log_loss")
            for options in OPTIONS.get((name == "equalized_odds", reduction), [{}]):
                whole = options.get("method") == "to_overall"
                least = 1 if whole or reduction.startswith("group") else 2
                if whole and (len(kept) < len(found) or any(level is None for level in of)):
                    continue
                value = None
                if len(kept) >= least and (policy == EXCLUDE or (complete and len(kept) == len(found))):
                    part = np.logical_or.reduce(list(kept.values()))
                    group = items.of(part)
                    given = {"sensitive_features": names[part], "sample_weight": group.weight, **options}
                    try:
                        value = getattr(fl, call)(group.truth, group.score if scores else group.decided, **given)
                    except ValueError:  # scikit-learn's log_loss of a group of one class wants to be told the other.
                        continue
                    if name == "equalized_odds" and not both_rates(reduction, group, given):
                        value = None
                study.expect("fairlearn", call, value, by, **options)


def both_rates(reduction, group, given):
    """Whether both rates that fairlearn's equalized odds are made of have a gap: it passes over one that is not a number."""
    method = {key: value for key, value in given.items() if key != "agg"}
    gaps = (getattr(fl, f"{rate}_positive_rate_{reduction}")(group.truth, group.decided, **method) for rate in ("true", "false"))
    return all(np.isfinite(gap) for gap in gaps)


def controlled(random):
    """fairlearn's control features: metrics and gaps within each level."""
    rows = int(random.choice([200, 1500]))
    race, age = levels(random, ["a", "b", "c"], rows), random.choice(["old", "young"], rows)
    truth = (random.random(rows) < 0.5).astype(int)
    chosen = np.where(random.random(rows) < 0.3, 1 - truth, truth)
    weight = weights(random, rows)
    frame = pd.DataFrame({"id": range(rows), "truth": truth, "decided": chosen, "race": race, "age": age})
    columns = {"id": "id", "label": "truth", "decision": "decided", "classes": ["0", "1"]}
    if weight is not None:
        frame["w"], columns["weight"] = weight, "w"
    evaluation = {"groups": ["race"], "control": ["age"], "positive": "1", "decide": "given", "undefined": EXCLUDE}
    study = Study("controlled", frame, columns, evaluation)
    given = {"sample_params": {"sample_weight": np.ones(rows) if weight is None else weight}}
    if any((given["sample_params"]["sample_weight"][(race == r) & (age == a)].sum() == 0) for r in set(race) for a in set(age)):
        return controlled(random)
    for name, function in (("accuracy_score", sk.accuracy_score), ("selection_rate", fl.selection_rate)):
        within = fl.MetricFrame(metrics=function, y_true=truth, y_pred=chosen, sensitive_features=race, control_features=age, **given)
        for level, value in within.overall.items():
            study.expect("fairlearn", name, value, "age", f"age={level}")
        for (level, group), value in within.by_group.items():
            study.expect("fairlearn", name, value, "age*race", f"age={level}*race={group}")
        if len(set(race)) < 2:
            continue
        for method in METHODS:
            for reduction in ("difference", "ratio"):
                for level, value in getattr(within, reduction)(method=method).items():
                    study.expect("fairlearn", f"{name}_{reduction}", value, "age*race", f"age={level}", method=method)
        for level, value in within.group_min().items():
            study.expect("fairlearn", f"{name}_group_min", value, "age*race", f"age={level}")
    return study
