"""Intervals from their closed forms, for tests/score/intervals.rs.

    python3 -m venv venv && venv/bin/pip install numpy scipy==1.17.1
    venv/bin/python tests/oracles/intervals.py > tests/oracles/intervals.json
"""

import json
import sys

import numpy as np
from scipy import stats
from scipy.optimize import brentq

Z = stats.norm.ppf(0.975)


def perfect(positives):
    """Of subjects with so many positives each, all of them found: mid-P's lower limit of as many subjects as are worth these (Kish), fewer by
    Student's t. Half the probability of all being found is 0.025 there, so that the limit is a root of 0.05."""
    positives = np.array([p for p in positives if p > 0])
    units = positives.sum() ** 2 / (positives**2).sum()
    items = positives.sum() if (positives == 1).all() else units * (Z / stats.t.ppf(0.975, units - 1)) ** 2
    return {"positives": positives.tolist(), "lower": float(0.05 ** (1 / items))}


def on_a_scale(value, numbers, units):
    """Of a number with these resamples: the ends between which a share of as many items is not rejected (by solving for them), and those of its
    odds' and its own logarithm, which reaches further up by a third of how skewed they are."""
    numbers = np.array(numbers)
    t = stats.t.ppf(0.975, units - 1)
    spread = numbers.std(ddof=1) * np.sqrt(units / (units - 1))
    items = value * (1 - value) / spread**2
    score = lambda share: abs(value - share) - t * np.sqrt(share * (1 - share) / items)
    logit = lambda share: np.log(share / (1 - share))
    back = lambda odds: 1 / (1 + np.exp(-odds))
    off = t * spread / (value * (1 - value))
    logarithms = np.log(numbers / value)
    far = t * logarithms.std(ddof=1) * np.sqrt(units / (units - 1))
    skewness = np.mean((numbers - numbers.mean()) ** 3) / numbers.std(ddof=1) ** 3
    off_and_up = (far - logarithms.mean()) * np.sqrt(1 + abs(skewness) / 3)
    return {
        "value": value,
        "numbers": numbers.tolist(),
        "units": units,
        "share": [brentq(score, 1e-12, value), brentq(score, value, 1 - 1e-12)],
        "odds": [back(logit(value) - off - max(numbers.mean() - value, 0) / (value * (1 - value))), back(logit(value) + off)],
        "proportional": [value * np.exp(-logarithms.mean() - far), value * np.exp(off_and_up)],
    }


def mid_p(part, whole):
    """The shares at which `part` or more, and `part` or fewer, counted half themselves, have a probability of 0.025."""
    over = lambda share: stats.binom.sf(part, whole, share) + stats.binom.pmf(part, whole, share) / 2
    lower = 0.0 if part == 0 else brentq(lambda share: over(share) - 0.025, 1e-12, part / whole, xtol=1e-14)
    upper = 1.0 if part == whole else brentq(lambda share: over(share) - 0.975, max(part / whole, 1e-12), 1 - 1e-12, xtol=1e-14)
    return lower, upper


def averaged(classes):
    """The mean of the shares of classes that are right, and its limits: as far as each one's own, at a right angle; and the limits of the
    least, as far as they are those of one class."""
    shares = np.array([part / whole for part, whole in classes])
    lower, upper = np.array([mid_p(*case) for case in classes]).T
    mean = shares.mean()
    reach = lambda ends: np.sqrt(((shares - ends) ** 2).sum()) / len(classes)
    return {"classes": classes, "lower": mean - reach(lower), "upper": mean + reach(upper), "least": lower.min()}


def theil(missed, alarmed):
    """Of benefits of 0, 1 and 2."""
    benefits, shares = np.array([1.0, 2.0]), np.array([1 - missed - alarmed, alarmed])
    mean = benefits @ shares
    return float(shares @ (benefits / mean * np.log(benefits / mean)))


def mistaken(missed, alarmed, items):
    """The Theil index of so many misses and false alarms, and its limits: either share moved to its own, at a right angle."""
    here = (missed / items, alarmed / items)
    value = theil(*here)
    moves = [[theil(end, here[1]) - value for end in mid_p(missed, items)], [theil(here[0], end) - value for end in mid_p(alarmed, items)]]
    up = np.hypot(*(max(0, *move) for move in moves))
    down = np.hypot(*(max(0, *(-end for end in move)) for move in moves))
    return {"missed": missed, "alarmed": alarmed, "items": items, "value": value, "lower": max(0, value - down), "upper": value + up}


random = np.random.default_rng(4)
scales = [on_a_scale(value, random.beta(value * n, (1 - value) * n, 60), units) for value, n, units in ((0.955, 40, 30), (0.7, 25, 8.5), (0.2, 300, 400))]
shares = [perfect(p) for p in ([1] * 10, [4] * 8, [1, 2, 3, 4, 5, 6], [2] * 15, [1] * 30 + [5])]
mistakes = [mistaken(*case) for case in ((0, 2, 12), (3, 0, 12), (0, 0, 8), (4, 7, 60))]
means = [averaged(case) for case in ([(5, 5), (90, 95)], [(3, 4), (9, 9), (40, 52)], [(6, 6), (11, 11)])]
json.dump({"perfect": shares, "scales": scales, "mistakes": mistakes, "means": means}, sys.stdout, indent=1)
