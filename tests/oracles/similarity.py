"""Golden values of linear CKA between two models' embeddings, from whole Gram matrices.

    python3 -m venv venv && venv/bin/pip install numpy
    venv/bin/python tests/oracles/similarity.py > tests/oracles/similarity.json

Kornblith et al. (2019), equation 5; debiased with HSIC1 of Song et al. (2012), equation 4; weights by the centring matrix I - 1 w' and
Gram matrices scaled by the weights' roots.
"""

import json
import sys

import numpy as np

rng = np.random.default_rng(29)
items, groups = 60, np.array(["dark"] * 22 + ["light"] * 38)
shared = rng.normal(size=(items, 3))
before = shared @ rng.normal(size=(3, 5)) + 0.5 * rng.normal(size=(items, 5)) + 2.0
# Another width, another scale, and less in common for one group.
after = 7.0 * (shared * np.where(groups == "dark", 0.4, 1.0)[:, None]) @ rng.normal(size=(3, 8)) + rng.normal(size=(items, 8)) - 1.0
weights = rng.integers(1, 5, items).astype(float)


def plain(x, y, weights):
    share = weights / weights.sum()
    centre = np.eye(len(x)) - np.outer(np.ones(len(x)), share)
    root = np.sqrt(weights)
    gram = lambda v: root[:, None] * (centre @ v @ v.T @ centre.T) * root
    k, l = gram(x), gram(y)
    return np.sum(k * l) / np.sqrt(np.sum(k * k) * np.sum(l * l))


def hsic(k, l):
    n, ones = len(k), np.ones(len(k))
    k, l = k - np.diag(np.diag(k)), l - np.diag(np.diag(l))
    sums = (ones @ k @ ones) * (ones @ l @ ones) / ((n - 1) * (n - 2))
    return (np.trace(k @ l) + sums - 2 / (n - 2) * (ones @ k @ l @ ones)) / (n * (n - 3))


def debiased(x, y):
    k, l = x @ x.T, y @ y.T
    return hsic(k, l) / np.sqrt(hsic(k, k) * hsic(l, l))


def table(vectors):
    names = [f"e{i}" for i in range(vectors.shape[1])]
    lines = [",".join(["id", "tone", "w", *names])]
    for row, vector in enumerate(vectors):
        lines.append(",".join([f"i{row}", groups[row], repr(float(weights[row])), *(repr(float(x)) for x in vector)]))
    return "\n".join(lines) + "\n"


expected = {}
for group in ["", "dark", "light"]:
    rows = groups == group if group else np.ones(items, bool)
    x, y = before[rows], after[rows]
    expected[group] = {"plain": plain(x, y, np.ones(len(x))), "debiased": debiased(x, y), "weighted": plain(x, y, weights[rows])}
json.dump({"before": table(before), "after": table(after), "widths": [5, 8], "expected": expected}, sys.stdout, indent=1)
