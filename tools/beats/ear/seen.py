"""What the small models see of a folder of tracks once a network has heard them."""

import json
import subprocess
from pathlib import Path

import numpy as np

from .choice import Beats, DownbeatModel, LevelModel, Study, beats, learn_downbeats, learn_level, studies

EXCERPT_WEIGHT = 4.0
"""How much an excerpt counts beside a track that was made."""


def study(program: Path, what: str, tracks: Path, out: Path, *more: Path) -> None:
    """Runs the example `study` of nexus-beats; what it made before is kept."""
    subprocess.run([program, what, tracks, out, *more], check=True)


class Seen:
    def __init__(self, program: Path, network: Path, tracks: Path, out: Path) -> None:
        self.program, self.network, self.tracks, self.out = program, network, tracks, out

    def beats(self) -> list[Beats]:
        study(self.program, "bars", self.tracks, self.out / "bars", self.network)
        return beats(self.tracks, self.out / "bars")

    def studies(self, downbeats: DownbeatModel) -> list[Study]:
        model = self.out / "downbeats.json"
        told = json.dumps({"weights": list(downbeats.weights), "bias": downbeats.bias})
        readings = self.out / "readings"
        if model.exists() and model.read_text() != told:
            for old in readings.glob("*.readings"):
                old.unlink()
        model.parent.mkdir(parents=True, exist_ok=True)
        model.write_text(told)
        study(self.program, "readings", self.tracks, readings, self.network, model)
        return studies(readings)

    def downbeats(self, others: list[Beats]) -> DownbeatModel:
        """The downbeat model that these tracks teach, and `others`."""
        own = self.beats()
        return learn_downbeats(own + others, shares(len(own), len(others)))

    def level(self, downbeats: DownbeatModel, others: list[Study]) -> LevelModel:
        """The level model that these tracks teach, and `others`."""
        own = self.studies(downbeats)
        return learn_level(own + others, shares(len(own), len(others)))


def shares(own: int, others: int) -> np.ndarray:
    return np.array([1.0] * own + [EXCERPT_WEIGHT] * others)
