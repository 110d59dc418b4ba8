"""The small models as Rust source."""

from pathlib import Path

import numpy as np

from .choice import DownbeatModel, LevelModel


def write(level: LevelModel, downbeats: DownbeatModel, file: Path) -> None:
    parts = [
        "//! Weights of the two small models, written by `tools/beats/train.py`; not edited by hand.\n",
        array("LEVEL_WEIGHTS", "Weight of each piece of evidence for a metrical level.", level.scale * level.weights),
        array("DOWNBEAT_WEIGHTS", "Weights of the downbeat model.", downbeats.weights),
        f"/// Bias of the downbeat model.\npub(crate) const DOWNBEAT_BIAS: f64 = {downbeats.bias:.4f};\n",
    ]
    file.write_text("\n".join(parts))


def array(name: str, meaning: str, values: np.ndarray) -> str:
    words = [f"{value:.4f}" for value in values]
    rows = "".join(f"    {', '.join(words[at:at + 10])},\n" for at in range(0, len(words), 10))
    return f"/// {meaning}\n#[rustfmt::skip]\npub(crate) const {name}: [f64; {len(words)}] = [\n{rows}];\n"
