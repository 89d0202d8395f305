"""Golden values of metrics that scikit-learn and fairlearn do not have, each written out from its definition in numpy (attackers: scikit-learn).

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6 scikit-learn==1.9.1
    venv/bin/python tests/oracles/catalogue.py > tests/oracles/catalogue.json
"""

import csv
import io
import json

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_curve
from sklearn.preprocessing import StandardScaler

CLASSES = ["Woman", "Girl", "Man", "Boy", "Person", "Tree", "Car", "Dog", "Crime", "Mask"]


class Case:
    """A study of one file, and numbers that its results must have."""

    def __init__(self, name, columns, evaluation):
        self.name, self.columns, self.evaluation = name, columns, evaluation
        self.metrics, self.expected, self.rows, self.files = [], [], [], {}

    def expect(self, metric, options, value, name, by="", group="", label="", decision=""):
        entry = {metric: {**options, "as": name}}
        if entry not in self.metrics:
            self.metrics.append(entry)
        value = None if value is None or np.isnan(value) else float(value)
        self.expected.append({"metric": name, "by": by, "group": group, "label": label, "decision": decision, "value": value})

    def json(self):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(self.rows)
        study = {
            "fairgrid": 1,
            "study": "golden",
            "models": {"audited": {"predictions": "rows.csv", "columns": self.columns}},
            "evaluate": {"test": {**self.evaluation, "metrics": self.metrics}},
            "uncertainty": {"bootstrap": 100, "null": {"permutations": 0}},
        }
        return {"name": self.name, "rows": text.getvalue(), "study": study, "expected": self.expected}


def top(scores, k):
    """The k classes of the largest scores of each row, the first of equal ones first."""
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]


def faces(rng, rows):
    """A model of ten classes that looks at faces of which gender and race are known."""
    gender = rng.choice(["woman", "man", "unsure"], rows, p=[0.45, 0.45, 0.1])
    race = rng.choice(["African", "Asian", "European"], rows)
    logits = rng.normal(0, 1, (rows, len(CLASSES)))
    logits[:, 4] += 1.5
    logits[:, [0, 1]] += np.where(gender == "woman", 1.2, -0.2)[:, None]
    logits[:, [2, 3]] += np.where(gender == "man", 1.2, -0.2)[:, None]
    logits[:, 8] += np.where(race == "African", 0.6, 0.0)
    raised = np.exp(logits)
    # Two digits, so that there are ties.
    return gender, race, np.round(raised / raised.sum(1, keepdims=True), 2)


