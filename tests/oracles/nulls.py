"""Exact p of gaps between two groups under labels that are dealt out among alike items, for tests/score/nulls.rs.

    python3 -m venv venv && venv/bin/pip install numpy
    venv/bin/python tests/oracles/nulls.py > tests/oracles/nulls.json
"""

import itertools
import json
import sys

import numpy as np


def dealt(group, strata):
    """Every way to deal the labels out, each stratum among itself."""
    places = [np.flatnonzero(strata == one) for one in np.unique(strata)]
    ways = [list(itertools.combinations(own, int((group[own] == 1).sum()))) for own in places]
    for way in itertools.product(*ways):
        labels = np.zeros_like(group)
        labels[[place for own in way for place in own]] = 1
        yield labels


def exact(gap, group, strata):
    gaps = np.array([gap(labels) for labels in dealt(group, strata)])
    return {"value": float(gap(group)), "p": float((gaps >= gap(group) - 1e-12).mean()), "median": float(np.median(gaps))}


def share(counts, of):
    return lambda group: abs(np.subtract(*[counts[(group == one) & of].mean() for one in (0, 1)]))


def auc(truth, scores):
    def of(group, one):
        own = [scores[(group == one) & (truth == side)] for side in (1, 0)]
        return np.mean((own[0][:, None] > own[1]) + 0.5 * (own[0][:, None] == own[1]))

    return lambda group: abs(of(group, 0) - of(group, 1))


# Twelve positives and eight negatives; the second group has three of one and six of the other.
truth = np.array([1] * 12 + [0] * 8)
group = np.array([0] * 9 + [1] * 3 + [0] * 2 + [1] * 6)
decided = np.array([1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0])
scores = np.array([9, 8, 8, 7, 6, 6, 5, 9, 2, 7, 3, 2, 6, 2, 1, 3, 7, 1, 2, 1])
right, wrong = share(decided == 1, truth == 1), share(decided == 1, truth == 0)
anybody = np.zeros_like(truth)
cases = {
    "recall_score_difference": exact(right, group, truth),
    "false_positive_rate_difference": exact(wrong, group, truth),
    "precision_score_difference": exact(share(truth == 1, decided == 1), group, decided),
    "equalized_odds_difference: {agg: worst_case}": exact(lambda labels: max(right(labels), wrong(labels)), group, truth),
    "equalized_odds_difference: {agg: mean}": exact(lambda labels: (right(labels) + wrong(labels)) / 2, group, truth),
    "balanced_accuracy_score_difference": exact(
        lambda labels: abs(sum(np.subtract(*[(decided == truth)[(labels == one) & (truth == side)].mean() for one in (0, 1)]) for side in (0, 1)) / 2),
        group,
        truth,
    ),
    "roc_auc_score_difference": exact(auc(truth, scores), group, truth),
    "accuracy_score_difference": exact(share(decided == truth, truth >= 0), group, anybody),
    "selection_rate_difference": exact(share(decided == 1, truth >= 0), group, anybody),
}
rows = [dict(zip(("y", "p", "s", "g"), map(int, row))) for row in zip(truth, decided, scores, group)]
json.dump({"rows": rows, "cases": cases}, sys.stdout, indent=1)
