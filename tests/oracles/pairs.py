"""Pairs of images, and what numpy and scikit-learn 1.9 say of them.

Writes tests/pairs/*; each study there is run by tests/imports.rs and its results.csv compared with expected.json.
"""

import json
import pathlib

import numpy as np
import pandas as pd
from sklearn import metrics as sk
from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances

OUT = pathlib.Path(__file__).parent.parent / "pairs"
OUT.mkdir(exist_ok=True)
rng = np.random.default_rng(11)
expected = []


def expect(study, metric, value, *, by="", group="", label="", **more):
    key = {"study": study, "metric": metric, "by": by, "group": group, "label": label, **more}
    expected.append({**key, "value": None if value is None or np.isnan(value) else float(value)})


def groups(frame, fields):
    yield "", "", frame
    for by in fields:
        for levels, part in frame.groupby(by):
            yield "*".join(by), "*".join(f"{f}={level}" for f, level in zip(by, levels)), part


def paired(frame):
    """One row a counterfactual, with the columns of its original beside it as `before_*`."""
    originals = frame[frame.counterfactual_of == ""].add_prefix("before_")
    pairs = frame[frame.counterfactual_of != ""]
    return pairs.merge(originals, left_on="counterfactual_of", right_on="before_id", validate="many_to_one")


# --- counterfactuals of portraits, three classes: up to two changed copies of each, weights, decisions with abstentions ---
CLASSES = ["angry", "happy", "sad"]
rows = []
for index in range(150):
    race = rng.choice(["Black", "White", "Asian"])
    truth = rng.integers(3)
    logits = rng.normal(0, 1, 3) + 1.5 * np.eye(3)[truth]
    for changed in ["", *(c for c in ["hair", "skin"] if rng.random() < 0.8)]:
        shift = {"": 0.0, "hair": 0.3, "skin": 0.9 if race == "Black" else 0.5}[changed]
        own = logits + rng.normal(0, shift, 3) if changed else logits
        p = np.exp(own) / np.exp(own).sum()
        said = "" if rng.random() < 0.05 else CLASSES[p.argmax()]
        name = f"p{index}"
        # The race of a counterfactual may be another: its group is that of the original all the same.
        rows.append((f"{name}-{changed}" if changed else name, name if changed else "", changed, "Asian" if changed == "skin" else race,
                     CLASSES[truth], said, round(rng.uniform(0.5, 2), 2), *own.round(6)))
columns = ["id", "counterfactual_of", "changed", "race", "truth", "said", "w", *CLASSES]
portraits = pd.DataFrame(rows, columns=columns).sample(frac=1, random_state=3)
portraits.to_csv(OUT / "portraits.csv", index=False)

pairs = paired(portraits)
raised = np.exp(pairs[CLASSES].to_numpy())
before = np.exp(pairs[[f"before_{c}" for c in CLASSES]].to_numpy())
p_after, p_before = raised / raised.sum(1, keepdims=True), before / before.sum(1, keepdims=True)
top_after, top_before = p_after.argmax(1), p_before.argmax(1)
pairs["race"] = pairs.before_race
rows_of = np.arange(len(pairs))
likeliest = p_after[rows_of, top_before] - p_before[rows_of, top_before]
happy = p_after[:, 1] - p_before[:, 1]
rates = {}
for by, group, part in groups(pairs.reset_index(), [["race"], ["changed"], ["race", "changed"]]):
    at = part["index"].to_numpy()
    w = part.w.to_numpy()
    flips = top_after[at] != top_before[at]
    where = dict(by=by, group=group, decision="argmax")
    expect("portraits", "flip_rate", np.average(flips, weights=w), **where)
    expect("portraits", "flip_count", w[flips].sum(), **where)
    rates[by, group] = np.average(flips, weights=w)
    for index, label in enumerate(CLASSES):
        gained = (top_after[at] == index) & (top_before[at] != index)
        lost = (top_after[at] != index) & (top_before[at] == index)
        expect("portraits", "gained", np.average(gained, weights=w), label=label, **where)
        expect("portraits", "lost", np.average(lost, weights=w), label=label, **where)
    expect("portraits", "confidence_shift", np.average(likeliest[at], weights=w), **where)
    expect("portraits", "absolute_confidence_shift", np.average(np.abs(likeliest[at]), weights=w), **where)
    # To decide nothing is to decide for no class, or left out.
    said = (part.said != part.before_said).to_numpy()
    expect("given", "flip_rate", np.average(said, weights=w), by=by, group=group, model="portraits", evaluation="wrong")
    both = (part.before_said.to_numpy() != "") & (part.said.to_numpy() != "")
    expect("given", "flip_rate", np.average(said[both], weights=w[both]), by=by, group=group, model="portraits", evaluation="exclude")
    expect("given", "to_happy", np.average((part.said == "happy") & (part.before_said != "happy"), weights=w), by=by, group=group,
           evaluation="wrong")
    expect("given", "happy_shift", np.average(happy[at], weights=w), by=by, group=group, evaluation="wrong")
