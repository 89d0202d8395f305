"""Times scikit-learn, fairlearn and fairgrid on the same million predictions, and prints how many times faster fairgrid is.

usage: python score.py FAIRGRID [ROWS]       (FAIRGRID: the program; needs numpy, pandas, pyarrow, scikit-learn, fairlearn)

fairgrid's time is that of the whole process: start, reading, groups, gaps, 1,000 replicates, nulls, files. The peers' times are of one
pass in memory, and are multiplied by the number of passes that 1,000 (for rankings 200) replicates take.
"""

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


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def fairgrid(program, folder, name, metrics, columns, replicates, rule="decide: given"):
    spec = folder / f"{name}.yaml"
    spec.write_text(SPEC.format(name=name, metrics=", ".join(metrics), columns=", ".join(columns), replicates=replicates, rule=rule))

    def run():
        fresh = folder / f"store-{time.monotonic_ns()}"
        command = [program, "run", spec, "--store", fresh, "--output", folder / name, "--no-predictions", "-q"]
        subprocess.run(command, check=True, capture_output=True)

    return min(timed(run) for _ in range(3))


def main():
    program = str(Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        file = folder / "million.parquet"
        pq.write_table(million.table(int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000), file)
        reading = min(timed(lambda: pq.read_table(file)) for _ in range(3))
        data = pd.read_parquet(file)
        truth, decided, score = data.y_true, data.y_pred, data.score
        groups = data[["gender", "race"]]
        frame = timed(lambda: MetricFrame(metrics=METRICS, y_true=truth, y_pred=decided, sensitive_features=groups).by_group)
        parts = [rows.to_numpy() for _, rows in data.groupby(["gender", "race"]).groups.items()]
        rows = [(truth.to_numpy()[part], decided.to_numpy()[part], score.to_numpy()[part]) for part in parts]
        loop = timed(lambda: [metric(y, p) for y, p, _ in rows for metric in METRICS.values()])
        ranks = timed(lambda: [metric(y, s) for y, _, s in rows for metric in (roc_auc_score, average_precision_score)])
        counts = list(METRICS) + [f"{name}_difference" for name in METRICS]
        ours = fairgrid(program, folder, "counts", counts, list(METRICS), 1000)
        names = ["roc_auc_score", "average_precision_score"]
        ours_ranks = fairgrid(program, folder, "ranks", names, names, 200, rule="min_count: 1")
        print(f"pyarrow reads the file in          {reading:8.3f} s")
        print(f"fairgrid, counts, whole process    {ours:8.3f} s   ({ours / reading:.1f} times the reading)")
        print(f"fairlearn MetricFrame, one pass    {frame:8.3f} s   x 1001 = {1001 * frame / ours:,.0f} times fairgrid")
        print(f"scikit-learn in a loop, one pass   {loop:8.3f} s   x 1001 = {1001 * loop / ours:,.0f} times fairgrid")
        print(f"fairgrid, AUC and AP               {ours_ranks:8.3f} s")
        print(f"scikit-learn AUC and AP, one pass  {ranks:8.3f} s   x  201 = {201 * ranks / ours_ranks:,.0f} times fairgrid")


if __name__ == "__main__":
    main()
