"""A million predictions (or as many as wanted) as a Parquet file: two group columns with 14 intersections, a label, a decision and a score.

usage: python million.py FILE [ROWS] [--turned]       (--turned: ids fall instead of rising)
"""

import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

RACES = ["Black", "East Asian", "Indian", "Latino", "Middle Eastern", "Southeast Asian", "White"]
GENDERS = ["female", "male"]
PIECE = 1_000_000


def table(rows, seed=0, ids=None):
    rng = np.random.default_rng(seed)
    race = rng.choice(len(RACES), rows, p=[0.14, 0.13, 0.14, 0.15, 0.1, 0.13, 0.21])
    gender = rng.integers(0, 2, rows)
    label = (rng.random(rows) < 0.3 + 0.03 * race).astype(np.int64)
    logit = rng.normal(1.4 * (2 * label - 1) + 0.1 * race - 0.2 * gender, 1.2)
    score = 1 / (1 + np.exp(-logit))
    names = [np.array(levels, dtype=object)[codes] for levels, codes in [(RACES, race), (GENDERS, gender)]]
    return pa.table({
        "id": pa.array([f"img{row:08}" for row in (range(rows) if ids is None else ids)]),
        "y_true": label,
        "y_pred": (score >= 0.5).astype(np.int64),
        "score": score,
        "race": names[0],
        "gender": names[1],
    })


def write(file, rows, turned=False):
    """Writes a file of any length, a million rows at a time."""
    order = range(rows - 1, -1, -1) if turned else range(rows)
    pieces = (table(len(ids), seed, ids) for seed, ids in enumerate(order[at:at + PIECE] for at in range(0, rows, PIECE)))
    first = next(pieces)
    with pq.ParquetWriter(file, first.schema) as writer:
        writer.write_table(first)
        for piece in pieces:
            writer.write_table(piece)


if __name__ == "__main__":
    numbers = [argument for argument in sys.argv[2:] if not argument.startswith("-")]
    write(sys.argv[1], int(numbers[0]) if numbers else PIECE, "--turned" in sys.argv)
