"""Predictions in every format and of every task, and what scikit-learn 1.9 and fairlearn 0.15 say of them.

Writes tests/imports/*; each study there is run by tests/imports.rs and its results.csv compared with expected.json.
"""

import json
import pathlib

import numpy as np
import pandas as pd
from fairlearn import metrics as fair
from sklearn import metrics as sk

OUT = pathlib.Path(__file__).parent.parent / "imports"
OUT.mkdir(exist_ok=True)
rng = np.random.default_rng(7)
expected = []


def expect(study, metric, value, *, by="", group="", label="", **more):
    key = {"study": study, "metric": metric, "by": by, "group": group, "label": label, **more}
    expected.append({**key, "value": None if value is None or np.isnan(value) else float(value)})


def groups(frame, fields):
    for levels, part in frame.groupby(fields):
        yield "*".join(f"{f}={level}" for f, level in zip(fields, levels)), part


# --- binary, CSV: two vendors, a threshold and the vendor's own decision, weights, an intersection ---
n = 400
frame = pd.DataFrame({
    "id": [f"i{i}" for i in range(n)],
    "race": rng.choice(["Black", "White", "Asian"], n, p=[0.3, 0.5, 0.2]),
    "gender": rng.choice(["female", "male"], n),
    "y_true": rng.choice(["healthy", "ill"], n, p=[0.6, 0.4]),
    "w": rng.choice([0.5, 1.0, 2.5], n),
})
for vendor, noise in [("a", 0.6), ("b", 1.1)]:
    own = frame.copy()
    logit = np.where(own.y_true == "ill", 0.8, -0.8) + np.where(own.race == "Black", -0.5, 0) + rng.normal(0, noise, n)
    own["score"] = np.round(1 / (1 + np.exp(-logit)), 2)  # ties on purpose
    own["y_pred"] = np.where(own.score >= 0.4, "ill", "healthy")
    own.to_csv(OUT / f"vendor_{vendor}.csv", index=False)
    y = (own.y_true == "ill").to_numpy()
    for decision, d in [("given", (own.y_pred == "ill").to_numpy()), ("strict", (own.score >= 0.7).to_numpy())]:
        where = {"model": f"vendor_{vendor}", "decision": decision}

        def both(metric, function, **more):
            expect("binary", metric, function(y, d), **where)
            for fields in (["race"], ["race", "gender"]):
                for name, part in groups(own, fields):
                    rows = part.index.to_numpy()
                    expect("binary", metric, function(y[rows], d[rows]), by="*".join(fields), group=name, **where)

        both("accuracy_score", sk.accuracy_score)
        both("recall_score", sk.recall_score)
        both("precision_score", sk.precision_score)
        both("f1_score", sk.f1_score)
        both("balanced_accuracy_score", sk.balanced_accuracy_score)
        both("selection_rate", fair.selection_rate)
        both("false_positive_rate", fair.false_positive_rate)
        kind = dict(sensitive_features=own.race)
        expect("binary", "demographic_parity_difference", fair.demographic_parity_difference(y, d, **kind), by="race", **where)
        expect("binary", "demographic_parity_ratio", fair.demographic_parity_ratio(y, d, **kind), by="race", **where)
        expect("binary", "eo_gap", fair.equalized_odds_difference(y, d, **kind), by="race", **where)
        expect("binary", "eo_mean", fair.equalized_odds_difference(y, d, agg="mean", **kind), by="race", **where)
        frame_of = fair.MetricFrame(metrics=sk.recall_score, y_true=y, y_pred=d, sensitive_features=own[["race", "gender"]])
        expect("binary", "recall_score_group_min", frame_of.group_min(), by="race*gender", **where)
        expect("binary", "recall_score_difference", frame_of.difference(), by="race*gender", **where)
        expect("binary", "recall_score_ratio", frame_of.ratio(), by="race*gender", **where)
        expect("weighted", "accuracy_score", sk.accuracy_score(y, d, sample_weight=own.w), **where)
        expect("weighted", "recall_score", sk.recall_score(y, d, sample_weight=own.w), **where)
        expect("weighted", "precision_score", sk.precision_score(y, d, sample_weight=own.w), **where)
    expect("ranked", "roc_auc_score", sk.roc_auc_score(y, own.score), model=f"vendor_{vendor}")
    expect("ranked", "average_precision_score", sk.average_precision_score(y, own.score), model=f"vendor_{vendor}")
    for name, part in groups(own, ["race"]):
        rows = part.index.to_numpy()
        expect("ranked", "roc_auc_score", sk.roc_auc_score(y[rows], own.score[rows]), by="race", group=name, model=f"vendor_{vendor}")

