"""Draws the stratified sample of Fashion-MNIST in `specs/data/`: 400 training and 200 test photographs of each of the ten classes.

    apt-get download dataset-fashion-mnist && dpkg -x dataset-fashion-mnist_*.deb debian
    python -m venv env && env/bin/pip install numpy pillow pyarrow
    env/bin/python specs/data/make_fashion_sample.py debian/usr/share/datasets/fashion-mnist

Writes two Parquet files laid out as the Hugging Face hub does: `image` {bytes, path} with PNG bytes, `label` int64 with its class names
in the metadata. `path` holds the photograph's place in the original file.
"""

import gzip
import io
import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

HERE = Path(__file__).parent
CLASSES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
SPLITS = {"train": ("train", 400), "test": ("t10k", 200)}


def idx(path):
    raw = gzip.open(path).read()
    sizes = [int.from_bytes(raw[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(raw[3])]
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(sizes)


def main(folder):
    random = np.random.default_rng(20170828)
    features = {"image": {"_type": "Image"}, "label": {"names": CLASSES, "_type": "ClassLabel"}}
    for split, (prefix, per_class) in SPLITS.items():
        images = idx(folder / f"{prefix}-images-idx3-ubyte.gz")
        labels = idx(folder / f"{prefix}-labels-idx1-ubyte.gz")
        chosen = [random.choice(np.flatnonzero(labels == label), per_class, replace=False) for label in range(len(CLASSES))]
        rows = np.sort(np.concatenate(chosen))
        files = []
        for row in rows:
            png = io.BytesIO()
            Image.fromarray(images[row]).save(png, "PNG", optimize=True)
            files.append({"bytes": png.getvalue(), "path": f"{split}-{row:05}.png"})
        table = pa.table(
            {"image": pa.array(files, pa.struct([("bytes", pa.binary()), ("path", pa.string())])), "label": pa.array(labels[rows], pa.int64())}
        )
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
        pq.write_table(table, HERE / f"fashion-mnist-sample-{split}.parquet", row_group_size=1000, compression="none", use_dictionary=["label"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
