#!/usr/bin/env python3
"""Writes the two files by which the tests of nexus-beats know the engine `beat-this`, without its weights.

    tools/beats/stand_in.py      (needs numpy, onnx and librosa)

`beat-this-stand-in.onnx` has the inputs and outputs of a Beat This! network and hears clicks: a beat where the whole
spectrum rises, a downbeat where it rises around 1,500 Hz more than
around 1,000. `mel.json` holds a short sound, as a formula, and its mel
spectrum as librosa computes it, which is an implementation apart from ours.
"""

import json
from pathlib import Path

import librosa
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

DATA = Path(__file__).resolve().parents[2] / "crates/nexus-beats/tests/it/data"
MELS = 128


def network() -> onnx.ModelProto:
    nodes, constants = [], []

    def constant(name: str, value: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(value, name))
        return name

    def node(kind: str, sources: list[str], out: str, **attributes) -> str:
        nodes.append(helper.make_node(kind, sources, [out], **attributes))
        return out

    axis = constant("axis", np.array([1], np.int64))
    pads = constant("pads", np.array([0, 1, 0, 0, 0, 0], np.int64))
    begin, end = constant("begin", np.array([0], np.int64)), constant("end", np.array([-1], np.int64))
    node("Pad", ["spectrogram", pads], "padded")
    node("Slice", ["padded", begin, end, axis], "earlier")
    node("Sub", ["spectrogram", "earlier"], "difference")
    node("Relu", ["difference"], "rise")
    centres = librosa.mel_frequencies(MELS + 2, fmin=30, fmax=11000)[1:-1]
    everywhere = np.full((MELS, 1), 1 / MELS, np.float32)
    def around(hz: float) -> np.ndarray:
        near = (np.abs(centres / hz - 1) < 0.1).astype(np.float32)[:, None]
        return near / near.sum()

    last = constant("last", np.array([2], np.int64))
    for name, weights, gain, bias in (("beat", everywhere, 12.0, -6.0), ("downbeat", around(1500) - around(1000), 12.0, -10.0)):
        product = node("MatMul", ["rise", constant(f"{name}_weights", weights)], f"{name}_sum")
        scaled = node("Mul", [product, constant(f"{name}_gain", np.array([gain], np.float32))], f"{name}_scaled")
        moved = node("Add", [scaled, constant(f"{name}_bias", np.array([bias], np.float32))], f"{name}_moved")
        node("Squeeze", [moved, last], name)
    graph = helper.make_graph(
        nodes, "stand-in",
        [helper.make_tensor_value_info("spectrogram", TensorProto.FLOAT, [1, "frames", MELS])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "frames"]) for name in ("beat", "downbeat")],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    return model


def sound() -> np.ndarray:
    """A tone that glides from 100 to 4,100 Hz in half a second, at half the full level, 22,050 Hz."""
    time = np.arange(11025) / 22050
    return (0.5 * np.sin(2 * np.pi * (100 * time + 4000 * time**2))).astype(np.float32)


def mel() -> np.ndarray:
    spectrum = np.abs(librosa.stft(sound(), n_fft=1024, hop_length=441, pad_mode="reflect")) / np.sqrt(1024)
    bank = librosa.filters.mel(sr=22050, n_fft=1024, n_mels=MELS, fmin=30, fmax=11000, htk=False, norm=None)
    return np.log1p(1000 * bank @ spectrum).T


if __name__ == "__main__":
    DATA.mkdir(parents=True, exist_ok=True)
    (DATA / "beat-this-stand-in.onnx").write_bytes(network().SerializeToString(deterministic=True))
    rows = [[round(float(value), 4) for value in row] for row in mel()]
    (DATA / "mel.json").write_text(json.dumps(rows[::5], separators=(",", ":")) + "\n")
