"""Photographs to normalised tensors: fairgrid and Pillow with NumPy, one thread each, in turns.

    pip install numpy pillow
    python benchmarks/peers/images.py [FOLDER ...]

Without folders, photographs of 500 x 375 and of 1600 x 1200 pixels are made up, with the spectrum, and the bytes a pixel, of real ones.
What counts is processor time, so that a busy machine does not blur the ratio.
"""

import argparse
import importlib.util
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image, features
from PIL import __version__ as pillow

ROUNDS = 3
LEAST = 2.0
MEAN = np.array([0.485, 0.456, 0.406], np.float32)
STD = np.array([0.229, 0.224, 0.225], np.float32)
# The least ratio that is wanted: of an exact decoding, and of a fast one.
TARGETS = {(500, 375): (2.4, None), (1600, 1200): (3.2, 8.0)}


def photograph(random, width, height):
    frequency = np.hypot(np.fft.fftfreq(height)[:, None] * height, np.fft.rfftfreq(width)[None, :] * width)
    frequency[0, 0] = 1
    planes = []
    for _ in range(3):
        waves = random.normal(size=frequency.shape) + 1j * random.normal(size=frequency.shape)
        plane = np.fft.irfft2(waves / frequency**1.25, s=(height, width))
        planes.append((plane - plane.mean()) / plane.std())
    grain = random.normal(size=(height, width, 3)) * 1.5
    colours = np.stack([128 + 45 * (0.85 * planes[0] + 0.5 * plane) for plane in planes], axis=-1) + grain
    return Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8))


def made_up(folder):
    random = np.random.default_rng(1)
    for width, height, count, qualities in ((500, 375, 40, (87,)), (1600, 1200, 8, (87, 60))):
        photographs = [photograph(random, width, height) for _ in range(count)]
        for quality in qualities:
            below = folder / f"{width}x{height}-{quality}"
            below.mkdir()
            for index, image in enumerate(photographs):
                image.save(below / f"{index:03}.jpg", quality=quality)
            yield below


def tensor(data):
    """torchvision's Resize(256), CenterCrop(224), ToTensor, Normalize, without torchvision's own cost."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    width, height = image.size
    size = (256 * width // height, 256) if width > height else (256, 256 * height // width)
    image = image.resize(size, Image.Resampling.BILINEAR)
    left, top = round((size[0] - 224) / 2), round((size[1] - 224) / 2)
    image = image.crop((left, top, left + 224, top + 224))
    values = (np.asarray(image, dtype=np.float32) / 255 - MEAN) / STD
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def peer(folder):
    files = [path.read_bytes() for path in folder.iterdir()]
    count, start, busy = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - start < LEAST:
        for data in files:
            tensor(data)
            count += 1
    return count / (time.process_time() - busy)


def environment(**more):
    return {**os.environ, **{name: str(value) for name, value in more.items()}}


def alone(folder):
    """The environment of a run with a cache of its own, on the very library that Python's onnxruntime brings."""
    library = next((Path(importlib.util.find_spec("onnxruntime").origin).parent / "capi").glob("libonnxruntime.so*"))
    return environment(XDG_CACHE_HOME=folder / "cache", ORT_DYLIB_PATH=library)


def ours(bench, folder, decode):
    run = subprocess.run([bench], env=environment(FAIRGRID_IMAGES=folder, FAIRGRID_DECODE=decode), check=True, capture_output=True, text=True)
    count, busy, _ = run.stdout.split()
    return int(count) / float(busy)


def built():
    command = ["cargo", "bench", "--bench", "images", "--no-run", "--message-format", "json"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    products = [json.loads(line) for line in lines if line.startswith("{")]
    return next(product["executable"] for product in products if product.get("target", {}).get("name") == "images" and product.get("executable"))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bench", type=Path, help="the bench `images`, already built")
    options.add_argument("folders", type=Path, nargs="*")
    options = options.parse_args()
    bench = options.bench or built()
    turbo = "libjpeg-turbo " + str(features.version_feature("libjpeg_turbo")) if features.check_feature("libjpeg_turbo") else "libjpeg"
    print(f"Pillow {pillow} ({turbo}), NumPy {np.__version__}")
    missed = False
    with tempfile.TemporaryDirectory() as temporary:
        for folder in options.folders or made_up(Path(temporary)):
            size = Image.open(next(folder.iterdir())).size
            bits = sum(path.stat().st_size for path in folder.iterdir()) * 8 / (size[0] * size[1] * len(list(folder.iterdir())))
            at_least = TARGETS.get(size, (None, None))
            for decode, target in zip(("exact", "fast"), at_least):
                rounds = [(ours(bench, folder, decode), peer(folder)) for _ in range(ROUNDS)]
                ratios = sorted(mine / theirs for mine, theirs in rounds)
                spans = [f"{min(side):.0f} to {max(side):.0f}/s" for side in zip(*rounds)]
                print(
                    f"{size[0]} x {size[1]}, {bits:.1f} bits a pixel, {decode}: fairgrid {spans[0]}, Pillow {spans[1]}, "
                    + ", ".join(f"{ratio:.2f}" for ratio in ratios)
                    + " times"
                    + (f", at least {target} wanted" if target else "")
                )
                missed |= target is not None and ratios[ROUNDS // 2] < target
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
