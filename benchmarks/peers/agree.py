"""Numbers beside the peers': random files of predictions through fairgrid and through scikit-learn, fairlearn, AIF360, OxonFair, holisticai.

    pip install numpy pandas pyarrow scikit-learn==1.9.1 fairlearn==0.15.0 aif360==0.6.1 oxonfair==0.3 holisticai==1.0.14
    python benchmarks/peers/agree.py target/release/fairgrid [--studies 300] [--seed 0]

Every study is a file (CSV, TSV, Parquet or JSON lines), a spec, and what the peers say of it: two classes, up to 300, or several labels an
item of which some are unknown; groups of one item, groups of one class, combinations without items, groups that are missing; weights, some
0; ties; abstentions; control features. What a peer calls 0 although there is nothing to divide by is expected to be undefined. Printed for
each peer and metric: how many numbers were compared, how many are undefined on both sides, and the largest difference, of 1 or of the
number where that is larger. The exit code is 1 where one is above 1e-9, or where a number is missing.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

import agreement

warnings.filterwarnings("ignore")
CLOSE = 1e-9
FORMATS = ["csv", "tsv", "parquet", "jsonl"]


def write(frame, folder, form):
    path = folder / f"predictions.{form}"
    if form == "parquet":
        parquet.write_table(pa.Table.from_pandas(frame, preserve_index=False), path)
    elif form == "jsonl":
        frame.to_json(path, orient="records", lines=True, double_precision=15)
        lines = ({name: None if value != value else value for name, value in row.items()} for row in frame.astype(object).to_dict("records"))
        path.write_text("".join(json.dumps(line, default=lambda value: value.item()) + "\n" for line in lines))
    else:
        frame.to_csv(path, index=False, sep="," if form == "csv" else "\t")
    return path


def measured(study, program, folder, form):
    """The rows of results.csv, by metric, breakdown, group and class."""
    path = write(study.frame, folder, form)
    first = next(iter(study.calls.values()))
    spec = {
        "fairgrid": 1,
        "study": "agree",
        "models": {"claimed": {"predictions": path.name, "columns": study.columns}},
        "evaluate": {"all": {**study.evaluation, "metrics": [{call[0]: {**call[1], "as": name}} for call, name in study.named()]}},
        "uncertainty": {"bootstrap": study.bootstrap},
        "tables": {"main": {"rows": ["model"], "columns": [first]}},
    }
    (folder / "agree.yaml").write_text(json.dumps(spec, indent=1))
    command = [program, "run", "agree.yaml", "--store", "store", "--output", "out", "-q"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise SystemExit(f"{study.name}: exit code {done.returncode}\n{done.stderr[-4000:]}\n{json.dumps(spec)[:2000]}")
    with open(folder / "out" / "results.csv", newline="") as file:
        return {(row["metric"], row["by"], row["group"], row["label"]): row for row in csv.DictReader(file)}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("program", type=Path)
    options.add_argument("--studies", type=int, default=300)
    options.add_argument("--seed", type=int, default=0)
    options = options.parse_args()
    program = str(options.program.resolve())
    compared, undefined, largest, wrong, refused, rows, covered = Counter(), Counter(), Counter(), [], [], 0, 0
    for number in range(options.seed, options.seed + options.studies):
        random = np.random.default_rng(number)
        try:
            study = agreement.STUDIES[number % len(agreement.STUDIES)](random)
        except ValueError as refusal:
            # A peer that takes no such file, as of weights that are all 0, leaves nothing to hold against.
            refused.append(f"{number}: {refusal}")
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = measured(study, program, Path(folder), str(random.choice(FORMATS)))
        rows, covered = rows + len(found), covered + len({at for at, _, _, _ in study.expected} & set(found))
        for at, peer, call, value in study.expected:
            line = (peer, call[0] if "average" not in call[1] else f"{call[0]} ({call[1]['average']})")
            row = found.get(at)
            text = None if row is None else row["value"]
            if row is None or (text == "") != (value is None):
                wrong.append(f"{number} {study.name} {peer} {call} {at}: {value} expected: {row}")
                continue
            if value is None:
                undefined[line] += 1
                continue
            apart = abs(float(text) - value) / max(1.0, abs(value))
            compared[line] += 1
            largest[line] = max(largest[line], apart)
            if not apart <= CLOSE:
                wrong.append(f"{number} {study.name} {peer} {call} {at}: {value} expected: {row}")
    print(f"{'peer':14} {'metric':52} {'numbers':>8} {'undefined':>9} {'largest difference':>18}")
    for line in sorted(set(compared) | set(undefined)):
        print(f"{line[0]:14} {line[1]:52} {compared[line]:8,} {undefined[line]:9,} {largest[line]:18.1e}")
    print(f"{options.studies} studies, {rows:,} numbers, {covered:,} of them held against a peer's, {len(wrong):,} differ")
    for line in wrong[:40]:
        print(line)
    for line in refused:
        print(f"a peer refuses study {line}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
