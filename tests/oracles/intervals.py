"""Intervals from their closed forms, for tests/score/intervals.rs.

    python3 -m venv venv && venv/bin/pip install numpy scipy==1.17.1
    venv/bin/python tests/oracles/intervals.py > tests/oracles/intervals.json
"""

import json
import sys

import numpy as np
from scipy import stats

Z = stats.norm.ppf(0.975)


def perfect(positives):
    """Of subjects with so many positives each, all of them found: mid-P's lower limit of as many subjects as are worth these (Kish), fewer by
    Student's t. Half the probability of all being found is 0.025 there, so that the limit is a root of 0.05."""
    positives = np.array([p for p in positives if p > 0])
    units = positives.sum() ** 2 / (positives**2).sum()
    items = positives.sum() if (positives == 1).all() else units * (Z / stats.t.ppf(0.975, units - 1)) ** 2
    return {"positives": positives.tolist(), "lower": float(0.05 ** (1 / items))}


json.dump({"perfect": [perfect(p) for p in ([1] * 10, [4] * 8, [1, 2, 3, 4, 5, 6], [2] * 15, [1] * 30 + [5])]}, sys.stdout, indent=1)
