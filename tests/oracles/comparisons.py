"""Golden values of tests and intervals of comparisons, from SciPy and statsmodels.

    python3 -m venv venv && venv/bin/pip install numpy scipy==1.17.1 statsmodels==0.15.0
    venv/bin/python tests/oracles/comparisons.py > tests/oracles/comparisons.json
"""

import itertools
import json
import sys

import numpy as np
from scipy import stats
from scipy.optimize import brentq
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

rng = np.random.default_rng(11)


def paired(first, second):
    exact = mcnemar([[0, first], [second, 0]], exact=True).pvalue
    # The exact value with the observed split counted half.
    mid_p = min(1.0, exact - stats.binom.pmf(min(first, second), first + second, 0.5)) if first != second else 1.0
    return {"first": first, "second": second, "exact": exact, "mid_p": mid_p}


def score_interval(first, second, items):
    """Tango's interval, the discordant shares fitted by their likelihood equation and not by his closed form."""
    z = stats.norm.ppf(0.975)

    def score(delta):
        low, high = max(0.0, -delta), (1.0 - delta) / 2
        slope = lambda q: first / q + second / (q + delta) - 2 * (items - first - second) / (1 - 2 * q - delta)
        q = brentq(slope, low + 1e-13, high - 1e-13, xtol=1e-15)
        return (second - first - items * delta) / np.sqrt(items * (2 * q + delta - delta**2))

    ends = [brentq(lambda delta: score(delta) - side, -1 + 1e-6, 1 - 1e-6, xtol=1e-14) for side in (z, -z)]
    return {"first": first, "second": second, "items": items, "interval": ends}


def groups(first, of_first, second, of_second):
    p = stats.fisher_exact([[first, of_first - first], [second, of_second - second]]).pvalue
    # That of the second group minus the first.
    lower, upper = confint_proportions_2indep(second, of_second, first, of_first, method="newcomb", compare="diff", alpha=0.05)
    return {"counts": [first, of_first, second, of_second], "p": p, "interval": [lower, upper]}


def of_orders(statistic, before, after):
    """p of all orders of the second numbers, which are few."""
    found = [statistic(before, order) for order in itertools.permutations(after)]
    return float(np.mean(np.abs(found) >= abs(statistic(before, after)) - 1e-12))


def correlation(before, after):
    pearson = stats.pearsonr(before, after)
    spearman = stats.spearmanr(before, after)
    if len(before) <= 8:
        exact = [of_orders(lambda a, b: by(a, b).statistic, before, after) for by in (stats.pearsonr, stats.spearmanr)]
    else:
        exact = [pearson.pvalue, spearman.pvalue]
    return {
        "before": list(before),
        "after": list(after),
        "pearson": [pearson.statistic, *pearson.confidence_interval(0.95), exact[0]],
        "spearman": [spearman.statistic, exact[1]],
    }


def many(ps):
    adjusted = lambda method: list(multipletests(ps, method=method)[1])
    return {"p": ps, "holm": adjusted("holm"), "bh": adjusted("fdr_bh")}


def rate(part, whole):
    return {"part": part, "whole": whole, "interval": list(proportion_confint(part, whole, alpha=0.05, method="wilson"))}


before = rng.normal(size=12)
tied = np.round(before, 0)
json.dump(
    {
        "paired": [paired(*pair) for pair in [(0, 5), (1, 9), (4, 4), (12, 25), (60, 45), (0, 1), (300, 240)]],
        "differences": [score_interval(*case) for case in [(1, 9, 15), (4, 4, 30), (2, 1, 15), (60, 45, 300)]],
        "groups": [groups(*g) for g in [(3, 10, 9, 12), (0, 6, 5, 7), (48, 60, 40, 60), (10, 10, 7, 10), (150, 200, 96, 140)]],
        "correlations": [
            correlation(before, before + rng.normal(size=12)),
            correlation(tied, rng.normal(size=12)),
            correlation([0.1, 0.4, -0.2, 0.3], [-0.2, 0.1, -0.3, 0.4]),
            correlation([0.1, 0.4, -0.2, 0.3, 0.3, 0.7], [-0.2, 0.1, -0.3, 0.4, 0.4, 0.1]),
        ],
        "many": [many([0.01, 0.04, 0.03, 0.005, 0.5]), many([float(p) for p in rng.uniform(size=9).round(3)])],
        "rates": [rate(5, 7), rate(0, 3), rate(12, 12), rate(40, 100)],
    },
    sys.stdout,
    indent=1,
)
