"""Golden values of metrics, from scikit-learn and fairlearn.

    python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1 fairlearn==0.15.0 pandas
    venv/bin/python tests/oracles/metrics.py > tests/oracles/metrics.json
"""

import json
import sys

import fairlearn.metrics as fl
import numpy as np
import pandas as pd
import sklearn.metrics as sk

BY_GROUP = {
    "accuracy_score": sk.accuracy_score,
    "zero_one_loss": sk.zero_one_loss,
    "balanced_accuracy_score": sk.balanced_accuracy_score,
    "precision_score": sk.precision_score,
    "recall_score": sk.recall_score,
    "f1_score": sk.f1_score,
    "jaccard_score": sk.jaccard_score,
    "matthews_corrcoef": sk.matthews_corrcoef,
    "cohen_kappa_score": sk.cohen_kappa_score,
    "selection_rate": fl.selection_rate,
    "true_positive_rate": fl.true_positive_rate,
    "true_negative_rate": fl.true_negative_rate,
    "false_positive_rate": fl.false_positive_rate,
    "false_negative_rate": fl.false_negative_rate,
}

GAPS = [
    "demographic_parity_difference",
    "demographic_parity_ratio",
    "equal_opportunity_difference",
    "equal_opportunity_ratio",
    "selection_rate_difference",
    "true_positive_rate_difference",
    "true_negative_rate_ratio",
    "false_positive_rate_difference",
    "false_positive_rate_ratio",
    "false_negative_rate_difference",
    "accuracy_score_difference",
    "accuracy_score_ratio",
    "accuracy_score_group_min",
    "zero_one_loss_difference",
    "zero_one_loss_group_max",
    "balanced_accuracy_score_group_min",
    "precision_score_group_min",
    "recall_score_group_min",
    "f1_score_group_min",
]


def number(value):
    return None if value is None else float(value)


class Case:
    def __init__(self, name, frame, columns, evaluation):
        self.name, self.frame, self.columns, self.evaluation = name, frame, columns, evaluation
        self.metrics, self.expected = [], []

    def expect(self, call, value, by="", group="", label="", name=None):
        """`call` is a name, or (name, options); the column's name tells several calls of one metric apart."""
        metric, options = (call, {}) if isinstance(call, str) else call
        column = name or metric
        entry = {metric: {**options, "as": column}}
        if entry not in self.metrics:
            self.metrics.append(entry)
        self.expected.append({"metric": column, "by": by, "group": group, "label": label, "value": number(value)})

    def value(self, metric):
        return next(entry["value"] for entry in self.expected if entry["metric"] == metric)

    def json(self):
        evaluation = {**self.evaluation, "metrics": self.metrics}
        return {
            "name": self.name,
            "csv": self.frame.to_csv(index=False),
            "columns": self.columns,
            "evaluation": evaluation,
            "expected": self.expected,
        }


