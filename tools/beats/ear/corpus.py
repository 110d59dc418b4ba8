"""Tracks for learning: what the network hears of them, and where their beats are."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .network import FILTERS, FRAMES_PER_S


@dataclass(frozen=True)
class Track:
    name: str
    bands: np.ndarray
    """[frames, FILTERS], 16-bit floats."""
    beats: np.ndarray
    """Seconds."""
    positions: np.ndarray
    """In the bar, 1 is the downbeat."""


def tells_bars(truth: Path) -> bool:
    """False for a metronome without accents: where its bars begin is known, but cannot be heard."""
    facts = truth.with_suffix(".json")
    return not facts.exists() or json.loads(facts.read_text()).get("accent", True)


def load(truths: Path, heard: Path) -> list[Track]:
    """Every NAME.beats of `truths` whose NAME.bands lies in `heard`."""
    tracks = []
    for file in sorted(truths.glob("*.beats")):
        bands = heard / f"{file.stem}.bands"
        if not bands.exists() or bands.stat().st_size == 0 or not tells_bars(file):
            continue
        rows = [line.split("\t") for line in file.read_text().splitlines() if line.strip()]
        tracks.append(
            Track(
                file.stem,
                np.fromfile(bands, np.float32).reshape(-1, FILTERS).astype(np.float16),
                np.array([float(row[0]) for row in rows]),
                np.array([int(row[1]) for row in rows], int),
            )
        )
    return tracks


def targets(beats: np.ndarray, positions: np.ndarray, frames: int) -> np.ndarray:
    """[frames, 2]: 1 at a beat (downbeat), 0.5 and 0.2 beside it."""
    aim = np.zeros((frames, 2), np.float32)
    for column, times in enumerate((beats, beats[positions == 1])):
        centres = np.round(times * FRAMES_PER_S).astype(int)
        for away, value in ((2, 0.2), (1, 0.5), (0, 1.0)):
            for shift in {-away, away}:
                at = centres + shift
                at = at[(at >= 0) & (at < frames)]
                aim[at, column] = np.maximum(aim[at, column], value)
    return aim


def excerpt(track: Track, frames: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A random part, played a little faster or slower, through a random equaliser, a few semitones away."""
    speed = float(np.exp(random.uniform(-0.16, 0.16)))
    needed = int(frames * speed) + 2
    bands = track.bands
    start = int(random.integers(0, max(1, bands.shape[0] - needed + 1)))
    place = start + np.arange(frames) * speed
    place = place[place < bands.shape[0] - 1]
    index = place.astype(int)
    share = (place - index)[:, None].astype(np.float32)
    part = bands[index].astype(np.float32) * (1 - share) + bands[index + 1].astype(np.float32) * share
    shift = int(random.integers(-2, 3))
    if shift:
        part = np.roll(part, shift, axis=1)
        edge = slice(0, shift) if shift > 0 else slice(shift, None)
        part[:, edge] = part[:, [shift if shift > 0 else shift - 1]]
    knots = random.normal(0.0, 0.5, 6)
    gain = np.exp(np.interp(np.linspace(0, 5, FILTERS), np.arange(6), knots) + random.normal(0.0, 0.3))
    part = np.log1p(np.expm1(part) * gain.astype(np.float32))
    times = (track.beats * FRAMES_PER_S - start) / speed / FRAMES_PER_S
    inside = (times >= 0) & (times < len(part) / FRAMES_PER_S)
    aim = targets(times[inside], track.positions[inside], len(part))
    missing = frames - len(part)
    if missing > 0:
        part = np.pad(part, ((0, missing), (0, 0)))
        aim = np.pad(aim, ((0, missing), (0, 0)))
    return part, aim