def label_sets(rng):
    rows = 240
    gender, race, scores = faces(rng, rows)
    sets = {"correct": {"woman": ["Woman", "Girl"], "man": ["Man", "Boy"]}, "wrong": {"woman": ["Man", "Boy"], "man": ["Woman", "Girl"]}}
    target = {name: {"from": "gender", "map": levels} for name, levels in sets.items()}
    target["person"] = ["Person"]
    columns = {"id": "id", "probabilities": {"json": "scores"}, "classes": CLASSES}
    decide = ["argmax", {"threshold": 0.12}]
    case = Case("label sets", columns, {"groups": ["race"], "target": target, "decide": decide})
    case.rows = [["id", "gender", "race", "scores"]]
    case.rows += [[k, gender[k], race[k], json.dumps(scores[k].tolist())] for k in range(rows)]
    place = {name: c for c, name in enumerate(CLASSES)}
    member = {}
    for name, levels in sets.items():
        member[name] = np.zeros((rows, len(CLASSES)), bool)
        for level, classes in levels.items():
            for label in classes:
                member[name][gender == level, place[label]] = True
    member["person"] = np.zeros((rows, len(CLASSES)), bool)
    member["person"][:, place["Person"]] = True

    def chosen(k):
        mask = np.zeros((rows, len(CLASSES)), bool)
        np.put_along_axis(mask, top(scores, k), True, axis=1)
        return mask

    decided = {"argmax": chosen(1), "threshold(0.12)": scores >= 0.12}
    parts = [("", "", np.full(rows, True))] + [("race", f"race={r}", race == r) for r in np.unique(race)]
    for by, group, part in parts:
        for name, belongs in member.items():
            known = part & belongs.any(1)
            b = belongs[known]
            for k in (1, 3, 5):
                hit = chosen(k)[known] & b
                any_, all_ = hit.any(1).mean(), (hit.sum(1) == b.sum(1)).mean()
                for rule in decided:
                    case.expect("recall_at_k", {"k": k, "of": name, "match": "any"}, any_, f"{name}.any.{k}", by, group, decision=rule)
                    case.expect("recall_at_k", {"k": k, "of": name, "match": "all"}, all_, f"{name}.all.{k}", by, group, decision=rule)
                    case.expect("hit_rate_at_k", {"k": k, "of": name}, any_, f"{name}.hit.{k}", by, group, decision=rule)
                    options = {"k": k, "of": name, "average": "samples"}
                    case.expect("recall_at_k", options, (hit.sum(1) / b.sum(1)).mean(), f"{name}.found.{k}", by, group, decision=rule)
                    options = {"k": k, "of": name, "average": "samples"}
                    case.expect("precision_at_k", options, (hit.sum(1) / k).mean(), f"{name}.precision.{k}", by, group, decision=rule)
            for rule, mask in decided.items():
                hit = mask[known] & b
                options = {"of": name, "match": "any"}
                case.expect("accuracy_score", options, hit.any(1).mean(), f"{name}.right", by, group, decision=rule)
                case.expect("zero_one_loss", options, 1 - hit.any(1).mean(), f"{name}.wrong", by, group, decision=rule)
                case.expect("accuracy_score", {"of": name}, (mask[known] == b).all(1).mean(), f"{name}.exactly", by, group, decision=rule)
                hits, false = hit.sum(), (mask[known] & ~b).sum()
                case.expect("precision_score", {"of": name, "average": "micro"}, hits / (hits + false), f"{name}.micro", by, group, decision=rule)
        crime = np.zeros(len(CLASSES), bool)
        crime[[place["Crime"], place["Mask"]]] = True
        for k, least in ((2, None), (5, None), (5, 0.1), (10, 0.15)):
            shown = chosen(k) & (scores >= (least or -np.inf))
            for name, labels, belongs, known in (
                ("harm", ["Crime", "Mask"], np.broadcast_to(crime, shown.shape), part),
                ("misgendered", "wrong", member["wrong"], part & member["wrong"].any(1)),
            ):
                options = {"labels": labels, "k": k, **({} if least is None else {"threshold": least})}
                rate = (shown & belongs)[known].any(1).mean()
                for rule in decided:
                    case.expect("label_association_rate", options, rate, f"{name}.{k}.{least}", by, group, decision=rule)
    rates = []
    known = member["correct"].any(1)
    for r in np.unique(race):
        rates.append((chosen(3) & member["correct"])[known & (race == r)].any(1).mean())
    for rule in decided:
        options = {"k": 3, "of": "correct", "match": "any"}
        case.expect("recall_at_k_difference", options, max(rates) - min(rates), "gap", "race", decision=rule)
        case.expect("recall_at_k_ratio", options, min(rates) / max(rates), "ratio", "race", decision=rule)
    return case


def abstentions(rng):
    rows = 150
    tone = rng.choice(["dark", "light"], rows)
    truth = rng.choice(["yes", "no"], rows)
    guess = np.where(rng.random(rows) < np.where(tone == "dark", 0.3, 0.1), "", np.where(rng.random(rows) < 0.8, truth, "no"))
    case = Case("abstentions", {"id": "id", "label": "y", "decision": "d"}, {"groups": ["tone"], "abstained": "exclude"})
    case.rows = [["id", "tone", "y", "d"], *([k, tone[k], truth[k], guess[k]] for k in range(rows))]
    rates = {}
    for by, group, part in [("", "", np.full(rows, True))] + [("tone", f"tone={t}", tone == t) for t in ("dark", "light")]:
        silent = (guess[part] == "").mean()
        rates[group] = silent
        case.expect("abstention_rate", {}, silent, "abstention_rate", by, group, decision="given")
        case.expect("coverage", {}, 1 - silent, "coverage", by, group, decision="given")
        answered = part & (guess != "")
        case.expect("accuracy_score", {}, (guess == truth)[answered].mean(), "accuracy_score", by, group, decision="given")
    gap = abs(rates["tone=dark"] - rates["tone=light"])
    case.expect("abstention_rate_difference", {}, gap, "abstention_gap", "tone", decision="given")
    return case


