"""Several classes, and several labels an item of which some are unknown."""

import fairlearn.metrics as fl
import holisticai.bias.metrics as hol
import numpy as np
import pandas as pd
import sklearn.metrics as sk

from .binary import RATES
from .pairs import METHODS
from .study import EXCLUDE, PROPAGATE, Items, Study, averaged, levels, missing, not_alike, varied, weights


def several_classes(random):
    k = int(random.choice([3, 7, 40, 300], p=[0.4, 0.3, 0.2, 0.1]))
    rows = int(random.choice([40, 300, 2000]))
    classes = [f"class {c:03}" for c in range(k)]
    tone = missing(random, levels(random, ["dark", "light", "medium"], rows), random.choice([0, 0.05]))
    truth = random.choice(k, rows, p=random.dirichlet(np.full(k, random.choice([0.5, 5.0]))))
    raised = np.exp(random.normal(0, 1, (rows, k)) + 2.0 * np.eye(k)[truth])
    chance = raised / raised.sum(1, keepdims=True)
    chosen = np.where(random.random(rows) < random.choice([0, 0.1]), -1, chance.argmax(1))
    weight = weights(random, rows)
    named = np.array([*classes, None], object)
    frame = pd.DataFrame({"id": range(rows), "truth": named[truth], "decided": named[chosen], "tone": tone})
    frame = pd.concat([frame, pd.DataFrame(chance, columns=[f"p{c}" for c in range(k)])], axis=1)
    columns = {"id": "id", "label": "truth", "decision": "decided", "probabilities": {name: f"p{c}" for c, name in enumerate(classes)}, "classes": classes}
    if weight is not None:
        frame["w"], columns["weight"] = weight, "w"
    policy = str(random.choice([PROPAGATE, EXCLUDE]))
    study = Study("several classes", frame, columns, {"groups": ["tone"], "decide": "given", "undefined": policy}, int(random.choice([0, 100])))
    weight = np.ones(rows) if weight is None else weight
    parts = {"": np.full(rows, True), **{level: tone == level for level in sorted(set(tone) - {None})}}
    for level, part in parts.items():
        at = ("tone", f"tone={level}") if level else ("", "")
        of_classes(study, classes, Items(truth, chosen, chance, weight).of(part), at, policy)
    several_groups(study, tone, truth, chosen, classes, weight)
    return study


def of_classes(study, classes, group, at, policy):
    k, everything = len(classes), np.arange(len(classes))
    truth, chosen, chance, weight = group.truth, group.decided, group.score, group.weight
    whole, peer = group.any(), "scikit-learn"
    support = np.array([weight[truth == c].sum() for c in everything])
    given = {"sample_weight": weight, "labels": everything}
    study.expect(peer, "accuracy_score", sk.accuracy_score(truth, chosen, sample_weight=weight) if whole else None, *at)
    balanced = averaged(sk.recall_score(truth, chosen, average=None, zero_division=np.nan, **given), support, "macro", policy)
    study.expect(peer, "balanced_accuracy_score", balanced, *at)
    if (chosen >= 0).all():
        study.expect(peer, "matthews_corrcoef", sk.matthews_corrcoef(truth, chosen, sample_weight=weight) if varied(group) else None, *at)
        study.expect(peer, "cohen_kappa_score", sk.cohen_kappa_score(truth, chosen, sample_weight=weight) if not_alike(group) else None, *at)
    for k_best in (1, 2):
        value = sk.top_k_accuracy_score(truth, chance, k=k_best, labels=everything, sample_weight=weight) if whole else None
        study.expect(peer, "top_k_accuracy_score", value, *at, k=k_best)
    study.expect(peer, "log_loss", sk.log_loss(truth, chance, labels=everything, sample_weight=weight) if whole else None, *at)
    study.expect(peer, "brier_score_loss", sk.brier_score_loss(truth, chance, labels=everything, sample_weight=weight) if whole else None, *at)
    for name in ("recall_score", "precision_score", "f1_score", "jaccard_score"):
        options = {} if name == "jaccard_score" else {"zero_division": np.nan}
        values = np.array(getattr(sk, name)(truth, chosen, average=None, **options, **given), float)
        if name == "jaccard_score":
            values[[weight[(truth == c) | (chosen == c)].sum() == 0 for c in everything]] = np.nan
        for c, value in zip(classes, values):
            study.expect(peer, name, value, *at, c, average="per_class")
        for average in ("macro", "weighted"):
            study.expect(peer, name, averaged(values, support, average, policy), *at, average=average)
        there = whole and (name != "precision_score" or weight[chosen >= 0].sum() > 0)
        study.expect(peer, name, getattr(sk, name)(truth, chosen, average="micro", **given) if there else None, *at, average="micro")
    for name in ("roc_auc_score", "average_precision_score"):
        values = np.full(k, np.nan)
        for c in everything:
            if support[c] > 0 and (support.sum() - support[c] > 1e-9 or name == "average_precision_score"):
                values[c] = getattr(sk, name)(truth == c, chance[:, c], sample_weight=weight)
            study.expect(peer, name, values[c], *at, classes[c], average="per_class")
        study.expect(peer, name, averaged(values, support, "macro", policy), *at, average="macro")


