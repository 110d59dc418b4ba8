"""The two small models behind the network: which reading of a track is the right one, and which beats are downbeats.

Both are linear. The first is a softmax over the readings of a track that should put its mass on those with a high F
measure; the second is a logistic regression over true beats.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from .corpus import tells_bars

WINDOW_S = 0.07


@dataclass(frozen=True)
class Study:
    """What the analyser wrote about one track."""

    name: str
    truth: np.ndarray
    """Beats in seconds."""
    positions: np.ndarray
    features: np.ndarray
    """[readings, evidence]."""
    scores: np.ndarray
    """F measure of each reading."""
    beats: list[np.ndarray]
    """Beats of each reading, in seconds."""
    downbeats: list[np.ndarray]
    """Downbeats of each reading, in seconds."""


@dataclass(frozen=True)
class Beats:
    """True beats of one track as the downbeat model sees them."""

    name: str
    positions: np.ndarray
    """In the bar, 1 is the downbeat."""
    inputs: np.ndarray
    """[beats, evidence]."""


def studies(folder: Path) -> list[Study]:
    found = []
    for file in sorted(folder.glob("*.readings")):
        told = json.loads(file.read_text())
        truth = np.array([beat[0] for beat in told["truth"]])
        if len(truth) < 8 or not told["readings"]:
            continue
        found.append(
            Study(
                file.stem,
                truth,
                np.array([beat[1] for beat in told["truth"]]),
                np.array([reading["features"] for reading in told["readings"]]),
                np.array([f_measure(np.array(reading["times"]), truth) for reading in told["readings"]]),
                [np.array(reading["times"]) for reading in told["readings"]],
                [np.array(reading["times"])[np.array(reading["positions"]) == 1] for reading in told["readings"]],
            )
        )
    return found


def beats(truths: Path, folder: Path) -> list[Beats]:
    """Every NAME.beats of `truths` whose NAME.bars lies in `folder`."""
    found = []
    for file in sorted(folder.glob("*.bars")):
        lines = (truths / f"{file.stem}.beats").read_text().split("\n")
        positions = np.array([int(line.split("\t")[1]) for line in lines if line.strip()])
        values = np.fromfile(file, np.float32)
        if len(positions) >= 8 and len(values) and tells_bars(truths / f"{file.stem}.beats"):
            found.append(Beats(file.stem, positions, values.reshape(len(positions), -1)))
    return found


def f_measure(found: np.ndarray, truth: np.ndarray, window_s: float = WINDOW_S) -> float:
    """Each beat is matched at most once; both in order."""
    hits, place = 0, 0
    for time in truth:
        while place < len(found) and found[place] < time - window_s:
            place += 1
        if place < len(found) and found[place] <= time + window_s:
            hits += 1
            place += 1
    return 2 * hits / max(1, len(found) + len(truth))


@dataclass(frozen=True)
class LevelModel:
    scale: np.ndarray
    weights: np.ndarray

    def choose(self, study: Study) -> int:
        return int(np.argmax(study.features @ (self.scale * self.weights)))


def learn_level(tracks: list[Study], shares: np.ndarray, penalty: float = 0.003, steps: int = 1500) -> LevelModel:
    """Cross-entropy against the readings in proportion to a sharpened F."""
    most = max(len(track.features) for track in tracks)
    width = tracks[0].features.shape[1]
    features = np.zeros((len(tracks), most, width), np.float32)
    aims = np.zeros((len(tracks), most), np.float32)
    there = np.zeros((len(tracks), most), bool)
    spreads = []
    for index, track in enumerate(tracks):
        count = len(track.features)
        features[index, :count] = track.features
        there[index, :count] = True
        sharp = track.scores**8
        aims[index, :count] = sharp / max(sharp.sum(), 1e-9)
        spreads.append(track.features.var(axis=0))
    scale = 1 / np.maximum(np.sqrt(np.mean(spreads, axis=0)), 1e-6)
    inputs, aims, there = jnp.asarray(features * scale), jnp.asarray(aims), jnp.asarray(there)
    shares = jnp.asarray(shares / shares.sum())

    @jax.jit
    def slope(weights):
        def cost(weights):
            chances = jax.nn.log_softmax(jnp.where(there, inputs @ weights, -1e9), axis=1)
            return -jnp.sum(shares * jnp.sum(jnp.where(there, aims * chances, 0), axis=1)) + penalty * jnp.sum(weights**2)

        return jax.grad(cost)(weights)

    weights, pace = jnp.zeros(width), jnp.zeros(width)
    for _ in range(steps):
        pace = 0.9 * pace - 0.08 * slope(weights)
        weights = weights + pace
    return LevelModel(scale, np.asarray(weights, float))


@dataclass(frozen=True)
class DownbeatModel:
    weights: np.ndarray
    bias: float


def learn_downbeats(tracks: list[Beats], shares: np.ndarray, penalty: float = 2e-4, steps: int = 3000) -> DownbeatModel:
    """Logistic regression."""
    rows = jnp.asarray(np.concatenate([track.inputs for track in tracks]))
    aims = jnp.asarray(np.concatenate([track.positions == 1 for track in tracks]).astype(np.float32))
    each = np.concatenate([np.full(len(track.inputs), share) for track, share in zip(tracks, shares)])
    each = jnp.asarray(each / each.sum(), jnp.float32)

    @jax.jit
    def slope(weights):
        def cost(weights):
            scores = rows @ weights[:-1] + weights[-1]
            return jnp.sum(each * (jax.nn.softplus(scores) - aims * scores)) + penalty * jnp.sum(weights**2)

        return jax.grad(cost)(weights)

    weights, pace = jnp.zeros(rows.shape[1] + 1), jnp.zeros(rows.shape[1] + 1)
    for _ in range(steps):
        pace = 0.9 * pace - 0.02 * slope(weights)
        weights = weights + pace
    return DownbeatModel(np.asarray(weights[:-1], float), float(weights[-1]))
