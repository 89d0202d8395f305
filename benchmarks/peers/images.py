"""Photographs to normalised tensors: fairgrid and Pillow with NumPy, one thread each, in turns.

    pip install numpy pillow simplejpeg scikit-image scikit-learn
    python benchmarks/peers/images.py [--real] [--features turbojpeg] [FOLDER ...]

Without folders, photographs of 500 x 375 and of 1600 x 1200 pixels are made up, with the spectrum, and the bytes a pixel, of real ones; with
`--real`, the real ones that scikit-image and scikit-learn bring are tiled at their own resolution to 1600 x 1200. Beside them, what no decoder
on top of libjpeg-turbo can exceed: its decoding alone, in C, to the whole size or, for `fast`, to the smallest that suffices; and Pillow where its
`draft` shrinks too. What counts is processor time, so that a busy machine does not blur the ratio.
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
import simplejpeg
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


def tiled(photograph, width=1600, height=1200):
    """Beside and below each other, each the mirror image of its neighbour, so that no seam is sharp."""
    whole = Image.new("RGB", (width, height))
    for top in range(0, height, photograph.height):
        for left in range(0, width, photograph.width):
            tile = photograph
            if left // photograph.width % 2:
                tile = tile.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            if top // photograph.height % 2:
                tile = tile.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
            whole.paste(tile, (left, top))
    return whole


def real(folder):
    home = {name: Path(importlib.util.find_spec(name).origin).parent for name in ("skimage", "sklearn")}
    names = ("astronaut.png", "chelsea.png", "coffee.png", "hubble_deep_field.jpg", "motorcycle_left.png", "retina.jpg")
    paths = [home["skimage"] / "data" / name for name in names]
    paths += [home["sklearn"] / "datasets" / "images" / name for name in ("china.jpg", "flower.jpg")]
    for quality in (75, 85, 90):
        below = folder / f"real-{quality}"
        below.mkdir()
        for path in paths:
            tiled(Image.open(path).convert("RGB")).save(below / f"{path.stem}.jpg", quality=quality)
        yield below


def tensor(data, draft=False):
    """torchvision's Resize(256), CenterCrop(224), ToTensor, Normalize, without torchvision's own cost."""
    image = Image.open(io.BytesIO(data))
    if draft:
        image.draft("RGB", (256 * image.width // min(image.size), 256 * image.height // min(image.size)))
    image = image.convert("RGB")
    width, height = image.size
    size = (256 * width // height, 256) if width > height else (256, 256 * height // width)
    image = image.resize(size, Image.Resampling.BILINEAR)
    left, top = round((size[0] - 224) / 2), round((size[1] - 224) / 2)
    image = image.crop((left, top, left + 224, top + 224))
    values = (np.asarray(image, dtype=np.float32) / 255 - MEAN) / STD
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def decoded(data, shrunk=False):
    """libjpeg-turbo's decoding and nothing else, through a thin layer."""
    at_least = {"min_height": 256, "min_width": 256} if shrunk else {}
    return simplejpeg.decode_jpeg(data, "RGB", **at_least)


def peer(folder, work, **how):
    files = [path.read_bytes() for path in folder.iterdir()]
    count, start, busy = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - start < LEAST:
        for data in files:
            work(data, **how)
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


def built(features):
    command = ["cargo", "bench", "--bench", "images", "--no-run", "--message-format", "json", "--features", features]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    products = [json.loads(line) for line in lines if line.startswith("{")]
    return next(product["executable"] for product in products if product.get("target", {}).get("name") == "images" and product.get("executable"))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--bench", type=Path, help="the bench `images`, already built")
    options.add_argument("--features", default="", help="those that the bench is built with: turbojpeg")
    options.add_argument("--real", action="store_true", help="real photographs in place of made-up ones")
    options.add_argument("folders", type=Path, nargs="*")
    options = options.parse_args()
    bench = options.bench or built(options.features)
    turbo = "libjpeg-turbo " + str(features.version_feature("libjpeg_turbo")) if features.check_feature("libjpeg_turbo") else "libjpeg"
    print(f"Pillow {pillow} ({turbo}), NumPy {np.__version__}")
    missed = False
    with tempfile.TemporaryDirectory() as temporary:
        for folder in options.folders or (real if options.real else made_up)(Path(temporary)):
            size = Image.open(next(folder.iterdir())).size
            bits = sum(path.stat().st_size for path in folder.iterdir()) * 8 / (size[0] * size[1] * len(list(folder.iterdir())))
            at_least = TARGETS.get(size, (None, None))
            for decode, target in zip(("exact", "fast"), at_least):
                fast = decode == "fast"
                rounds = [
                    (ours(bench, folder, decode), peer(folder, tensor), peer(folder, tensor, draft=fast), peer(folder, decoded, shrunk=fast))
                    for _ in range(ROUNDS)
                ]
                ratios = sorted(mine / theirs for mine, theirs, *_ in rounds)
                spans = [f"{min(side):.0f} to {max(side):.0f}/s" for side in zip(*rounds)]
                print(
                    f"{size[0]} x {size[1]}, {bits:.1f} bits a pixel, {decode}: fairgrid {spans[0]}, Pillow {spans[1]}, "
                    + ", ".join(f"{ratio:.2f}" for ratio in ratios)
                    + " times"
                    + (f", at least {target} wanted" if target else "")
                    + (f"; Pillow with draft {spans[2]}" if fast else "")
                    + f"; libjpeg-turbo's decoding alone {spans[3]}"
                )
                missed |= target is not None and ratios[ROUNDS // 2] < target
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
