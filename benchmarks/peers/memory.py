"""Runs fairgrid on a file of predictions of any length, and prints its time and the most memory that it took.

usage: python memory.py FAIRGRID [ROWS] [--turned]       (needs numpy, pyarrow; 100 million rows take 1.4 GB of disk while it runs)
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import million

METRICS = ["accuracy_score", "balanced_accuracy_score", "precision_score", "recall_score", "selection_rate", "f1_score"]

SPEC = """fairgrid: 1
study: memory
title: Many predictions
models:
  claimed: {{predictions: many.parquet, columns: {{id: id, label: y_true, decision: y_pred, scores: score}}}}
evaluate:
  test:
    groups: [[gender, race]]
    positive: 1
    decide: given
    metrics: [{metrics}]
uncertainty: {{bootstrap: 1000, null: {{permutations: 1000}}}}
tables:
  main: {{rows: [model], columns: [accuracy_score]}}
"""


def main():
    program = str(Path(sys.argv[1]).resolve())
    numbers = [argument for argument in sys.argv[2:] if not argument.startswith("-")]
    rows = int(numbers[0]) if numbers else 100_000_000
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        million.write(folder / "many.parquet", rows, "--turned" in sys.argv)
        spec = folder / "memory.yaml"
        spec.write_text(SPEC.format(metrics=", ".join(METRICS + [f"{name}_difference" for name in METRICS])))
        command = [program, "run", spec, "--store", folder / "store", "--output", folder / "out", "--no-predictions", "-q"]
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds = time.perf_counter() - start
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = (folder / "many.parquet").stat().st_size
        print(f"{rows:,} rows, {size / 2**30:.2f} GiB: {seconds:.1f} s, of processors {used.ru_utime + used.ru_stime:.1f} s, "
              f"at most {used.ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