of_race = [rate for (by, _), rate in rates.items() if by == "race"]
expect("portraits", "flip_rate_difference", max(of_race) - min(of_race), by="race", decision="argmax")

# --- several labels an image ---
LABELS = ["beard", "glasses", "hat"]
rows = []
for index in range(60):
    scores = rng.random(3)
    for changed in ["", "hair"]:
        own = np.clip(scores + (rng.normal(0, 0.2, 3) if changed else 0), 0, 1).round(6)
        rows.append((f"q{index}{changed}", f"q{index}" if changed else "", *(rng.random(3) < 0.5).astype(int), *own))
tags = pd.DataFrame(rows, columns=["id", "counterfactual_of", *(f"is_{l}" for l in LABELS), *LABELS])
tags.to_csv(OUT / "tags.csv", index=False)
pairs = paired(tags)
after, before = pairs[LABELS].to_numpy() >= 0.5, pairs[[f"before_{l}" for l in LABELS]].to_numpy() >= 0.5
expect("tags", "flip_rate", (after != before).any(1).mean())
expect("tags", "gained", (after & ~before).mean())
for index, label in enumerate(LABELS):
    expect("tags", "lost", (~after & before)[:, index].mean(), label=label)

# --- a threshold that is found on single images of another split, and decides about both images of each pair ---
rows = []
for index in range(160):
    split = "validation" if index < 80 else "test"
    truth = rng.random() < 0.4
    score = rng.normal(1.0 if truth else 0.0, 0.8)
    for changed in ["", *(["light", "hat"] if split == "test" else [])]:
        own = score + rng.normal(0, 0.4) if changed else score
        rows.append((f"s{index}{changed}", f"s{index}" if changed else "", changed, split, "ill" if truth else "well", round(own, 4)))
screen = pd.DataFrame(rows, columns=["id", "counterfactual_of", "changed", "part", "truth", "score"])
screen.to_csv(OUT / "screen.csv", index=False)
fitting = screen[screen.part == "validation"]
ill, scores = (fitting.truth == "ill").to_numpy(), np.unique(fitting.score)[::-1]
accuracies = [(ill == (fitting.score.to_numpy() >= s)).mean() for s in scores]
best = int(np.argmax(accuracies))  # of equally good ones the largest
threshold = (scores[best] + scores[best + 1]) / 2
pairs = paired(screen[screen.part == "test"])
for by, group, part in groups(pairs, [["changed"]]):
    after, before = part.score >= threshold, part.before_score >= threshold
    where = dict(by=by, group=group, decision="tuned")
    expect("screen", "flip_rate", (after != before).mean(), **where)
    expect("screen", "flip_rate_to_positive", (after & ~before).mean(), **where)
    expect("screen", "flip_rate_to_negative", (~after & before).mean(), **where)

# --- verification: images of 36 people, 12 of whom a threshold is found on ---
rows = []
for person in range(36):
    race = ["Asian", "Black", "White"][person % 3]
    gender = rng.choice(["female", "male"])
    part = "validation" if person < 12 else "test"
    centre = rng.normal(0, 1, 6) + (1.2 if race == "Black" else 0.0)  # people who look more alike to this encoder
    for shot in range(rng.integers(2, 6)):
        rows.append((f"i{rng.integers(10**9):09}", f"person{person}", race, gender, part, *(centre + rng.normal(0, 0.7, 6)).round(5)))
DIMENSIONS = [f"e{d}" for d in range(6)]
faces = pd.DataFrame(rows, columns=["id", "person", "race", "gender", "part", *DIMENSIONS]).sample(frac=1, random_state=5)
faces.to_csv(OUT / "faces.csv", index=False)