def several_groups(study, tone, truth, chosen, classes, weight):
    """holisticai's distances between the decisions and recalls of groups, and fairlearn's gaps of averages."""
    there = np.array([level is not None for level in tone]) & (chosen >= 0)
    if len(set(tone[there])) < 2 or (weight != 1).any() or not (chosen >= 0).all():
        return
    everything = list(range(len(classes)))
    of, t, p = tone[there].astype(str), truth[there], chosen[there]
    if set(p) != set(everything):
        return  # holisticai refuses classes that nobody was decided to be of
    for aggregated in ("mean", "max"):
        value = hol.multiclass_statistical_parity(of, p, classes=everything, aggregation_fun=aggregated)
        study.expect("holisticai", f"sp_tv_{aggregated}", value, "tone")
    counts = np.array([[((of == level) & (t == c)).sum() for c in everything] for level in sorted(set(of))])
    value = hol.multiclass_true_rates(of, p, t, classes=everything) if (counts > 0).all() else None
    if value is not None or study.evaluation["undefined"] == PROPAGATE:
        study.expect("holisticai", "recall_score_mean_abs_difference", value, "tone", classes="mean")
    shares = hol.accuracy_matrix(of, p, t, classes=everything)
    for level in sorted(set(of)):
        for c, name in zip(everything, classes):
            study.expect("holisticai", "jaccard_score", shares.loc[level, c], "tone", f"tone={level}", name, average="per_class")
    for method in METHODS:
        frame = fl.MetricFrame(metrics=sk.accuracy_score, y_true=t, y_pred=p, sensitive_features=of)
        if method == "between_groups" or there.all():
            study.expect("fairlearn", "accuracy_score_difference", frame.difference(method=method), "tone", method=method)


def several_labels(random):
    """Labels that are there, are not, or of which nothing is known: of each class the items count of which something is."""
    k, rows = int(random.choice([3, 8, 20])), int(random.choice([25, 150, 600]))
    classes = [f"tag {c}" for c in range(k)]
    tone = levels(random, ["dark", "light", "medium"], rows)
    truth = (random.random((rows, k)) < random.choice([0.02, 0.3, 0.7], k)).astype(float)
    score = np.round(np.clip(random.normal(0.35 + 0.25 * truth, 0.2), 0, 1), int(random.choice([1, 4])))
    truth[random.random((rows, k)) < random.choice([0, 0.3])] = np.nan
    weight = weights(random, rows)
    frame = pd.DataFrame({"id": range(rows), "tone": tone})
    for c in range(k):
        frame[f"t{c}"], frame[f"s{c}"] = pd.array(truth[:, c], dtype="Int64"), score[:, c]
    columns = {"id": "id", "label": {name: f"t{c}" for c, name in enumerate(classes)}, "scores": {name: f"s{c}" for c, name in enumerate(classes)}}
    if weight is not None:
        frame["w"], columns["weight"] = weight, "w"
    frame = frame.astype({f"t{c}": object for c in range(k)}).where(lambda table: table.notna(), None)
    policy = str(random.choice([PROPAGATE, EXCLUDE]))
    study = Study("several labels", frame, columns, {"groups": ["tone"], "decide": {"threshold": 0.5}, "undefined": policy}, int(random.choice([0, 100])))
    items = Items(truth, (score >= 0.5).astype(int), score, np.ones(rows) if weight is None else weight)
    for level, part in {"": np.full(rows, True), **{level: tone == level for level in sorted(set(tone))}}.items():
        of_labels(study, classes, items.of(part), ("tone", f"tone={level}") if level else ("", ""), policy)
    return study


def of_labels(study, classes, group, at, policy):
    known, peer = ~np.isnan(group.truth), "scikit-learn"
    columns = [Items(group.truth[known[:, c], c].astype(int), group.decided[known[:, c], c], group.score[known[:, c], c], group.weight[known[:, c]])
               for c in range(len(classes))]
    flat = Items(group.truth[known].astype(int), group.decided[known], group.score[known], np.broadcast_to(group.weight[:, None], known.shape)[known])
    support = [one.weight[one.truth == 1].sum() for one in columns]
    study.expect(peer, "hamming_loss", sk.hamming_loss(flat.truth, flat.decided, sample_weight=flat.weight) if flat.any() else None, *at)
    for name, _, function, defined in RATES:
        if name not in ("recall_score", "precision_score", "f1_score", "jaccard_score", "roc_auc_score", "average_precision_score"):
            continue
        values = [function(one) if defined(one) else np.nan for one in columns]
        for c, value in zip(classes, values):
            study.expect(peer, name, value, *at, c, average="per_class")
        for average in ("macro", "weighted"):
            study.expect(peer, name, averaged(values, support, average, policy), *at, average=average)
        if name.startswith(("recall", "precision", "f1", "jaccard")):
            study.expect(peer, name, function(flat) if defined(flat) else None, *at, average="micro")
