"""From files to predictions: `fairgrid run` on an ONNX network of MobileNetV2's shape, beside onnxruntime on tensors that lie in memory.

    cargo xtask setup
    pip install numpy pillow onnx onnxruntime
    python benchmarks/peers/whole.py [--count 2000] [--program target/release/fairgrid] [--threads 2]

The network has MobileNetV2's layers with batch normalisation folded in and random weights; its cost does not depend on them. The first run
decodes, the second has other weights and reads the cache. A ratio is wall time of `session.run` over the same images in batches of the same
size, to wall time of the whole `fairgrid run`: start, planning, decoding, scoring and files included. What decoding alone takes is measured with
a network that only averages pixels; where both together are more than the cores can do, the ratio that they could reach at most is printed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from images import alone, photograph
from onnx import TensorProto, helper, numpy_helper

ROOT = Path(__file__).parents[2]
CORES = os.cpu_count()
BATCH = 32
# Expansion, channels, repeats and stride of each block (Sandler et al. 2018, table 2).
BLOCKS = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
CARD = """
fairgrid_card: 1
dataset: photographs
images: {glob: "*.jpg", name: '(?<shown>[a-z]+)_.*'}
fields: {shown: {from: shown, levels: [cat, dog]}}
label: shown
root: FOLDER
"""
STUDY = """
fairgrid: 1
study: whole
data: {photographs: {card: card.yaml}}
models: {net: {backend: onnx, file: net.onnx, threads: THREADS, input: imagenet, output: {logits: [cat, dog], columns: [0, 1]}}}
evaluate: {all: {data: photographs/test, metrics: [accuracy_score]}}
uncertainty: {bootstrap: 0}
"""


def mobilenet(path, seed):
    random = np.random.default_rng(seed)
    nodes, weights = [], []

    def weight(*shape):
        fan = int(np.prod(shape[1:])) or 1
        weights.append(numpy_helper.from_array(random.normal(0, (2 / fan) ** 0.5, shape).astype(np.float32), f"w{len(weights)}"))
        return weights[-1].name

    def convolution(x, inputs, outputs, size=1, stride=1, group=1, clip=True):
        kernel = [weight(outputs, inputs // group, size, size), weight(outputs)]
        y = f"c{len(nodes)}"
        nodes.append(helper.make_node("Conv", [x, *kernel], [y], strides=[stride] * 2, pads=[size // 2] * 4, group=group))
        if clip:
            nodes.append(helper.make_node("Clip", [y, "zero", "six"], [y + "r"]))
        return nodes[-1].output[0]

    x, channels = convolution("image", 3, 32, 3, 2), 32
    for expansion, outputs, repeats, stride in BLOCKS:
        for repeat in range(repeats):
            y, wide = x, channels * expansion
            if expansion > 1:
                y = convolution(y, channels, wide)
            y = convolution(y, wide, wide, 3, stride if repeat == 0 else 1, wide)
            y = convolution(y, wide, outputs, clip=False)
            if repeat > 0:
                nodes.append(helper.make_node("Add", [x, y], [f"a{len(nodes)}"]))
                y = nodes[-1].output[0]
            x, channels = y, outputs
    x = convolution(x, channels, 1280)
    nodes.append(helper.make_node("GlobalAveragePool", [x], ["pooled"]))
    nodes.append(helper.make_node("Flatten", ["pooled"], ["flat"]))
    nodes.append(helper.make_node("Gemm", ["flat", weight(1280, 1000), weight(1000)], ["logits"]))
    for name, value in (("zero", 0), ("six", 6)):
        weights.append(numpy_helper.from_array(np.array(value, np.float32), name))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 224, 224])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 1000])
    graph = helper.make_graph(nodes, "mobilenet_v2", [image], [logits], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def average(path):
    """A network that costs nothing beside decoding."""
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["logits"]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, 224, 224])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 3])
    graph = helper.make_graph(nodes, "average", [image], [logits])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)


def raw(path, count, threads):
    """Seconds of `session.run` alone."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options)
    tensor = np.random.default_rng(0).normal(size=(BATCH, 3, 224, 224)).astype(np.float32)
    session.run(None, {"image": tensor})
    start = time.perf_counter()
    for first in range(0, count, BATCH):
        session.run(None, {"image": tensor[: min(BATCH, count - first)]})
    return time.perf_counter() - start


def whole(program, folder):
    """Seconds of a whole run."""
    command = [program, "run", "whole.yaml", "--output", "out", "--progress", "plain"]
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env=alone(folder), check=True, capture_output=True)
    return time.perf_counter() - start


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=2000)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--program", type=Path, default=ROOT / "target" / "release" / "fairgrid")
    options = options.parse_args()
    random = np.random.default_rng(1)
    for width, height in ((500, 375), (1600, 1200)):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            photographs = folder / "photographs"
            photographs.mkdir()
            made = [photograph(random, width, height) for _ in range(20)]
            for index in range(options.count):
                # Other bytes each time, so that each is decoded.
                name = f"{('cat', 'dog')[index % 2]}_{index:05}.jpg"
                made[index % len(made)].save(photographs / name, quality=87, comment=str(index))
            (folder / "card.yaml").write_text(CARD.replace("FOLDER", str(photographs)))
            (folder / "whole.yaml").write_text(STUDY.replace("THREADS", str(options.threads)))
            average(folder / "net.onnx")
            decoding = whole(options.program.resolve(), folder)
            for made in ("cache", "out", ".fairgrid"):
                shutil.rmtree(folder / made)
            for seed, what in enumerate(("decoding", "from the cache")):
                mobilenet(folder / "net.onnx", seed)
                before = raw(folder / "net.onnx", options.count, options.threads)
                ours = whole(options.program.resolve(), folder)
                theirs = (before + raw(folder / "net.onnx", options.count, options.threads)) / 2
                # Both together keep every core busy at best.
                busy = theirs * options.threads / CORES + (decoding if seed == 0 else 0)
                print(
                    f"{width} x {height}, {what}: fairgrid {options.count / ours:.1f}/s, session.run alone {options.count / theirs:.1f}/s, "
                    f"{theirs / ours:.2f} of it, at most {min(1, theirs / busy):.2f}"
                )


if __name__ == "__main__":
    sys.exit(main())
