"""Pixels and decisions beside Pillow's: pictures of every kind of file, through fairgrid and through Pillow.

    cargo xtask setup
    pip install numpy pillow onnxruntime pyarrow scikit-image matplotlib
    python benchmarks/peers/parity.py [--count 4000] [--program target/release/fairgrid]

The pictures are random crops of the faces in two photographs in the public domain (specs/data/NOTICES.md), turned, lit, coloured and blurred
at random, in 15 kinds of files. Printed for each kind: by how many levels decoded pixels and pixels of 224 x 224 differ from Pillow's; by how
much the scores of the classifier of specs/portrait-audit.yaml do, run by fairgrid on the files and by onnxruntime on what Pillow makes of
them; and how many decisions change. At most one in a thousand may.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib
import numpy as np
import onnxruntime
import pyarrow.parquet as parquet
import skimage
from images import alone, built, environment
from PIL import Image, ImageFilter, ImageOps, features
from PIL import __version__ as pillow

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "specs" / "data" / "gender-v1.onnx"
MEAN = np.array([122.782, 117.001, 104.298], np.float32)
# A photograph, the middle of the face in it and the face's width.
FACES = [
    (Path(skimage.__file__).parent / "data" / "astronaut.png", (222, 115), 100),
    (Path(matplotlib.__file__).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg", (262, 250), 190),
]


def turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def deep(image):
    return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257 + 13)


KINDS = {
    "jpeg-420": ("jpg", lambda image: image, {"quality": 85}),
    "jpeg-420-low": ("jpg", lambda image: image, {"quality": 40}),
    "jpeg-422": ("jpg", lambda image: image, {"quality": 85, "subsampling": 1}),
    "jpeg-444": ("jpg", lambda image: image, {"quality": 92, "subsampling": 0}),
    "jpeg-progressive": ("jpg", lambda image: image, {"quality": 85, "progressive": True}),
    "jpeg-grey": ("jpg", lambda image: image.convert("L"), {"quality": 90}),
    "jpeg-cmyk": ("jpg", lambda image: image.convert("CMYK"), {"quality": 90}),
    "jpeg-turned": ("jpg", lambda image: image.transpose(Image.Transpose.ROTATE_90), {"quality": 85, "exif": turned()}),
    "png": ("png", lambda image: image, {}),
    "png-16-bit": ("png", deep, {}),
    "png-palette": ("png", lambda image: image.convert("P", palette=Image.Palette.ADAPTIVE), {}),
    "png-alpha": ("png", lambda image: image.convert("RGBA"), {}),
    "webp": ("webp", lambda image: image, {"quality": 85}),
    "bmp": ("bmp", lambda image: image, {}),
    "gif": ("gif", lambda image: image.convert("P", palette=Image.Palette.ADAPTIVE), {}),
}
CARD = """
fairgrid_card: 1
dataset: pictures
images: {glob: "*", name: '(?<shown>[a-z]+)_.*'}
fields: {gender: {from: shown, levels: [female, male]}}
label: gender
"""
STUDY = """
fairgrid: 1
study: parity
data: {pictures: {card: card.yaml}}
models:
  gender:
    backend: onnx
    file: MODEL
    input: {size: [32, 32], mean: [122.782, 117.001, 104.298], std: 256.0}
    output: {probabilities: [female, male]}
