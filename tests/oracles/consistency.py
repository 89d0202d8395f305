"""Golden values of `consistency_score`: AIF360's definition (aif360.sklearn.metrics) over scikit-learn's neighbours, and where items are equally
near, which neighbours AIF360 leaves to chance, over all distances sorted.

    python3 -m venv venv && venv/bin/pip install numpy scikit-learn==1.9.1
    venv/bin/python tests/oracles/consistency.py > tests/oracles/consistency.json
"""

import csv
import io
import json
import sys

import numpy as np
from sklearn.neighbors import NearestNeighbors

rng = np.random.default_rng(5)
cases = []


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def by_scikit_learn(x, k, metric):
    """As in AIF360, where the metric is Euclidean; a ball tree knows no cosines."""
    algorithm = "ball_tree" if metric == "euclidean" else "brute"
    return NearestNeighbors(n_neighbors=k, algorithm=algorithm, metric=metric).fit(x).kneighbors(x, return_distance=False)


def by_order(x, ids, k):
    """Itself, then the nearest of the others; of equally near ones the first by their vectors, and of equal vectors by their names."""
    order = sorted(range(len(x)), key=lambda row: (*x[row], ids[row]))
    squares = ((x[:, None] - x[None]) ** 2).sum(2)
    return np.array([[row, *sorted((other for other in order if other != row), key=lambda other: squares[row, other])[: k - 1]] for row in range(len(x))])


def apart(y, neighbours):
    """1 minus AIF360's consistency_score is the mean of these."""
    return abs(y - y[neighbours].mean(axis=1))


class Case:
    """A table, an evaluation of it, and what must come out."""

    def __init__(self, name, vectors, columns, spec, evaluation):
        self.ids = [f"i{row}" for row in rng.permutation(len(vectors))]
        self.groups = rng.choice(["a", "b", "c"], len(vectors), p=[0.5, 0.3, 0.2])
        names = [f"e{place}" for place in range(vectors.shape[1])]
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        # A column of lists or one a dimension.
        listed = name.endswith("in lists")
        writer.writerow(["id", "g", *columns, *(["vector"] if listed else names)])
        for row, vector in enumerate(vectors):
            numbers = [float(number) for number in vector]
            writer.writerow([self.ids[row], self.groups[row], *(values[row] for values in columns.values()),
                             *([json.dumps(numbers)] if listed else map(repr, numbers))])
        self.metrics = []
        self.case = {
            "name": name,
            "csv": text.getvalue(),
            "columns": {"id": "id", "embedding": "vector" if listed else names, **spec},
            "evaluation": {"groups": ["g"], "metrics": self.metrics, **evaluation},
            "expected": [],
        }
        cases.append(self.case)

    def expect(self, name, options, far, weights=None, counts=None):
        """`far` is how far each item is from its neighbours; `counts` which count."""
        weights = np.ones(len(far)) if weights is None else weights
        counts = np.ones(len(far), bool) if counts is None else counts

        def mean(rows):
            rows = rows & counts
            return 1 - np.average(far[rows], weights=weights[rows])

        def add(metric, value, by="", group=""):
            self.case["expected"].append({"metric": metric, "by": by, "group": group, "label": "", "value": float(value)})

        def call(metric, ending):
            self.metrics.append({f"consistency_score{ending}": {**options, "as": metric}})

        call(name, "")
        add(name, mean(np.ones(len(far), bool)))
        of = {group: mean(self.groups == group) for group in np.unique(self.groups)}
        for group, value in of.items():
            add(name, value, "g", f"g={group}")
        for ending, value in [
            ("_difference", max(of.values()) - min(of.values())),
            ("_ratio", min(of.values()) / max(of.values())),
            ("_group_min", min(of.values())),
        ]:
            call(name + ending, ending)
            add(name + ending, value, "g")