def several_labels(rng):
    """F scores of items, as in the Inclusive Images challenge; labels are present, absent or unknown."""
    rows, classes = 120, ["bag", "boot", "coat", "dress"]
    region = rng.choice(["north", "south"], rows)
    state = rng.choice([1, 0, -1], (rows, 4), p=[0.35, 0.4, 0.25])
    scores = np.round(np.clip(rng.normal(0.35 + 0.25 * (state == 1), 0.2), 0, 1), 2)
    words = {1: "1", 0: "0", -1: ""}
    columns = {"id": "id", "label": {c: c for c in classes}, "probabilities": {c: f"p_{c}" for c in classes}}
    case = Case("several labels", columns, {"groups": ["region"], "decide": {"threshold": 0.5}})
    case.rows = [["id", "region", *classes, *(f"p_{c}" for c in classes)]]
    case.rows += [[k, region[k], *(words[s] for s in state[k]), *scores[k]] for k in range(rows)]
    decided = scores >= 0.5
    hits, misses = (decided & (state == 1)).sum(1), (~decided & (state == 1)).sum(1)
    false = (decided & (state == 0)).sum(1)
    for by, group, part in [("", "", np.full(rows, True))] + [("region", f"region={r}", region == r) for r in ("north", "south")]:
        for beta in (0.5, 1, 2):
            up, down = (1 + beta**2) * hits[part], ((1 + beta**2) * hits + beta**2 * misses + false)[part]
            options = {"beta": beta, "average": "samples"}
            case.expect("fbeta_score", options, (up[down > 0] / down[down > 0]).mean(), f"f{beta}", by, group, decision="threshold(0.5)")
        # Whose scores lie all below the threshold are decided to have none of the labels.
        case.expect("abstention_rate", {}, 0.0, "nothing", by, group, decision="threshold(0.5)")
    return case


def mals(reference, decided):
    """Zhao et al. (2017), as `bog_mals` of princetonvisualai/directional-bias-amp: tables of groups by classes."""
    with np.errstate(invalid="ignore", divide="ignore"):
        lean, here = reference / reference.sum(0), decided / decided.sum(0)
    gain = np.where(lean > 1 / len(reference), here - lean, 0.0)
    return np.nansum(gain) / reference.shape[1]


def directional(task, attribute, said, toward, task_train=None, attribute_train=None):
    """Wang and Russakovsky (2021), as `directional_biasamp.py`: tables of items by classes and by groups, of 0 and 1."""
    base_t, base_a = (task, attribute) if task_train is None else (task_train, attribute_train)
    n = len(base_t)
    # In whole numbers, so that exact ties are ties.
    y = np.sign(n * (base_a.T @ base_t) - np.outer(base_a.sum(0), base_t.sum(0)))
    with np.errstate(invalid="ignore", divide="ignore"):
        if toward == "attribute_to_task":
            gain = (attribute.T @ said - attribute.T @ task) / attribute.sum(0)[:, None]
        else:
            gain = (said.T @ task - attribute.T @ task) / task.sum(0)[None, :]
    return np.nanmean(y * gain)


def published_amplification():
    """The example in the test of the published code, and its numbers."""
    rows = lambda words: np.array([[int(c) for c in word] for word in words.split()])
    task, attribute = rows("10 10 10 10 01 01 01 01 11 01"), rows("10 10 10 01 01 01 01 10 10 01")
    attribute_said, task_said = rows("10 10 10 10 01 01 01 01 10 01"), rows("10 10 10 01 01 01 01 10 10 01")
    to_attribute = directional(task, attribute, attribute_said, "task_to_attribute")
    to_task = directional(task, attribute, task_said, "attribute_to_task")
    assert abs(to_attribute - 0.1833333) < 1e-7 and abs(to_task - 0.25) < 1e-12
    columns = {"id": "id", "label": {"cook": "cook", "drive": "drive"}, "decision": {"cook": "said_cook", "drive": "said_drive"}}
    case = Case("published amplification", columns, {"groups": ["gender"]})
    names = np.array(["woman", "man"])
    case.rows = [["id", "gender", "seen", "cook", "drive", "said_cook", "said_drive"]]
    case.rows += [[k, names[attribute[k].argmax()], names[attribute_said[k].argmax()], *task[k], *task_said[k]] for k in range(len(task))]
    name = "directional_bias_amplification"
    case.expect(name, {"direction": "attribute_to_task"}, to_task, "to_task", "gender", decision="given")
    options = {"direction": "task_to_attribute", "predicted": "seen"}
    case.expect(name, options, to_attribute, "to_attribute", "gender", decision="given")
    return case


