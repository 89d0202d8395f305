"""Golden values of metrics that scikit-learn and fairlearn do not have, each written out from its definition in numpy.

    python3 -m venv venv && venv/bin/pip install numpy==2.3.5
    venv/bin/python tests/oracles/catalogue.py > tests/oracles/catalogue.json
"""

import csv
import io
import json

import numpy as np

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
        silent = (~decided[part]).all(1).mean()
        case.expect("abstention_rate", {}, silent, "nothing", by, group, decision="threshold(0.5)")
    return case


def main():
    rng = np.random.default_rng(20)
    cases = [label_sets(rng), abstentions(rng), several_labels(rng)]
    print(json.dumps([case.json() for case in cases], indent=1))


main()
