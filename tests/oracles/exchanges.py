"""Exact p of exchanges between two models: every way for what goes together to change sides.

    python3 -m venv venv && venv/bin/pip install numpy scipy
    venv/bin/python tests/oracles/exchanges.py > tests/oracles/exchanges.json
"""

import itertools
import json
import sys

import numpy as np
from scipy.stats import rankdata

rng = np.random.default_rng(5)


def exact(of, first, second, family, counts):
    """p of the difference of a number, `of(scores)`, in all exchanges of families, of which those matter that have an item that counts."""
    families = sorted({family[row] for row in range(len(family)) if counts[row]})
    observed = abs(of(second) - of(first))
    far = 0
    for coins in itertools.product([False, True], repeat=len(families)):
        changes = np.array([coins[families.index(one)] if one in families else False for one in family])
        a, b = np.where(changes, second, first), np.where(changes, first, second)
        far += abs(of(b) - of(a)) >= observed - 1e-12
    return far / 2 ** len(families)


def auc(truth):
    def of(scores):
        positive, negative = scores[truth == 1], scores[truth == 0]
        return np.mean((positive[:, None] > negative) + 0.5 * (positive[:, None] == negative))

    return of


def precision(truth):
    """The mean over positives of the precision among all that score as much."""

    def of(scores):
        return np.mean([np.mean(truth[scores >= score]) for score in scores[truth == 1]])

    return of


def linked(ends, counts):
    """The family of each pair: what is linked by subjects of the pairs that count."""
    family = {}
    for row, (a, b) in enumerate(ends):
        family.setdefault(a, {a}), family.setdefault(b, {b})
        if counts[row]:
            joined = family[a] | family[b]
            family.update((one, joined) for one in joined)
    return [min(family[a]) for a, _ in ends]


def single():
    """AUC, average precision, log loss and Brier score of two models, of 14 items of 11 subjects."""
    truth = np.array([0, 1] * 7)
    subject = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2]
    first = np.round(np.clip(0.5 + 0.25 * (truth - 0.5) + 0.3 * rng.normal(size=14), 0.02, 0.98), 2)
    # Another scale: ranks are exchanged, and numbers of the probabilities themselves.
    second = np.round(np.clip(0.5 + 0.7 * (truth - 0.5) + 0.25 * rng.normal(size=14), 0.02, 0.98), 2)
    loss = lambda p: -np.mean(np.log(np.where(truth == 1, p, 1 - p)))
    everything = [True] * 14
    return {
        "truth": truth.tolist(),
        "subject": [f"p{one:02}" for one in subject],
        "scores": [first.tolist(), second.tolist()],
        "p": {
            "roc_auc_score": exact(auc(truth), rankdata(first), rankdata(second), subject, everything),
            "average_precision_score": exact(precision(truth), rankdata(first), rankdata(second), subject, everything),
            "log_loss": exact(loss, first, second, subject, everything),
            "brier_score_loss": exact(lambda p: np.mean((p - truth) ** 2), first, second, subject, everything),
        },
    }


def verification():
    """Two encoders about 12 people with two images each, and a list of pairs that links them two by two or three by three."""
    people = np.repeat(np.arange(12), 2)
    centres = rng.normal(size=(12, 4))
    encoder = lambda noise: np.round(centres[people] + noise * rng.normal(size=(24, 4)), 3)
    vectors = [encoder(0.7), encoder(1.0)]
    links = [(0, 1), (2, 3), (4, 5), (6, 7), (7, 8), (9, 10), (10, 11)]
    pairs = [(2 * one, 2 * one + 1) for one in range(12)]
    pairs += [(2 * a + x, 2 * b + y) for a, b in links for x in (0, 1) for y in (0, 1)]
    cosine = lambda v: np.array([v[a] @ v[b] / np.linalg.norm(v[a]) / np.linalg.norm(v[b]) for a, b in pairs])
    genuine = np.array([people[a] == people[b] for a, b in pairs])
    ends = [(int(people[a]), int(people[b])) for a, b in pairs]
    first, second = cosine(vectors[0]), cosine(vectors[1])
    threshold = 0.7
    hit = [(scores >= threshold).astype(float) for scores in (first, second)]
    rate = lambda which: lambda matched: matched[which].mean()
    everything = np.full(len(pairs), True)
    return {
        "person": [f"p{one:02}" for one in people],
        "vectors": [v.tolist() for v in vectors],
        "pairs": [[f"i{a:02}", f"i{b:02}"] for a, b in pairs],
        "threshold": threshold,
        "p": {
            "false_non_match_rate": exact(rate(genuine), *hit, linked(ends, genuine), genuine),
            "false_match_rate": exact(rate(~genuine), *hit, linked(ends, ~genuine), ~genuine),
            "roc_auc_score": exact(auc(genuine.astype(int)), rankdata(first), rankdata(second), linked(ends, everything), everything),
        },
    }


def counterfactual():
    """How far two models' probabilities move between 9 originals and two changed copies of each."""
    original = np.repeat(np.arange(9), 2)
    models = []
    for strength in (0.04, 0.08):
        before = np.round(rng.uniform(0.3, 0.7, size=9), 3)
        after = np.round(before[original] + strength + 0.08 * rng.normal(size=18), 3)
        models.append({"before": before.tolist(), "after": after.tolist()})
    first, second = (np.array(model["after"]) - np.array(model["before"])[original] for model in models)
    return {"models": models, "p": {"confidence_shift": exact(np.mean, first, second, original.tolist(), [True] * 18)}}


json.dump({"single": single(), "verification": verification(), "counterfactual": counterfactual()}, sys.stdout, indent=1)
print()
