"""Rules that make groups fare alike, and calibration: what fairlearn 0.15, AIF360 0.6 and scikit-learn 1.9 find.

Writes tests/imports/rules.csv and rules_two.csv (a validation and a test split each) and rules.json, which tests/rules.rs holds against a
run of tests/imports/rules.yaml. Rules are compared by the chance of a positive decision that they give to scores of each group.
"""

import json
import pathlib

import numpy as np
import pandas as pd
from fairlearn.postprocessing import ThresholdOptimizer
from sklearn.base import BaseEstimator
from sklearn.calibration import _SigmoidCalibration, _TemperatureScaling
from sklearn.isotonic import IsotonicRegression

OUT = pathlib.Path(__file__).parent.parent / "imports"
rng = np.random.default_rng(20)


class Scores(BaseEstimator):
    """A model that says the score it is given."""

    def fit(self, X, y):
        self.fitted_ = True
        return self

    def predict(self, X):
        return np.asarray(X)[:, 0]


def draw(n, first, split):
    race = rng.choice(["Black", "White", "Asian"], n, p=[0.3, 0.45, 0.25])
    y = rng.random(n) < np.select([race == "Black", race == "White"], [0.35, 0.5], 0.45)
    logit = np.where(y, 0.9, -0.9) + np.where(race == "Black", -0.6, 0.0) + np.where(race == "Asian", 0.3, 0.0) + rng.normal(0, 1.1, n)
    # Few distinct scores, so that every rate has ties.
    score = np.round(1 / (1 + np.exp(-logit)), 3)
    return pd.DataFrame({"id": [f"i{first + i}" for i in range(n)], "race": race, "y": np.where(y, "ill", "well"), "score": score, "split": split})


frame = pd.concat([draw(600, 0, "validation"), draw(600, 1000, "test")], ignore_index=True)
frame.to_csv(OUT / "rules.csv", index=False)
# AIF360 knows two groups.
frame[frame.race != "Asian"].to_csv(OUT / "rules_two.csv", index=False)
validation = frame[frame.split == "validation"]
test = frame[frame.split == "test"]
expected = {"chances": {}, "calibrated": {}}
# Scores that no threshold lies on.
PROBES = [0.0305, 0.1505, 0.2505, 0.3505, 0.4505, 0.5505, 0.6505, 0.7505, 0.8505, 0.9505]


def chances(optimizer, races):
    return {
        f"race={race}": [
            float(optimizer._pmf_predict(np.array([[probe]]), sensitive_features=np.array([race]))[0, 1]) for probe in PROBES
        ]
        for race in races
    }


y = (validation.y == "ill").astype(int)
races = sorted(validation.race.unique())
for constraint in ["demographic_parity", "true_positive_rate_parity", "false_positive_rate_parity", "equalized_odds"]:
    # The best rate is a corner of a hull, which a fine enough grid comes near to.
    optimizer = ThresholdOptimizer(
        estimator=Scores(), constraints=constraint, objective="accuracy_score", grid_size=2_000_000, prefit=True, predict_method="predict"
    )
    optimizer.fit(validation[["score"]], y, sensitive_features=validation.race)
    expected["chances"][constraint] = chances(optimizer, races)

# AIF360's linear programme (EqOddsPostprocessing.fit), for two groups and decisions from 0.5 on.
from aif360.algorithms.postprocessing import EqOddsPostprocessing, RejectOptionClassification
from aif360.datasets import BinaryLabelDataset

two = validation[validation.race != "Asian"]


def dataset(labels, scores):
    table = pd.DataFrame({"race": (two.race == "White").astype(float), "y": labels.astype(float), "score": scores})
    made = BinaryLabelDataset(df=table[["race", "y"]], label_names=["y"], protected_attribute_names=["race"])
    made.scores = table[["score"]].to_numpy()
    return made


