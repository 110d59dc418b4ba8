"""What a style consists of, and the registry of all styles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from .band import Stage

Choice = TypeVar("Choice")
Voices = tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Comp:
    """An accompanying player: its role in the mix, the instruments it may use, and the rhythms it chooses from."""

    role: str
    voices: Voices
    rhythms: tuple[str, ...]
    chance: float = 1.0
    centre: int = 60
    size: int = 4
    strum: float = 0.0
    short: float = 0.95
    drive: float = 0.0


@dataclass(frozen=True, slots=True)
class Lead:
    """A melodic player: instruments, how many notes, how much they avoid the beat, and its register."""

    voices: Voices
    chance: float = 0.7
    density: tuple[float, float] = (0.4, 0.8)
    syncopation: tuple[float, float] = (0.1, 0.6)
    centre: int = 72
    pickup: float = 0.35
    grace: float = 0.0


@dataclass(frozen=True, slots=True)
class Style:
    """A kind of music as data; `play` replaces or completes what the band plays from the data."""

    name: str
    family: str
    tempo: tuple[float, float, float]
    moods: tuple[str, ...]
    meters: dict[str, float] = field(default_factory=lambda: {"4/4": 1.0})
    tempos: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    form: str = "song"
    timing: tuple[str, ...] = ("human",)
    chord_bars: tuple[float, ...] = (1.0, 1.0, 0.5, 2.0)
    swing_unit: str = "8"
    swing: tuple[float, float] = (0.5, 0.5)
    swing_chance: float = 1.0
    grooves: dict[str, tuple[str, ...]] = field(default_factory=dict)
    kits: Voices = (0,)
    drum_chance: float = 0.95
    fills: float = 0.6
    crashes: float = 0.6
    percussion: tuple[str, ...] = ()
    percussion_chance: float = 0.3
    basses: tuple[str, ...] = ()
    bass_voices: Voices = (33, 34)
    bass_chance: float = 0.95
    bass_lowest: int = 33
    comps: tuple[Comp, ...] = ()
    pads: Voices = ()
    pad_chance: float = 0.4
    leads: tuple[Lead, ...] = ()
    push: tuple[float, ...] = (0.0,)
    pumping: float = 0.0
    lag: tuple[float, float] = (0.0, 0.0)
    looseness: tuple[float, float] = (0.002, 0.009)
    odd_bars: float = 0.02
    meter_change: float = 0.02
    tempo_jumps: float = 0.03
    from_start: float = 0.28
    balance: dict[str, float] = field(default_factory=dict)
    crackle: float = 0.0
    risers: float = 0.0
    play: Callable[[Stage], None] | None = None
    sound: Callable[[np.random.Generator, float], np.ndarray] | None = None


def pick(rng: np.random.Generator, options: Sequence[Choice]) -> Choice:
    """One of several options, with the same chance for each."""
    return options[int(rng.integers(len(options)))]


def pick_voice(rng: np.random.Generator, voices: Voices) -> int | str:
    """One of several instruments: a General MIDI program or the name of a synthesiser."""
    return voices[int(rng.integers(len(voices)))]
