"""Times scikit-learn, fairlearn and fairgrid on the same million predictions, and prints how many times faster fairgrid is.

usage: python score.py FAIRGRID [ROWS]       (FAIRGRID: the program; needs numpy, pandas, pyarrow, scikit-learn, fairlearn)

fairgrid's time is that of the whole process: start, reading, groups, gaps, 1,000 replicates, nulls, files. The peers' times are of one
pass in memory, and are multiplied by the number of passes that 1,000 (for rankings 200) replicates take; scikit-learn's passes are of the
groups alone, where fairgrid also scores all items together. All take turns, and what counts is the median; beside the seconds stand those
of the processors, which a busy machine hardly changes.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
from fairlearn.metrics import MetricFrame, selection_rate
from sklearn.metrics import (accuracy_score, average_precision_score, balanced_accuracy_score, f1_score, precision_score,
                             recall_score, roc_auc_score)

import million

METRICS = {
    "accuracy_score": accuracy_score,
    "balanced_accuracy_score": balanced_accuracy_score,
    "precision_score": precision_score,
    "recall_score": recall_score,
    "selection_rate": selection_rate,
    "f1_score": f1_score,
}

SPEC = """fairgrid: 1
study: {name}
title: A million predictions
models:
  claimed: {{predictions: million.parquet, columns: {{id: id, label: y_true, decision: y_pred, scores: score}}}}
evaluate:
  test:
    groups: [[gender, race]]
    positive: 1
    {rule}
    metrics: [{metrics}]
uncertainty: {{bootstrap: {replicates}, null: {{permutations: {replicates}}}}}
tables:
  main: {{rows: [model], columns: [{columns}]}}
"""


ROUNDS = 5


def timed(work):
    """Seconds of the clock and of the processors, those of children included."""
    before, start = os.times(), time.perf_counter()
    work()
    seconds, after = time.perf_counter() - start, os.times()
    return seconds, sum(after[:4]) - sum(before[:4])


def fairgrid(program, folder, name, metrics, columns, replicates, rule="decide: given"):
    spec = folder / f"{name}.yaml"
    spec.write_text(SPEC.format(name=name, metrics=", ".join(metrics), columns=", ".join(columns), replicates=replicates, rule=rule))

    def run():
        fresh = folder / f"store-{time.monotonic_ns()}"
        command = [program, "run", spec, "--store", fresh, "--output", folder / name, "--no-predictions", "-q"]
        subprocess.run(command, check=True, capture_output=True)

    return run


def main():
    program = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        file = folder / "million.parquet"
        pq.write_table(million.table(int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000), file)
        data = pd.read_parquet(file)
        truth, decided, score = data.y_true, data.y_pred, data.score
        groups = data[["gender", "race"]]
        parts = [rows.to_numpy() for _, rows in data.groupby(["gender", "race"]).groups.items()]
        rows = [(truth.to_numpy()[part], decided.to_numpy()[part], score.to_numpy()[part]) for part in parts]
        counts = list(METRICS) + [f"{name}_difference" for name in METRICS]
        names = ["roc_auc_score", "average_precision_score"]
        works = {
            "reading": lambda: pq.read_table(file),
            "counts": fairgrid(program, folder, "counts", counts, list(METRICS), 1000),
            "loop": lambda: [metric(y, p) for y, p, _ in rows for metric in METRICS.values()],
            "ranks": fairgrid(program, folder, "ranks", names, names, 200, rule="min_count: 1"),
            "rank loop": lambda: [metric(y, s) for y, _, s in rows for metric in (roc_auc_score, average_precision_score)],
        }
        times = {name: [] for name in works}
        for _ in range(ROUNDS):
            for name, work in works.items():
                times[name].append(timed(work))
        times = {name: [statistics.median(column) for column in zip(*rounds)] for name, rounds in times.items()}
        times["frame"] = timed(lambda: MetricFrame(metrics=METRICS, y_true=truth, y_pred=decided, sensitive_features=groups).by_group)

        def line(what, name, passes=None, ours=None):
            ratios = [(passes or 1) * theirs / our for theirs, our in zip(times[name], times[ours])] if ours else []
            ratio = f"{f'x {passes:,}' if passes else '':>9} = {ratios[0]:10,.1f} times, {ratios[1]:10,.1f} of processors" if ours else ""
            print(f"{what:36}{times[name][0]:9.3f} s {times[name][1]:9.3f} s of processors {ratio}")

        line("pyarrow reads the file", "reading")
        line("fairgrid, counts, of the reading", "counts", None, "reading")
        line("fairlearn MetricFrame, of fairgrid", "frame", 1001, "counts")
        line("scikit-learn in a loop, of fairgrid", "loop", 1001, "counts")
        line("fairgrid, AUC and AP", "ranks")
        line("scikit-learn, AUC and AP, of fairgrid", "rank loop", 201, "ranks")


if __name__ == "__main__":
    main()
