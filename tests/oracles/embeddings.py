"""Golden values of metrics of embeddings, from scikit-learn, numpy and the published definitions of WEAT.

    python3 -m venv venv && venv/bin/pip install numpy scikit-learn==1.9.1
    venv/bin/python tests/oracles/embeddings.py > tests/oracles/embeddings.json
"""

import itertools
import json
import sys

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import pairwise, silhouette_score
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(11)
cases = []


class Case:
    """A table of vectors, an evaluation of it, and what must come out."""

    def __init__(self, name, vectors, columns, evaluation, fields, label=None):
        names = [f"e{i}" for i in range(vectors.shape[1])]
        lines = [",".join(["id", *columns, *names])]
        for row, vector in enumerate(vectors):
            lines.append(",".join([f"i{row}", *(values[row] for values in columns.values()), *(repr(float(x)) for x in vector)]))
        self.case = {
            "name": name,
            "csv": "\n".join(lines) + "\n",
            "columns": "{id: id, embedding: [%s]%s}" % (", ".join(names), f", label: {label}" if label else ""),
            "evaluation": evaluation,
            "fields": fields,
            "expected": [],
        }
        cases.append(self.case)

    def expect(self, metric, value, by="", group="", label="", p=None, tolerance=None):
        entry = {"metric": metric, "by": by, "group": group, "label": label, "value": float(value), "p": p, "tolerance": tolerance}
        self.case["expected"].append(entry)


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def probe(vectors, groups, folds):
    """Balanced accuracy of a logistic regression, groups weighted alike, on the fold that it has not seen."""
    told = np.zeros(len(groups))
    for fold in set(folds):
        rest = folds != fold
        names, counts = np.unique(groups[rest], return_counts=True)
        weight = rest.sum() / len(names) / counts[np.searchsorted(names, groups[rest])]
        scaler = StandardScaler().fit(vectors[rest], sample_weight=weight)
        model = LogisticRegression(C=1.0, tol=1e-12, max_iter=100_000).fit(scaler.transform(vectors[rest]), groups[rest], sample_weight=weight)
        told[~rest] = model.predict(scaler.transform(vectors[~rest])) == groups[~rest]
    return np.mean([told[groups == group].mean() for group in set(groups)])


# --- geometry over groups ---
def geometry(name, vectors, groups, normalize):
    groups = np.array(groups)
    levels = sorted(set(groups))
    case = Case(
        name,
        vectors,
        {"tone": list(groups), "fold": [f"f{row % 3}" for row in range(len(groups))]},
        """{groups: [tone], embed: {normalize: %s}, metrics: [intra_group_cosine, within_group_variance, {same_attribute_precision_at_k: {k: 4}},
            {inter_group_cosine: {as: between}}, {inter_group_cosine: {pairs: per_pair, as: each_between}},
            {centroid_distance: {pairs: max, as: farthest}}, {centroid_distance: {pairs: min, as: nearest}},
            {centroid_distance: {pairs: per_pair, as: each}}, {silhouette_score: {metric: cosine, as: by_cosine}},
            {silhouette_score: {metric: euclidean, as: by_distance}}, fisher_ratio,
            intra_group_cosine_difference, {same_attribute_precision_at_k_group_min: {k: 4}}, {same_attribute_precision_at_k_mean_over_groups: {k: 4}},
            {linear_probe: {folds: fold, permutations: 20}}]}"""
        % normalize,
        ["tone", "fold"],
    )
    cosines = unit(vectors) @ unit(vectors).T
    places = unit(vectors) if normalize == "l2" else vectors
    of = {level: np.flatnonzero(groups == level) for level in levels}

    def intra(rows):
        among = cosines[np.ix_(rows, rows)]
        return among[~np.eye(len(rows), dtype=bool)].mean()

    def variance(rows):
        return np.var(places[rows], axis=0).sum()

    everyone = np.arange(len(groups))
    case.expect("intra_group_cosine", intra(everyone))
    case.expect("within_group_variance", variance(everyone))
    precision = {}
    for level, rows in of.items():
        where = {"by": "tone", "group": f"tone={level}"}
        case.expect("intra_group_cosine", intra(rows), **where)
        case.expect("within_group_variance", variance(rows), **where)
        hits = []
        for row in rows:
            others = np.delete(everyone, row)
            near = others[np.argsort(-cosines[row, others], kind="stable")[:4]]
            hits.append((groups[near] == level).mean())
        precision[level] = np.mean(hits)
        case.expect("same_attribute_precision_at_k", precision[level], **where)
    inner = [intra(rows) for rows in of.values()]
    case.expect("intra_group_cosine_difference", max(inner) - min(inner), by="tone")
    case.expect("same_attribute_precision_at_k_group_min", min(precision.values()), by="tone")
    case.expect("same_attribute_precision_at_k_mean_over_groups", np.mean(list(precision.values())), by="tone")
    pairs = list(itertools.combinations(levels, 2))
    between = {pair: cosines[np.ix_(of[pair[0]], of[pair[1]])].mean() for pair in pairs}
    apart = {pair: np.linalg.norm(places[of[pair[0]]].mean(0) - places[of[pair[1]]].mean(0)) for pair in pairs}
    case.expect("between", np.mean(list(between.values())), by="tone")
    case.expect("farthest", max(apart.values()), by="tone")
    case.expect("nearest", min(apart.values()), by="tone")
    for pair in pairs:
        case.expect("each_between", between[pair], by="tone", label="/".join(pair))
        case.expect("each", apart[pair], by="tone", label="/".join(pair))
    case.expect("by_cosine", silhouette_score(vectors, groups, metric="cosine"), by="tone")
    case.expect("by_distance", silhouette_score(places, groups, metric="euclidean"), by="tone")
    mean = places.mean(0)
    outer = sum(len(rows) * np.sum((places[rows].mean(0) - mean) ** 2) for rows in of.values())
    within = sum(np.sum((places[rows] - places[rows].mean(0)) ** 2) for rows in of.values())
    case.expect("fisher_ratio", outer / within, by="tone")
    case.expect("linear_probe", probe(places, groups, np.arange(len(groups)) % 3), by="tone")