def amplification(rng):
    """One of four classes an item, three groups, a training split in the same file; one group is only there."""
    classes = ["cook", "drive", "read", "swim"]
    rows = 400
    split = rng.choice(["train", "test"], rows, p=[0.6, 0.4])
    gender = rng.choice(["man", "other", "woman"], rows, p=[0.45, 0.1, 0.45])
    gender[(split == "test") & (gender == "other")] = "man"
    odds = {"man": [0.1, 0.4, 0.2, 0.3], "woman": [0.4, 0.1, 0.3, 0.2], "other": [0.25] * 4}
    truth = np.array([rng.choice(4, p=odds[g]) for g in gender])
    guess = np.where(rng.random(rows) < 0.7, truth, [rng.choice(4, p=np.square(odds[g]) / np.square(odds[g]).sum()) for g in gender])
    seen = np.where(rng.random(rows) < 0.85, gender, rng.choice(["man", "woman"], rows))
    columns = {"id": "id", "label": "y", "decision": "d", "split": "split", "classes": classes}
    case = Case("amplification", columns, {"data": "file/test", "groups": ["gender"]})
    case.rows = [["id", "split", "gender", "seen", "y", "d"]]
    case.rows += [[k, split[k], gender[k], seen[k], classes[truth[k]], classes[guess[k]]] for k in range(rows)]
    one = lambda values, levels: (np.asarray(values)[:, None] == np.asarray(levels)[None, :]).astype(int)
    levels = ["man", "woman", "other"]
    train, test = split == "train", split == "test"
    y, d, a, s = one(truth, range(4)), one(guess, range(4)), one(gender, levels), one(seen, levels)
    value = mals(a[train].T @ y[train], a[test].T @ d[test])
    case.expect("mals_bias_amplification", {"reference": "file/train"}, value, "mals", "gender", decision="given")
    name = "directional_bias_amplification"
    for reference in (None, "file/train"):
        base = {} if reference is None else {"task_train": y[train], "attribute_train": a[train]}
        extra = {} if reference is None else {"reference": reference}
        known = slice(0, 3) if reference else slice(0, 2)
        part = {k: (v[:, known] if k == "attribute_train" else v) for k, v in base.items()}
        value = directional(y[test], a[test][:, known], d[test], "attribute_to_task", **part)
        case.expect(name, {"direction": "attribute_to_task", **extra}, value, f"to_task.{reference}", "gender", decision="given")
        value = directional(y[test], a[test][:, known], s[test][:, known], "task_to_attribute", **part)
        options = {"direction": "task_to_attribute", "predicted": "seen", **extra}
        case.expect(name, options, value, f"to_attribute.{reference}", "gender", decision="given")
    return case


def exposure(rng):
    rows, classes = 90, ["nurse", "pilot", "chef"]
    race = rng.choice(["A", "B", "C"], rows, p=[0.55, 0.35, 0.1])
    scores = np.round(rng.normal(0, 1, (rows, 3)) + np.where(race == "A", 0.6, 0.0)[:, None] * np.array([1, -1, 0]), 6)
    assert all(len(np.unique(scores[:, c])) == rows for c in range(3)), "ties are tested by hand"
    columns = {"id": "id", "label": "y", "scores": {c: f"s_{c}" for c in classes}}
    case = Case("exposure", columns, {"groups": ["race"]})
    case.rows = [["id", "race", "y", *(f"s_{c}" for c in classes)]]
    case.rows += [[k, race[k], classes[k % 3], *scores[k]] for k in range(rows)]
    groups = np.unique(race)
    n = np.array([(race == g).sum() for g in groups])
    for desired, wanted in (("uniform", np.full(3, 1 / 3)), ("dataset", n / rows)):
        skews = {k: [] for k in (1, 10, 40)}
        ndkl = []
        for c, label in enumerate(classes):
            ranked = race[np.argsort(-scores[:, c])]
            for k in skews:
                counts = np.array([(ranked[:k] == g).sum() for g in groups])
                skew = np.log(np.maximum(counts, 1) / k / wanted)
                skews[k].append(skew)
                for g, value in zip(groups, skew):
                    options = {"k": k, "desired": desired, "classes": "per_class"}
                    case.expect("skew_at_k", options, value, f"skew.{k}.{desired}", "race", f"race={g}", label)
            shares = np.array([[(ranked[:i] == g).mean() for g in groups] for i in range(1, rows + 1)])
            with np.errstate(divide="ignore", invalid="ignore"):
                kl = np.where(shares > 0, shares * np.log(shares / wanted), 0.0).sum(1)
            discount = 1 / np.log2(np.arange(2, rows + 2))
            ndkl.append((kl * discount).sum() / discount.sum())
            case.expect("ndkl", {"desired": desired, "classes": "per_class"}, ndkl[-1], f"ndkl.{desired}", "race", label=label)
        case.expect("ndkl", {"desired": desired, "classes": "mean"}, np.mean(ndkl), f"ndkl.{desired}.mean", "race")
        for k, values in skews.items():
            values = np.array(values)
            options = {"k": k, "desired": desired, "classes": "max"}
            case.expect("max_skew_at_k", options, values.max(), f"max.{k}.{desired}", "race")
            options = {"k": k, "desired": desired, "classes": "mean"}
            case.expect("min_skew_at_k", options, values.min(1).mean(), f"min.{k}.{desired}", "race")
    return case