def binary(name, rows, seed, weighted):
    rng = np.random.default_rng(seed)
    race = rng.choice(["Asian", "Black", "Latino", "White"], rows, p=[0.3, 0.15, 0.1, 0.45])
    gender = rng.choice(["f", "m"], rows)
    y = (rng.random(rows) < np.where(race == "Black", 0.35, 0.55)).astype(int)
    # Rounded, so that there are ties; some scores hit the threshold.
    score = np.round(np.clip(rng.normal(0.35 + 0.3 * y + 0.1 * (gender == "m"), 0.25), 0, 1), 2)
    frame = pd.DataFrame({"id": [f"i{k}" for k in range(rows)], "y": y, "score": score, "race": race, "gender": gender})
    columns = {"id": "id", "label": "y", "scores": "score"}
    weight = None
    if weighted:
        weight = np.round(rng.gamma(2.0, 1.0, rows), 3)
        frame["w"] = weight
        columns["weight"] = "w"
    evaluation = {"groups": ["race", ["race", "gender"]], "positive": "1", "decide": {"threshold": 0.5}}
    case = Case(name, frame, columns, evaluation)
    decided = (score >= 0.5).astype(int)

    def value(function, rows_of, predicted):
        kwargs = {} if weight is None else {"sample_weight": weight[rows_of]}
        return function(y[rows_of], predicted[rows_of], **kwargs)

    everyone = np.full(rows, True)
    both = race + "*" + gender
    functions = {**BY_GROUP, "roc_auc_score": sk.roc_auc_score, "average_precision_score": sk.average_precision_score}
    for metric, function in functions.items():
        predicted = score if metric in ("roc_auc_score", "average_precision_score") else decided
        case.expect(metric, value(function, everyone, predicted))
        for level in np.unique(race):
            case.expect(metric, value(function, race == level, predicted), "race", f"race={level}")
        for level in np.unique(both):
            a, b = level.split("*")
            case.expect(metric, value(function, both == level, predicted), "race*gender", f"race={a}*gender={b}")
    kwargs = {} if weight is None else {"sample_weight": weight}
    for metric in GAPS:
        for by, sensitive in (("race", race), ("race*gender", both)):
            case.expect(metric, getattr(fl, metric)(y, decided, sensitive_features=sensitive, **kwargs), by)
    for method in ("between_groups", "to_overall"):
        for metric in ("demographic_parity_difference", "demographic_parity_ratio", "equal_opportunity_difference"):
            v = getattr(fl, metric)(y, decided, sensitive_features=race, method=method, **kwargs)
            case.expect((metric, {"method": method, "by": "race"}), v, "race", name=f"{metric}.{method}")
        for metric in ("equalized_odds_difference", "equalized_odds_ratio"):
            for agg in ("worst_case", "mean"):
                v = getattr(fl, metric)(y, decided, sensitive_features=race, method=method, agg=agg, **kwargs)
                options = {"method": method, "agg": agg, "by": "race"}
                case.expect((metric, options), v, "race", name=f"{metric}.{method}.{agg}")
    for average in ("macro", "micro", "weighted"):
        for metric in ("recall_score", "precision_score", "f1_score"):
            v = getattr(sk, metric)(y, decided, average=average, **kwargs)
            case.expect((metric, {"average": average}), v, name=f"{metric}.{average}")
    return case


def multi_class(rows, seed):
    rng = np.random.default_rng(seed)
    classes = ["bag", "coat", "dress", "sandal", "shirt"]
    k = len(classes)
    tone = rng.choice(["dark", "light", "medium"], rows, p=[0.2, 0.5, 0.3])
    y = rng.integers(0, k, rows)
    logits = rng.normal(0, 1, (rows, k)) + 1.2 * np.eye(k)[y] * np.where(tone == "dark", 0.6, 1.0)[:, None]
    logits = np.round(logits, 4)
    frame = pd.DataFrame({"id": range(rows), "y": [classes[c] for c in y], "tone": tone})
    for c, label in enumerate(classes):
        frame[f"logit_{label}"] = logits[:, c]
    columns = {"id": "id", "label": "y", "logits": {label: f"logit_{label}" for label in classes}}
    case = Case("multi_class", frame, columns, {"groups": ["tone"], "decide": "argmax"})
    decided = logits.argmax(1)
    parts = [("", "", np.full(rows, True))] + [("tone", f"tone={t}", tone == t) for t in np.unique(tone)]
    for by, group, part in parts:
        t, p, s = y[part], decided[part], logits[part]
        for metric in ("accuracy_score", "balanced_accuracy_score", "matthews_corrcoef", "cohen_kappa_score", "hamming_loss"):
            case.expect(metric, getattr(sk, metric)(t, p), by, group)
        for metric in ("recall_score", "precision_score", "f1_score", "jaccard_score"):
            for average in ("macro", "micro", "weighted"):
                v = getattr(sk, metric)(t, p, average=average)
                case.expect((metric, {"average": average}), v, by, group, name=f"{metric}.{average}")
            for label, v in zip(classes, getattr(sk, metric)(t, p, average=None)):
                case.expect((metric, {"average": "per_class"}), v, by, group, label, name=f"{metric}.each")
        for top in (1, 2, 3):
            v = sk.top_k_accuracy_score(t, s, k=top)
            case.expect(("top_k_accuracy_score", {"k": top}), v, by, group, name=f"top{top}")
        truth = np.eye(k)[t]
        for metric in ("roc_auc_score", "average_precision_score"):
            for average in ("macro", "weighted"):
                v = getattr(sk, metric)(truth, s, average=average)
                case.expect((metric, {"average": average}), v, by, group, name=f"{metric}.{average}")
        case.expect("mean_average_precision", sk.average_precision_score(truth, s, average="macro"), by, group)
    recalls = {t: sk.recall_score(y[tone == t], decided[tone == t], average=None) for t in np.unique(tone)}
    table = np.array(list(recalls.values()))
    gaps = table.max(0) - table.min(0)
    case.expect(("recall_score_difference", {"classes": "mean"}), gaps.mean(), "tone", name="gap_mean")
    case.expect(("recall_score_difference", {"classes": "max"}), gaps.max(), "tone", name="gap_max")
    for label, gap in zip(classes, gaps):
        case.expect(("recall_score_difference", {"classes": "per_class"}), gap, "tone", label=label, name="gap_each")
    means = table.mean(1)
    case.expect(("recall_score_difference", {"average": "macro"}), means.max() - means.min(), "tone", name="gap_of_macro")
    case.expect(("recall_score_ratio", {"classes": "mean"}), (table.min(0) / table.max(0)).mean(), "tone", name="ratio_mean")
    return case


