"""The network as an ONNX file with 16-bit weights, which the program carries."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .network import FILTERS, KERNEL, RISE_LAG, layers_of


def onnx_model(weights: dict) -> onnx.ModelProto:
    """[1, FILTERS, frames] log magnitudes -> [1, 2, frames] logits of beat and downbeat."""
    nodes: list[onnx.NodeProto] = []
    constants: list[onnx.TensorProto] = []

    def constant(name: str, value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(value, name))
        return name

    def small(name: str, value: np.ndarray) -> str:
        """A weight, stored with 16 bits."""
        constants.append(numpy_helper.from_array(np.asarray(value, np.float16), f"{name}_stored"))
        return node("Cast", [f"{name}_stored"], name, to=TensorProto.FLOAT)

    def node(kind: str, sources: list[str], out: str, **attributes) -> str:
        nodes.append(helper.make_node(kind, sources, [out], **attributes))
        return out

    def convolution(source: str, name: str, taps: int, reach: int = 1) -> str:
        """A matrix of [taps * inputs, outputs] as a convolution over time."""
        matrix = np.asarray(weights[name])
        inputs = matrix.shape[0] // taps
        kernel = matrix.reshape(taps, inputs, -1).transpose(2, 1, 0)
        bias = constant(f"{name}_b", np.asarray(weights[bias_of(name)], np.float32))
        pad = (taps // 2) * reach
        return node(
            "Conv", [source, small(f"{name}_w", kernel), bias], f"{name}_out",
            kernel_shape=[taps], dilations=[reach], pads=[pad, pad],
        )

    # Levels and rises against the largest neighbour, as `network.inputs` has them.
    pads = constant("pads", np.array([0, 0, RISE_LAG, 0, 0, 0], np.int64))
    node("Pad", ["bands", pads], "later")
    def cut(source: str, out: str, axis: int, begin: int, end: int) -> str:
        bounds = [constant(f"{out}_{word}", np.array([value], np.int64)) for word, value in
                  (("begin", begin), ("end", end), ("axis", axis))]
        return node("Slice", [source, *bounds], out)

    earlier = cut("later", "earlier", 2, 0, -RISE_LAG)
    above = [cut(earlier, "all_but_first", 1, 1, FILTERS), cut(earlier, "last_filter", 1, FILTERS - 1, FILTERS)]
    below = [cut(earlier, "first_filter", 1, 0, 1), cut(earlier, "all_but_last", 1, 0, FILTERS - 1)]
    node("Max", [earlier, node("Concat", above, "above", axis=1), node("Concat", below, "below", axis=1)], "largest")
    node("Sub", ["bands", "largest"], "difference")
    node("Relu", ["difference"], "rises")
    half = constant("half", np.array([0.5], np.float32))
    node("Mul", ["bands", half], "halved")
    node("Sub", ["halved", half], "levels")
    node("Concat", ["levels", "rises"], "heard", axis=1)

    stream = node("Elu", [convolution("heard", "first", 1)], "stream0")
    for layer in range(layers_of(weights)):
        wide = node("Elu", [convolution(stream, f"wide{layer}", KERNEL, 2**layer)], f"wide{layer}_on")
        mixed = convolution(wide, f"mix{layer}", 1)
        stream = node("Add", [stream, mixed], f"stream{layer + 1}")
    node("Identity", [convolution(node("Elu", [stream], "final"), "last", 1)], "logits")

    graph = helper.make_graph(
        nodes, "ear",
        [helper.make_tensor_value_info("bands", TensorProto.FLOAT, [1, FILTERS, "frames"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, 2, "frames"])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="nexus tools/beats")
    model.ir_version = 9
    onnx.checker.check_model(model)
    return model


def bias_of(name: str) -> str:
    """`wide3` -> `wide_bias3`, `first` -> `first_bias`."""
    word = name.rstrip("0123456789")
    return f"{word}_bias{name[len(word):]}"


def write(weights: dict, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(onnx_model(weights).SerializeToString(deterministic=True))