def leakage_of(features, group, fold, weight):
    """Wang et al. (2019), with groups that weigh alike in place of equal numbers: each fold is told by what was fitted on the others."""
    told = np.zeros(len(group))
    for held_out in np.unique(fold):
        rest = fold != held_out
        levels = np.unique(group[rest])
        of_group = {g: weight[rest & (group == g)].sum() for g in levels}
        amount = weight[rest] * np.array([rest.sum() / len(levels) / of_group[g] for g in group[rest]])
        scaler = StandardScaler().fit(features[rest], sample_weight=amount)
        model = LogisticRegression(C=1.0, tol=1e-12, max_iter=100_000)
        model.fit(scaler.transform(features[rest]), group[rest], sample_weight=amount)
        likely = np.sort(model.predict_proba(scaler.transform(features[~rest])), axis=1)
        assert (likely[:, -1] - likely[:, -2]).min() > 1e-5, "ties are tested by hand"
        told[~rest] = model.predict(scaler.transform(features[~rest])) == group[~rest]
    return np.mean([np.average(told[group == g], weights=weight[group == g]) for g in np.unique(group)])


def leakage(rng):
    """One label an item, three groups, weights."""
    rows, classes = 300, ["cook", "drive", "read", "swim"]
    race = rng.choice(["A", "B", "C"], rows, p=[0.5, 0.3, 0.2])
    odds = {"A": [0.5, 0.2, 0.2, 0.1], "B": [0.1, 0.5, 0.2, 0.2], "C": [0.2, 0.2, 0.1, 0.5]}
    truth = np.array([rng.choice(4, p=odds[g]) for g in race])
    logits = np.round(rng.normal(0, 1, (rows, 4)) + 1.5 * np.eye(4)[truth] + np.array([np.log(odds[g]) for g in race]), 4)
    weight, fold = np.round(rng.uniform(0.5, 2, rows), 2), rng.choice(["one", "two", "three"], rows)
    columns = {"id": "id", "label": "y", "logits": {c: f"l_{c}" for c in classes}, "weight": "w"}
    case = Case("leakage", columns, {"groups": ["race"]})
    case.rows = [["id", "race", "fold", "w", "y", *(f"l_{c}" for c in classes)]]
    case.rows += [[k, race[k], fold[k], weight[k], classes[truth[k]], *logits[k]] for k in range(rows)]
    folds = {"folds": "fold"}
    case.expect("dataset_leakage", folds, leakage_of(np.eye(4)[truth], race, fold, weight), "labels", "race", decision="argmax")
    case.expect("model_leakage", {"from": "scores", **folds}, leakage_of(logits, race, fold, weight), "scores", "race", decision="argmax")
    value = leakage_of(np.eye(4)[logits.argmax(1)], race, fold, weight)
    case.expect("model_leakage", {"from": "decisions", **folds}, value, "decisions", "race", decision="argmax")
    return case