def multi_label(rows, seed):
    rng = np.random.default_rng(seed)
    classes = ["bag", "boot", "coat", "dress", "shirt", "sandal"]
    k = len(classes)
    tone = rng.choice(["dark", "light"], rows)
    y = (rng.random((rows, k)) < 0.35).astype(int)
    y[y.sum(1) == 0, 0] = 1
    score = np.round(np.clip(rng.normal(0.35 + 0.25 * y, 0.2), 0, 1), 4)
    frame = pd.DataFrame({"id": range(rows), "tone": tone})
    frame["present"] = [json.dumps([classes[c] for c in range(k) if row[c]]) for row in y]
    for c, label in enumerate(classes):
        frame[f"p_{label}"] = score[:, c]
    columns = {
        "id": "id",
        "label": {"present": "present", "absent": "rest"},
        "probabilities": {label: f"p_{label}" for label in classes},
        "classes": classes,
    }
    case = Case("multi_label", frame, columns, {"groups": ["tone"], "decide": {"threshold": 0.5}})
    decided = (score >= 0.5).astype(int)
    order = np.argsort(-score, axis=1, kind="stable")
    parts = [("", "", np.full(rows, True))] + [("tone", f"tone={t}", tone == t) for t in np.unique(tone)]
    for by, group, part in parts:
        t, p, s = y[part], decided[part], score[part]
        for metric in ("accuracy_score", "zero_one_loss", "hamming_loss"):
            case.expect(metric, getattr(sk, metric)(t, p), by, group)
        for metric in ("recall_score", "f1_score", "jaccard_score"):
            for average in ("macro", "micro", "weighted"):
                v = getattr(sk, metric)(t, p, average=average)
                case.expect((metric, {"average": average}), v, by, group, name=f"{metric}.{average}")
        case.expect(("recall_score", {"average": "samples"}), sk.recall_score(t, p, average="samples"), by, group, name="recall.samples")
        case.expect("mean_average_precision", sk.average_precision_score(t, s, average="macro"), by, group)
        case.expect(("roc_auc_score", {"average": "macro"}), sk.roc_auc_score(t, s, average="macro"), by, group)
        for top in (1, 3):
            chosen = np.zeros_like(y)
            np.put_along_axis(chosen, order[:, :top], 1, axis=1)
            for average in ("samples", "macro", "micro"):
                v = sk.recall_score(t, chosen[part], average=average)
                case.expect(("recall_at_k", {"k": top, "average": average}), v, by, group, name=f"recall@{top}.{average}")
            v = sk.precision_score(t, chosen[part], average="samples")
            case.expect(("precision_at_k", {"k": top, "average": "samples"}), v, by, group, name=f"precision@{top}")
            v = ((chosen[part] * t).sum(1) > 0).mean()
            case.expect(("hit_rate_at_k", {"k": top}), v, by, group, name=f"hit@{top}")
    return case