labels = (two.y == "ill").to_numpy()
truth = dataset(labels, two.score.to_numpy())
decided = dataset((two.score >= 0.5).to_numpy(), two.score.to_numpy())
groups = {"unprivileged_groups": [{"race": 0}], "privileged_groups": [{"race": 1}]}
odds = EqOddsPostprocessing(**groups, seed=0).fit(truth, decided)
sp2p, sn2p, op2p, on2p = (float(p) for p in odds.model_params.x)
expected["chances"]["equalized_odds_of_decisions"] = {
    "race=White": [sn2p] * 5 + [sp2p] * 5,
    "race=Black": [on2p] * 5 + [op2p] * 5,
}
reject = RejectOptionClassification(**groups, metric_name="Statistical parity difference", metric_ub=0.05, metric_lb=-0.05).fit(truth, truth)
cut, margin = float(reject.classification_threshold), float(reject.ROC_margin)
expected["chances"]["reject_option"] = {
    "race=White": [float(probe >= cut + margin) for probe in PROBES],
    "race=Black": [float(probe >= cut - margin) for probe in PROBES],
}
expected["reject_option"] = {"threshold": cut, "width": margin}


# OxonFair-like levelling up, by trying every threshold.
levelled = {}
for race in races:
    part = validation[validation.race == race]
    truth_of, score = (part.y == "ill").to_numpy(), part.score.to_numpy()
    distinct = np.unique(score)[::-1]
    cuts = [np.inf, *((distinct[:-1] + distinct[1:]) / 2), -np.inf]
    best = max((cut for cut in cuts if (score[truth_of] >= cut).mean() >= 0.8), key=lambda cut: ((score >= cut) == truth_of).mean())
    levelled[f"race={race}"] = [float(probe >= best) for probe in PROBES]
expected["chances"]["levelling_up"] = levelled

for race in ["", *races]:
    part = validation if not race else validation[validation.race == race]
    there = test if not race else test[test.race == race]
    truth_of = (part.y == "ill").astype(int).to_numpy()
    platt = _SigmoidCalibration().fit(part.score.to_numpy(), truth_of)
    isotonic = IsotonicRegression(out_of_bounds="clip").fit(part.score.to_numpy(), truth_of)
    name = f"race={race}" if race else ""
    for method, model in [("platt", platt), ("isotonic", isotonic)]:
        p = model.predict(there.score.to_numpy())
        expected["calibrated"].setdefault(method, {})[name] = float(np.mean((p - (there.y == "ill")) ** 2))

    # Bins of equal weight over the ranks of the first of equal scores, and the share of positives in each.
    score = np.sort(part.score.to_numpy())
    bins = np.minimum((np.searchsorted(score, part.score.to_numpy()) / len(score) * 8).astype(int), 7)
    edges = [(part.score[bins == b].max() + part.score[bins == b + 1].min()) / 2 for b in range(7)]
    share = np.array([truth_of[bins == b].mean() for b in range(8)])
    p = share[np.searchsorted(edges, there.score.to_numpy(), side="right")]
    expected["calibrated"].setdefault("histogram", {})[name] = float(np.mean((p - (there.y == "ill")) ** 2))

# Three classes, from logits.
n = 800
truth3 = rng.integers(0, 3, n)
logits = rng.normal(0, 2.0, (n, 3))
logits[np.arange(n), truth3] += 1.5
three = pd.DataFrame({"id": [f"t{i}" for i in range(n)], "y": np.array(["a", "b", "c"])[truth3], "split": np.where(np.arange(n) < 500, "validation", "test")})
for column, name in enumerate("abc"):
    three[name] = np.round(3.0 * logits[:, column], 3)
three.to_csv(OUT / "rules_logits.csv", index=False)
values = three[["a", "b", "c"]].to_numpy()
scaling = _TemperatureScaling().fit(values[:500], truth3[:500])
p = scaling.predict(values[500:])
expected["calibrated"]["temperature"] = {"whole": float(-np.log(p[np.arange(300), truth3[500:]]).mean())}

(OUT / "rules.json").write_text(json.dumps(expected, indent=1) + "\n")