evaluate: {all: {data: pictures/test, metrics: [accuracy_score]}}
uncertainty: {bootstrap: 0}
"""


def pictures(folder, count):
    """Writes the pictures; the kind is in each name."""
    random = np.random.default_rng(1)
    photographs = [Image.open(path).convert("RGB") for path, _, _ in FACES]
    kinds = list(KINDS)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        which = random.integers(len(FACES))
        _, (x, y), wide = FACES[which]
        half = wide * random.uniform(0.5, 1.0)
        x, y = x + random.normal(0, wide / 12), y + random.normal(0, wide / 12)
        half = min(half, x, y, photographs[which].width - x, photographs[which].height - y)
        side = int(random.integers(64, 520))
        image = photographs[which].rotate(random.normal(0, 12), Image.Resampling.BICUBIC, center=(x, y))
        image = image.resize((side, int(side * random.uniform(0.8, 1.25))), Image.Resampling.BICUBIC, (x - half, y - half, x + half, y + half))
        if random.random() < 0.5:
            image = ImageOps.mirror(image)
        image = image.filter(ImageFilter.GaussianBlur(random.uniform(0, side / 60)))
        values = np.asarray(image, np.float32)
        values = (values - 128) * random.uniform(0.5, 1.3) + 128 + random.normal(0, 25) + random.normal(0, 12, 3)
        values += random.normal(0, random.uniform(0, 12), values.shape)
        ending, convert, options = KINDS[kind]
        image = convert(Image.fromarray(values.clip(0, 255).astype(np.uint8)))
        image.save(folder / f"female_{number:05}_{kind}.{ending}", **options)


def opened(path):
    """As researchers open a file with Pillow: upright, in RGB, the upper byte of 16 bits."""
    image = Image.open(path)
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    return ImageOps.exif_transpose(image).convert("RGB")


def fitted(image):
    width, height = image.size
    size = (256 * width // height, 256) if width > height else (256, 256 * height // width)
    image = image.resize(size, Image.Resampling.BILINEAR)
    left, top = round((size[0] - 224) / 2), round((size[1] - 224) / 2)
    return image.crop((left, top, left + 224, top + 224))


def scores(session, image):
    values = (np.asarray(image.resize((32, 32), Image.Resampling.BILINEAR), np.float32) - MEAN) / 256
    return session.run(None, {"images": values.transpose(2, 0, 1)[None]})[0][0]


def ours(program, folder, files):
    """The scores that fairgrid's run leaves, by file."""
    (folder / "card.yaml").write_text(CARD + f"root: {files}\n")
    (folder / "parity.yaml").write_text(STUDY.replace("MODEL", str(MODEL)))
    command = [program, "run", "parity.yaml", "--output", "out", "--progress", "plain"]
    subprocess.run(command, cwd=folder, env=alone(folder), check=True, capture_output=True)
    table = parquet.read_table(next((folder / "out" / "predictions").rglob("*.parquet")))
    return dict(zip(table["id"].to_pylist(), table["scores"].to_pylist()))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=4000)
    options.add_argument("--program", type=Path, default=ROOT / "target" / "release" / "fairgrid")
    options.add_argument("--bench", type=Path, help="the bench `images`, already built")
    options = options.parse_args()
    bench = options.bench or built()
    print(f"Pillow {pillow} (libjpeg-turbo {features.version_feature('libjpeg_turbo')}), onnxruntime {onnxruntime.__version__}")
    session = onnxruntime.InferenceSession(MODEL)
    rows = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        files, pixels = folder / "files", folder / "pixels"
        files.mkdir()
        pixels.mkdir()
        pictures(files, options.count)
        subprocess.run([bench], env=environment(FAIRGRID_IMAGES=files, FAIRGRID_PIXELS=pixels), check=True)
        said = ours(options.program.resolve(), folder, files)
        for path in sorted(files.iterdir()):
            image = opened(path)
            apart = []
            for ending, theirs in (("whole", image), ("fitted", fitted(image))):
                mine = np.frombuffer((pixels / f"{path.name}.{ending}").read_bytes(), np.uint8).astype(np.int16)
                apart.append(np.abs(mine - np.asarray(theirs, np.int16).reshape(-1)))
            theirs, mine = scores(session, image), np.array(said[path.name])
            kind = path.stem.split("_")[2]
            row = [apart[0].max(), apart[0].mean(), apart[1].max(), apart[1].mean(), np.abs(mine - theirs).max(), mine.argmax() != theirs.argmax()]
            rows.setdefault(kind, []).append([*row, theirs.argmax()])
    print(f"{'':18} {'files':>6} {'decoded':>16} {'224 x 224':>16} {'scores':>9} decisions")
    print(f"{'':18} {'':6} {'most':>7} {'mean':>8} {'most':>7} {'mean':>8} {'most':>9} changed")
    everything = np.array([row for kind in KINDS for row in rows.get(kind, [])], float)
    for kind, table in [*((kind, np.array(rows[kind], float)) for kind in KINDS if kind in rows), ("all", everything)]:
        most, mean = table.max(0), table.mean(0)
        print(f"{kind:18} {len(table):6} {most[0]:7.0f} {mean[1]:8.4f} {most[2]:7.0f} {mean[3]:8.4f} {most[4]:9.5f} {table[:, 5].sum():.0f}")
    changed = everything[:, 5].mean()
    print(f"{changed * 1000:.2f} decisions in 1,000 change, at most 1 wanted; Pillow's are {everything[:, 6].mean():.0%} male")
    return 1 if changed > 1e-3 else 0


if __name__ == "__main__":
    sys.exit(main())