def tiny():
    y = [1, 1, 0, 0, 1, 0, 1, 0, 1, 0]
    p = [1, 0, 1, 0, 1, 0, 1, 1, 0, 0]
    s = list("aaaabbbccc")
    frame = pd.DataFrame({"y": y, "p": p, "s": s})
    case = Case("tiny", frame, {"label": "y", "decision": "p"}, {"groups": ["s"], "positive": "1"})
    for method in ("between_groups", "to_overall"):
        for metric in ("demographic_parity_difference", "demographic_parity_ratio", "equal_opportunity_difference", "equal_opportunity_ratio"):
            v = getattr(fl, metric)(y, p, sensitive_features=s, method=method)
            case.expect((metric, {"method": method}), v, "s", name=f"{metric}.{method}")
        for metric in ("equalized_odds_difference", "equalized_odds_ratio"):
            for agg in ("worst_case", "mean"):
                v = getattr(fl, metric)(y, p, sensitive_features=s, method=method, agg=agg)
                case.expect((metric, {"method": method, "agg": agg}), v, "s", name=f"{metric}.{method}.{agg}")
    return case


def calibration(confidence, hit, bins):
    """Expected and maximum calibration error over equal-width bins."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [(abs(hit[place == b].mean() - confidence[place == b].mean()), (place == b).mean()) for b in np.unique(place)]
    return sum(gap * share for gap, share in gaps), max(gap for gap, _ in gaps)


def equal_mass(confidence, hit, bins):
    """Calibration error over bins by how many are held more likely."""
    above = (confidence[None, :] > confidence[:, None]).sum(1)
    place = above * bins // len(confidence)
    return sum(abs((hit - confidence)[place == b].sum()) for b in range(bins)) / len(confidence)


def root_mean_square(confidence, hit, bins):
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    return np.sqrt(sum((place == b).mean() * (hit[place == b].mean() - confidence[place == b].mean()) ** 2 for b in np.unique(place)))


def entropy(benefit, alpha):
    b = benefit / benefit.mean()
    if alpha == 1:
        return np.where(b > 0, b * np.log(np.where(b > 0, b, 1)), 0).mean()
    return (b**alpha - 1).mean() / (alpha * (alpha - 1))


def probabilities_of_two(rows, seed):
    rng = np.random.default_rng(seed)
    tone = rng.choice(["dark", "light"], rows, p=[0.4, 0.6])
    y = (rng.random(rows) < 0.45).astype(int)
    p = np.round(np.clip(rng.normal(0.3 + 0.4 * y, 0.2), 0.001, 0.999), 3)
    frame = pd.DataFrame({"id": range(rows), "y": y, "p": p, "tone": tone})
    columns = {"id": "id", "label": "y", "probabilities": "p"}
    case = Case("probabilities_of_two", frame, columns, {"groups": ["tone"], "positive": "1", "decide": {"threshold": 0.5}})
    decided = (p >= 0.5).astype(int)
    losses = []
    for by, group, part in [("", "", np.full(rows, True))] + [("tone", f"tone={t}", tone == t) for t in np.unique(tone)]:
        t, q, d = y[part], p[part], decided[part]
        losses += [sk.log_loss(t, q)] if by else []
        case.expect("log_loss", sk.log_loss(t, q), by, group)
        case.expect("brier_score_loss", sk.brier_score_loss(t, q), by, group)
        case.expect("mean_prediction", fl.mean_prediction(t, q), by, group)
        case.expect("balance_for_positive_class", q[t == 1].mean(), by, group)
        case.expect("balance_for_negative_class", q[t == 0].mean(), by, group)
        expected, worst = calibration(q, t, 10)
        case.expect(("expected_calibration_error", {"bins": 10}), expected, by, group)
        case.expect(("maximum_calibration_error", {"bins": 10}), worst, by, group)
        case.expect(("root_mean_square_calibration_error", {"bins": 10}), root_mean_square(q, t, 10), by, group)
        case.expect(("adaptive_calibration_error", {"bins": 10}), equal_mass(q, t, 10), by, group)
        case.expect(("classwise_calibration_error", {"bins": 10}), expected, by, group)
        both = [equal_mass(1 - q, 1 - t, 7), equal_mass(q, t, 7)]
        case.expect(("classwise_adaptive_calibration_error", {"bins": 7, "average": "macro"}), np.mean(both), by, group)
        for beta in (0.5, 2):
            case.expect(("fbeta_score", {"beta": beta}), sk.fbeta_score(t, d, beta=beta), by, group, name=f"f{beta}")
        case.expect("min_class_accuracy", min((d[t == c] == c).mean() for c in (0, 1)), by, group)
        case.expect("generalized_entropy_index", entropy(d - t + 1, 2), by, group)
        case.expect(("generalized_entropy_index", {"alpha": 3}), entropy(d - t + 1, 3), by, group, name="ge3")
        case.expect("theil_index", entropy(d - t + 1, 1), by, group)
        case.expect("coefficient_of_variation", np.std(d - t + 1) / np.mean(d - t + 1), by, group)
    case.expect("log_loss_group_max", max(losses), "tone")
    case.expect("log_loss_difference", max(losses) - min(losses), "tone")
    return case


def probabilities_of_several(rows, seed):
    rng = np.random.default_rng(seed)
    classes = ["bag", "coat", "dress"]
    tone = rng.choice(["dark", "light"], rows)
    y = rng.integers(0, 3, rows)
    logits = np.round(rng.normal(0, 1, (rows, 3)) + 1.5 * np.eye(3)[y], 3)
    raised = np.exp(logits - logits.max(1, keepdims=True))
    p = raised / raised.sum(1, keepdims=True)
    frame = pd.DataFrame({"id": range(rows), "y": [classes[c] for c in y], "tone": tone})
    for c, label in enumerate(classes):
        frame[f"logit_{label}"] = logits[:, c]
    columns = {"id": "id", "label": "y", "logits": {label: f"logit_{label}" for label in classes}}
    case = Case("probabilities_of_several", frame, columns, {"groups": ["tone"]})
    soft = {"of": "softmax"}
    for by, group, part in [("", "", np.full(rows, True))] + [("tone", f"tone={t}", tone == t) for t in np.unique(tone)]:
        t, q = y[part], p[part]
        case.expect(("log_loss", soft), sk.log_loss(t, q), by, group)
        case.expect(("brier_score_loss", soft), sk.brier_score_loss(t, q), by, group)
        expected, worst = calibration(q.max(1), q.argmax(1) == t, 15)
        case.expect(("expected_calibration_error", soft), expected, by, group)
        case.expect(("maximum_calibration_error", soft), worst, by, group)
        case.expect(("root_mean_square_calibration_error", soft), root_mean_square(q.max(1), q.argmax(1) == t, 15), by, group)
        case.expect(("adaptive_calibration_error", soft), equal_mass(q.max(1), q.argmax(1) == t, 15), by, group)
        widths = [calibration(q[:, c], t == c, 15)[0] for c in range(len(classes))]
        masses = [equal_mass(q[:, c], t == c, 6) for c in range(len(classes))]
        case.expect(("classwise_calibration_error", {**soft, "average": "macro"}), np.mean(widths), by, group)
        for c, label in enumerate(classes):
            each = {**soft, "average": "per_class", "bins": 6}
            case.expect(("classwise_adaptive_calibration_error", each), masses[c], by, group, label)
        for c, label in enumerate(classes):
            case.expect(("mean_prediction", {**soft, "average": "per_class"}), q[:, c].mean(), by, group, label)
            case.expect(("balance_for_positive_class", {**soft, "average": "per_class"}), q[t == c, c].mean(), by, group, label)
    return case


if __name__ == "__main__":
    CASES = [
        binary("binary", 500, 1, False), binary("weighted", 300, 2, True), multi_class(400, 3), multi_label(250, 4), tiny(),
        probabilities_of_two(240, 5), probabilities_of_several(240, 6),
    ]
    json.dump([case.json() for case in CASES], sys.stdout, indent=1)
    print()