groups = ["dark"] * 12 + ["light"] * 23 + ["medium"] * 9
centres = {"dark": 0.0, "light": 0.6, "medium": 1.1}
spread = np.array([rng.normal(centres[group], 1.0, 6) + 2.0 for group in groups])
geometry("raw", spread, groups, "none")
geometry("normalized", spread, groups, "l2")


# --- associations of concepts ---
def association(w, a, b):
    """s(w, A, B) of Caliskan, Bryson and Narayanan (2017)."""
    return pairwise.cosine_similarity(w, a).mean(1) - pairwise.cosine_similarity(w, b).mean(1)


def partitions(values, size):
    """The difference of means of every partition of some numbers into `size` and the rest."""
    values, total = np.asarray(values), sum(values)
    rest = len(values) - size
    sums = np.array([values[list(chosen)].sum() for chosen in itertools.combinations(range(len(values)), size)])
    return sums / size - (total - sums) / rest


def share(drawn, observed, alternative="greater"):
    slack = 1e-9
    hits = {"greater": drawn >= observed - slack, "less": drawn <= observed + slack, "two_sided": abs(drawn) >= abs(observed) - slack}
    return float(hits[alternative].mean())


def concepts(name, sets, field, tolerance=None):
    vectors = np.concatenate(list(sets.values()))
    shown = [level for level, items in sets.items() for _ in items]
    (first, a), (second, b), *others = sets.items()
    wrap = (lambda names: "{shown: [%s]}" % ", ".join(names)) if field else (lambda names: "[%s]" % ", ".join(names))
    case = Case(
        name,
        vectors,
        {"shown": shown},
        """{sets: {attribute: %s, concepts: %s}, metrics: [ieat_effect_size, mean_cosine_association, single_category_association,
            {single_category_association: {sd: concept, alternative: two_sided, as: of_concept}},
            {mean_cosine_association: {alternative: less, as: less}}]}"""
        % (wrap([first, second]), wrap([level for level, _ in others])),
        ["shown"] if field else [],
        None if field else "shown",
    )
    for level, w in others:
        s = association(w, a, b)
        cosine = np.concatenate([pairwise.cosine_similarity(w, x).mean(0) for x in (a, b)])
        drawn = partitions(cosine, len(a))
        p = {alternative: share(drawn, s.mean(), alternative) for alternative in ("greater", "less", "two_sided")}
        case.expect("mean_cosine_association", s.mean(), label=level, p=p["greater"])
        case.expect("single_category_association", s.mean() / cosine.std(ddof=1), label=level, p=p["greater"])
        case.expect("of_concept", s.mean() / s.std(ddof=1), label=level, p=p["two_sided"])
        case.expect("less", s.mean(), label=level, p=p["less"])
    for (one, x), (other, y) in itertools.combinations(others, 2):
        s, t = association(x, a, b), association(y, a, b)
        both = np.concatenate([s, t])
        effect = (s.mean() - t.mean()) / both.std(ddof=1)
        p = share(partitions(both, len(s)), s.mean() - t.mean())
        case.expect("ieat_effect_size", effect, label=f"{one}/{other}", p=p, tolerance=tolerance)


axis = rng.normal(0, 1, 8)


def images(count, lean):
    return rng.normal(0, 1, (count, 8)) + lean * axis + 0.5


concepts("exact", {"male": images(6, 0.7), "female": images(7, -0.7), "car": images(5, 0.5), "oven": images(5, -0.4), "dog": images(5, 0.0)}, True)
# Small whole numbers make equal sums in another order.
ties = {level: rng.integers(-1, 2, (count, 3)) + np.eye(3)[rng.integers(0, 3, count)] * 2.0 for level, count in
        {"male": 5, "female": 5, "car": 6, "oven": 6}.items()}
concepts("ties", ties, False)
# 12,870 partitions are more than 10,000, so that some of them are drawn.
concepts("drawn", {"male": images(6, 0.3), "female": images(6, -0.3), "car": images(8, 0.2), "oven": images(8, -0.2)}, False, tolerance=0.02)

json.dump(cases, sys.stdout, indent=1)