def all_pairs(frame, similarity, same=()):
    frame = frame.sort_values("id").reset_index(drop=True)
    scores = similarity(frame[DIMENSIONS].to_numpy())
    a, b = np.triu_indices(len(frame), 1)
    left, right = frame.loc[a].reset_index(drop=True), frame.loc[b].reset_index(drop=True)
    table = pd.DataFrame({"id": left.id + "-" + right.id, "first": left.id, "second": right.id, "score": scores[a, b]})
    table["truth"] = np.where(left.person == right.person, "genuine", "impostor")
    for field in ["race", "gender"]:
        table[field] = left[field].where(left[field] == right[field], "")
    keep = (table.truth == "genuine") | (table[list(same)] != "").all(axis=1)
    return table[keep].reset_index(drop=True)


def equal_error_rate(truth, scores):
    fpr, tpr, _ = sk.roc_curve(truth, scores, drop_intermediate=False)
    fnr = 1 - tpr
    at = int(np.argmax(fpr >= fnr))
    ahead, past = fnr[at - 1] - fpr[at - 1], fpr[at] - fnr[at]
    return fpr[at - 1] + ahead / (ahead + past) * (fpr[at] - fpr[at - 1])


def at_false_match_rate(table, wanted):
    genuine, scores = (table.truth == "genuine").to_numpy(), np.unique(table.score)[::-1]
    rates = np.array([(table.score.to_numpy()[~genuine] >= s).mean() for s in scores])
    reached = np.flatnonzero(rates == rates[rates <= wanted].max())[-1]
    return (scores[reached] + scores[reached + 1]) / 2


def of_pairs(study, evaluation, table, fields, thresholds):
    for by, group, part in groups(table, [[f] for f in fields]):
        if by and group == f"{by}=":
            continue
        genuine, score = (part.truth == "genuine").to_numpy(), part.score.to_numpy()
        for decision, threshold in thresholds.items():
            accepted = score >= threshold
            where = dict(by=by, group=group, decision=decision, evaluation=evaluation)
            expect(study, "false_match_rate", accepted[~genuine].mean(), **where)
            expect(study, "false_non_match_rate", 1 - accepted[genuine].mean(), **where)
            expect(study, "true_match_rate", sk.recall_score(genuine, accepted), **where)
            expect(study, "accuracy_score", sk.accuracy_score(genuine, accepted), **where)
            expect(study, "equal_error_rate", equal_error_rate(genuine, score), **where)
            expect(study, "roc_auc_score", sk.roc_auc_score(genuine, score), **where)
    for decision, threshold in thresholds.items():
        rates = [((part.score >= threshold) & (part.truth == "impostor")).sum() / (part.truth == "impostor").sum()
                 for race, part in table.groupby("race") if race]
        where = dict(by="race", decision=decision, evaluation=evaluation)
        expect(study, "false_match_rate_ratio", min(rates) / max(rates), **where)
        expect(study, "false_match_rate_difference", max(rates) - min(rates), **where)
        expect(study, "false_match_rate_group_max", max(rates), **where)


test, validation = faces[faces.part == "test"], faces[faces.part == "validation"]
cosine, negative = cosine_similarity, lambda vectors: -euclidean_distances(vectors)
tuned = at_false_match_rate(all_pairs(validation, cosine, ["race"]), 0.05)
of_pairs("faces", "same", all_pairs(test, cosine, ["race"]), ["race"], {"threshold(0.5)": 0.5, "tuned": tuned})
tuned = at_false_match_rate(all_pairs(validation, negative), 0.05)
of_pairs("faces", "any", all_pairs(test, negative), ["race", "gender"], {"tuned": tuned})
listed = all_pairs(test, cosine)
some = pd.concat([listed[listed.truth == "genuine"], listed[listed.truth == "impostor"].sample(300, random_state=1)])
# A list may name either image first.
turned = np.arange(len(some)) % 2 == 0
pd.DataFrame({"p1": np.where(turned, some.second, some["first"]), "p2": np.where(turned, some["first"], some.second)}).to_csv(
    OUT / "listed.csv", index=False)
of_pairs("faces", "listed", some, ["race"], {"threshold(0.5)": 0.5})
# Pairs that were scored elsewhere are predictions like any others.
scored = all_pairs(test, cosine, ["race"]).round({"score": 6})
scored[["id", "truth", "score", "race"]].to_csv(OUT / "scored.csv", index=False)
of_pairs("scored", "audit", scored, ["race"], {"threshold(0.5)": 0.5})

(OUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