def leakage_of_sets(rng):
    """Several labels an item, of which some are unknown, and two groups; some items are of no fold."""
    rows, classes = 250, ["bag", "boot", "coat", "dress", "hat", "scarf"]
    gender = rng.choice(["man", "woman"], rows, p=[0.7, 0.3])
    lean = np.where(gender == "man", 0.15, -0.15)[:, None] * np.array([1, -1, 1, -1, 0, 0])
    state = np.where(rng.random((rows, 6)) < 0.15, -1, (rng.random((rows, 6)) < 0.45 + lean).astype(int))
    said = (rng.random((rows, 6)) < 0.2 + 0.5 * (state == 1) + lean).astype(int)
    fold = rng.choice(["1", "2", "3", "4", ""], rows)
    words = {1: "1", 0: "0", -1: ""}
    columns = {"id": "id", "label": {c: c for c in classes}, "decision": {c: f"d_{c}" for c in classes}}
    case = Case("leakage of several labels", columns, {"groups": ["gender"]})
    case.rows = [["id", "gender", "fold", *classes, *(f"d_{c}" for c in classes)]]
    case.rows += [[k, gender[k], fold[k], *(words[s] for s in state[k]), *said[k]] for k in range(rows)]
    known, even = fold != "", np.ones(rows)
    of = lambda features: leakage_of(features[known].astype(float), gender[known], fold[known], even[known])
    case.expect("dataset_leakage", {"folds": "fold"}, of(state == 1), "labels", "gender", decision="given")
    case.expect("model_leakage", {"from": "decisions", "folds": "fold"}, of(said), "decisions", "gender", decision="given")
    return case


def normalized_average_precision(truth, score, n):
    """Hoiem et al. (2012): precision with the frequency of positives fixed."""
    total, before = 0.0, 0.0
    for cut in np.unique(score)[::-1]:
        recall, false = (score[truth] >= cut).mean(), (score[~truth] >= cut).sum()
        total += (recall - before) * (recall * n / (recall * n + false) if recall > 0 else 0.0)
        before = recall
    return total


def curves(rng):
    """Points of ROC curves, and match rates of groups: a binary task with ties among scores."""
    rows = 260
    race = rng.choice(["A", "B", "C"], rows, p=[0.5, 0.3, 0.2])
    truth = rng.random(rows) < 0.35
    score = np.round(rng.normal(0, 1, rows) + 1.2 * truth + np.where(race == "C", 0.4, 0.0), 1)
    columns = {"id": "id", "label": "y", "scores": "s"}
    case = Case("curves", columns, {"groups": ["race"], "positive": "genuine", "decide": {"threshold": 0.8}})
    case.rows = [["id", "race", "y", "s"]]
    case.rows += [[k, race[k], ["impostor", "genuine"][int(truth[k])], score[k]] for k in range(rows)]
    rule = "threshold(0.8)"
    errors = []
    for by, group, part in [("", "", np.full(rows, True))] + [("race", f"race={g}", race == g) for g in "ABC"]:
        y, s = truth[part], score[part]
        fpr, tpr, _ = roc_curve(y, s, drop_intermediate=False)
        for at in (0.5, 0.8, 0.95, 1.0):
            value = tpr[1 - fpr >= at - 1e-12].max()
            case.expect("tpr_at_tnr", {"at": at}, value, f"tpr.{at}", by, group, decision=rule)
            value = (1 - fpr[tpr >= at - 1e-12]).max()
            case.expect("tnr_at_tpr", {"at": at}, value, f"tnr.{at}", by, group, decision=rule)
        for n in (1, 50, 1000):
            value = normalized_average_precision(y, s, n)
            case.expect("normalized_average_precision", {"positives": n}, value, f"nap.{n}", by, group, decision=rule)
        if by:
            errors.append([(s[~y] >= 0.8).mean(), (s[y] < 0.8).mean()])
    errors = np.array(errors)
    inequity = errors.max(0) / np.exp(np.log(errors).mean(0))
    gini = np.abs(errors[:, None] - errors[None, :]).sum((0, 1)) / (2 * 3 * 2) / errors.mean(0)
    for place, name in enumerate(("false_match_rate", "false_non_match_rate")):
        case.expect(f"{name}_inequity", {}, inequity[place], f"{name}.inequity", "race", decision=rule)
        case.expect(f"{name}_corrected_gini", {}, gini[place], f"{name}.gini", "race", decision=rule)
    case.expect("garbe", {}, gini.mean(), "garbe", "race", decision=rule)
    discrepancy = (errors.max(0) - errors.min(0)).mean()
    case.expect("match_errors_difference", {"agg": "mean"}, discrepancy, "1 - FDR", "race", decision=rule)
    return case


def main():
    rng = np.random.default_rng(20)
    cases = [label_sets(rng), abstentions(rng), several_labels(rng), published_amplification(), amplification(rng), exposure(rng)]
    cases += [leakage(rng), leakage_of_sets(rng), curves(rng)]
    print(json.dumps([case.json() for case in cases], indent=1))


main()
