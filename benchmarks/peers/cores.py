"""Photographs on every core: a whole `fairgrid run` that decodes them, beside as many processes of Pillow with NumPy, in turns.

    cargo xtask setup
    pip install numpy pillow onnx onnxruntime simplejpeg
    python benchmarks/peers/cores.py [--program target/release/fairgrid] [--small 8000] [--large 1600]

Both sides start from nothing but files in the page cache, and end when every photograph was a normalised 224 x 224 tensor and was averaged: fairgrid
with an ONNX network that only averages, Pillow in NumPy. So the ratio of wall times holds the start of both, the plan, the index with its digests,
and what fairgrid writes besides: its cache, predictions, scores and tables.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from images import photograph, tensor
from whole import CARD, CORES, ROOT, STUDY, average, whole

ROUNDS = 3


def share(folder, part):
    """What one process of Pillow does: every `CORES`-th photograph."""
    for path in sorted(Path(folder).iterdir())[part::CORES]:
        tensor(path.read_bytes()).mean(axis=(1, 2))


def peer(folder):
    """Seconds of as many processes of Pillow as there are cores."""
    start = time.perf_counter()
    processes = [subprocess.Popen([sys.executable, __file__, "--share", str(folder), str(part)]) for part in range(CORES)]
    if any([process.wait() for process in processes]):
        sys.exit("a process of Pillow failed")
    return time.perf_counter() - start


def ours(program, folder):
    """Seconds of a run that decodes everything."""
    for made in ("cache", "out", ".fairgrid"):
        shutil.rmtree(folder / made, ignore_errors=True)
    return whole(program, folder)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--program", type=Path, default=ROOT / "target" / "release" / "fairgrid")
    options.add_argument("--small", type=int, default=8000)
    options.add_argument("--large", type=int, default=1600)
    options.add_argument("--share", nargs=2, help=argparse.SUPPRESS)
    options = options.parse_args()
    if options.share:
        return share(options.share[0], int(options.share[1]))
    random = np.random.default_rng(1)
    for width, height, count in ((500, 375, options.small), (1600, 1200, options.large)):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            photographs = folder / "photographs"
            photographs.mkdir()
            made = [photograph(random, width, height) for _ in range(20)]
            for index in range(count):
                name = f"{('cat', 'dog')[index % 2]}_{index:05}.jpg"
                made[index % len(made)].save(photographs / name, quality=87, comment=str(index))
            (folder / "card.yaml").write_text(CARD.replace("FOLDER", str(photographs)))
            (folder / "whole.yaml").write_text(STUDY.replace("THREADS", "1"))
            average(folder / "net.onnx")
            rounds = [(ours(options.program.resolve(), folder), peer(photographs)) for _ in range(ROUNDS)]
            ratios = ", ".join(f"{theirs / mine:.2f}" for mine, theirs in sorted(rounds, key=lambda round: round[1] / round[0]))
            spans = [f"{count / max(side):.0f} to {count / min(side):.0f}/s" for side in zip(*rounds)]
            print(f"{width} x {height}, {CORES} cores: fairgrid {spans[0]}, {CORES} processes of Pillow {spans[1]}, {ratios} times", flush=True)


if __name__ == "__main__":
    sys.exit(main())