# --- multi-class, Parquet and TSV: one column a class; Parquet also as a list column ---
n, names = 500, ["cat", "dog", "fox", "owl"]
truth = rng.integers(0, 4, n)
logits = rng.normal(0, 1, (n, 4)).astype(np.float32)
logits[np.arange(n), truth] += 1.2
probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
region = rng.choice(["north", "south"], n)
frame = pd.DataFrame({"item": [f"x{i}" for i in range(n)], "label": [names[t] for t in truth], "region": region})
wide = frame.assign(**{f"p_{name}": probabilities[:, i] for i, name in enumerate(names)})
wide.to_csv(OUT / "animals.tsv", sep="\t", index=False)
frame.assign(logits=list(logits)).to_parquet(OUT / "animals.parquet", index=False)
guess = logits.argmax(1)
for model in ["wide", "listed"]:
    parts = [("", "", np.arange(n))] + [("region", f"region={r}", np.flatnonzero(region == r)) for r in ["north", "south"]]
    for by, group, rows in parts:
        where = {"by": by, "group": group, "model": model}
        t, g = truth[rows], guess[rows]
        expect("animals", "accuracy_score", sk.accuracy_score(t, g), **where)
        expect("animals", "macro_f1", sk.f1_score(t, g, average="macro"), **where)
        expect("animals", "micro_recall", sk.recall_score(t, g, average="micro"), **where)
        expect("animals", "weighted_precision", sk.precision_score(t, g, average="weighted"), **where)
        expect("animals", "balanced_accuracy_score", sk.balanced_accuracy_score(t, g), **where)
        expect("animals", "recall_at_2", sk.top_k_accuracy_score(t, logits[rows], k=2, labels=range(4)), **where)
        for i, name in enumerate(names):
            expect("animals", "class_recall", sk.recall_score(t, g, labels=[i], average="macro"), label=name, **where)
    for i in [0]:
        gaps = [abs(np.subtract(*[sk.recall_score(truth[region == r], guess[region == r], labels=[c], average="macro") for r in ["north", "south"]])) for c in range(4)]
        expect("animals", "mean_gap", np.mean(gaps), by="region", model=model)
        expect("animals", "max_gap", np.max(gaps), by="region", model=model)

# --- multi-label, JSON lines: lists of names; CSV: 1, 0, empty (unknown) a class ---
n, names = 300, ["hat", "shoe", "bag"]
present = rng.random((n, 3)) < [0.5, 0.3, 0.15]
scores = np.round(1 / (1 + np.exp(-(np.where(present, 1, -1) + rng.normal(0, 1.2, (n, 3))))), 3)
decided = scores >= 0.5
tone = rng.choice(["dark", "light"], n)
with open(OUT / "garments.jsonl", "w") as file:
    for i in range(n):
        line = {"id": i, "tone": tone[i], "has": [names[c] for c in range(3) if present[i, c]], "scores": list(scores[i])}
        file.write(json.dumps(line) + "\n")
known = rng.random((n, 3)) < 0.8
table = pd.DataFrame({"id": range(n), "tone": tone})
for c, name in enumerate(names):
    table[name] = ["" if not known[i, c] else int(present[i, c]) for i in range(n)]
    table[f"s_{name}"] = scores[:, c]
table.to_csv(OUT / "garments.csv", index=False)
for model, mask in [("lists", np.ones_like(known)), ("wide", known)]:
    for by, group, rows in [("", "", np.arange(n))] + [("tone", f"tone={t}", np.flatnonzero(tone == t)) for t in ["dark", "light"]]:
        where = {"by": by, "group": group, "model": model}
        per_class = [(present[rows, c][mask[rows, c]], decided[rows, c][mask[rows, c]], scores[rows, c][mask[rows, c]]) for c in range(3)]
        expect("garments", "macro_f1", np.mean([sk.f1_score(t, d) for t, d, _ in per_class]), **where)
        flat = [np.concatenate(parts) for parts in zip(*per_class)]
        expect("garments", "micro_f1", sk.f1_score(flat[0], flat[1]), **where)
        expect("garments", "map", np.mean([sk.average_precision_score(t, s) for t, _, s in per_class]), **where)
        for c, name in enumerate(names):
            expect("garments", "class_recall", sk.recall_score(*per_class[c][:2]), label=name, **where)

(OUT / "expected.json").write_text("[\n" + ",\n".join(json.dumps(row) for row in expected) + "\n]\n")
print(len(expected), "numbers")