# --- decisions beside vectors of five numbers: k and metric, weights ---
rows = 150
x = rng.normal(0.4, 1, (rows, 5)).round(3)
y = (x @ rng.normal(0, 1, 5) + rng.normal(0, 1, rows) > 0.3).astype(int)
for weighted in (False, True):
    w = rng.uniform(0.5, 3, rows).round(2)
    spec = {"decision": "d", **({"weight": "w"} if weighted else {})}
    case = Case("weights" if weighted else "vectors in lists", x, {"d": y, "w": w}, spec, {"positive": "1"})
    for name, options, k, metric in [
        ("plain", {}, 5, "euclidean"),
        ("two", {"k": 2}, 2, "euclidean"),
        ("nine", {"k": 9, "metric": "euclidean"}, 9, "euclidean"),
        ("angles", {"metric": "cosine"}, 5, "cosine"),
        ("seven", {"k": 7, "metric": "cosine"}, 7, "cosine"),
    ]:
        case.expect(name, options, apart(y, by_scikit_learn(x, k, metric)), w if weighted else None)

# --- of length 1, distances are in the order of angles ---
case = Case("normalized", x, {"d": y}, {"decision": "d"}, {"positive": "1", "embed": {"normalize": "l2"}})
case.expect("plain", {}, apart(y, by_scikit_learn(unit(x), 5, "euclidean")))
case.expect("angles", {"metric": "cosine"}, apart(y, by_scikit_learn(x, 5, "cosine")))

# --- one of three classes, by the largest score; as many numbers as eleven, so that some are left over from a multiple of eight ---
wide = (rng.normal(0, 1, (120, 11)) + rng.normal(0, 1, (120, 1))).round(3)
scores = (wide[:, :3] + rng.normal(0, 0.7, (120, 3))).round(3)
said = (scores.argmax(1) == 1).astype(int)
truth = np.array(["x", "y", "z"])[rng.integers(0, 3, 120)]
columns = {"t": truth, **{f"s{place}": scores[:, place] for place in range(3)}}
case = Case("one of three classes", wide, columns, {"label": "t", "scores": {"x": "s0", "y": "s1", "z": "s2"}}, {"positive": "y"})
case.expect("plain", {}, apart(said, by_scikit_learn(wide, 5, "euclidean")))

# --- several labels an item: what was decided of the positive one ---
sets = rng.random((100, 3)) < 0.4
sets[:, 1] |= x[:100, 0] > 0.8
listed = [json.dumps([label for label, there in zip("abc", row) if there]) for row in sets]
case = Case("several labels", x[:100], {"d": listed}, {"decision": {"present": "d", "absent": "rest"}, "classes": ["a", "b", "c"]}, {"positive": "b"})
case.expect("plain", {"k": 4}, apart(sets[:, 1].astype(int), by_scikit_learn(x[:100], 4, "euclidean")))

# --- items without a decision are not positive, or nobody's neighbours ---
silent = rng.random(rows) < 0.15
d = np.where(silent, "", y.astype(str))
case = Case("abstentions", x, {"d": d}, {"decision": "d"}, {"positive": "1"})
case.expect("plain", {}, apart(np.where(silent, 0, y), by_scikit_learn(x, 5, "euclidean")))
case = Case("abstentions left out", x, {"d": d}, {"decision": "d"}, {"positive": "1", "abstained": "exclude"})
far = np.zeros(rows)
far[~silent] = apart(y[~silent], by_scikit_learn(x[~silent], 5, "euclidean"))
case.expect("plain", {}, far, counts=~silent)

# --- equally near ones: small whole numbers, many vectors twice ---
grid = rng.integers(0, 4, (90, 2)).astype(float)
decided = rng.integers(0, 2, 90)
case = Case("ties", grid, {"d": decided}, {"decision": "d"}, {"positive": "1"})
for k in (2, 5, 12):
    case.expect(f"k{k}", {"k": k}, apart(decided, by_order(grid, case.ids, k)))
# Where nothing ties, both ways of looking agree.
assert (np.sort(by_order(x, [f"i{row}" for row in range(rows)], 5)) == np.sort(by_scikit_learn(x, 5, "euclidean"))).all()

# --- fewer items than neighbours ---
tiny = Case("tiny", x[:4], {"d": y[:4]}, {"decision": "d"}, {"positive": "1", "groups": []})
tiny.metrics.append({"consistency_score": {}})
tiny.case["expected"].append({"metric": "consistency_score", "by": "", "group": "", "label": "", "value": None})

json.dump(cases, sys.stdout, indent=1)
