"""Writes the models of these tests into models/.

    python models.py        # needs onnx

Each averages the pixels of every channel: an image of one color gives that color's three numbers.
"""

import pathlib

import onnx
from onnx import TensorProto, helper

FOLDER = pathlib.Path(__file__).parent / "models"


def write(name, inputs, outputs, nodes, initializers=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initializers))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="models.py")
    onnx.checker.check_model(model)
    (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())


def tensor(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def means(source="images", target="out"):
    return [helper.make_node("GlobalAveragePool", [source], ["pooled"]), helper.make_node("Flatten", ["pooled"], [target])]


FOLDER.mkdir(exist_ok=True)
images = tensor("images", ["n", 3, 4, 4])
out = tensor("out", ["n", 3])
write("plain", [images], [out], means())
write("open", [tensor("images", ["n", "c", "h", "w"])], [tensor("out", ["n", "c"])], means())
write("pooled", [images], [tensor("out", ["n", 3, 1, 1])], [helper.make_node("GlobalAveragePool", ["images"], ["out"])])
write("fixed", [tensor("images", [4, 4, 4, 3])], [tensor("out", [4, 3])], [helper.make_node("ReduceMean", ["images"], ["out"], axes=[1, 2], keepdims=0)])
write("bytes", [tensor("images", ["n", 3, 4, 4], TensorProto.UINT8)], [out], [helper.make_node("Cast", ["images"], ["f"], to=TensorProto.FLOAT), *means("f")])
write("half", [tensor("images", ["n", 3, 4, 4], TensorProto.FLOAT16)], [tensor("out", ["n", 3], TensorProto.FLOAT16)], means())
write("softmax", [images], [tensor("features", ["n", 3]), out], [*means(target="features"), helper.make_node("Softmax", ["features"], ["out"], axis=1)])
first = helper.make_tensor("first", TensorProto.INT64, [1], [0])
write("sigmoid", [images], [tensor("out", ["n", 1])], [*means(target="m"), helper.make_node("Gather", ["m", "first"], ["g"], axis=1), helper.make_node("Sigmoid", ["g"], ["out"])], [first])
write("pair", [images, tensor("mask", ["n", 3])], [out], [*means(target="m"), helper.make_node("Mul", ["m", "mask"], ["out"])])
write("integers", [images], [tensor("out", ["n", 1], TensorProto.INT64)], [*means(target="m"), helper.make_node("ArgMax", ["m"], ["out"], axis=1)])
write("maps", [images], [tensor("out", ["n", 3, 4, 4])], [helper.make_node("Relu", ["images"], ["out"])])
write("logarithm", [images], [out], [*means(target="m"), helper.make_node("Log", ["m"], ["out"])])
