"""Rhythms written as text: one character per step, bars divided by `|`.

The number of characters in a bar divided by its beats says how fine the grid is. `.` is silence and `-` holds the note
before it, also across the bar line; every other character starts a note and its meaning is the player's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Hit:
    """A note of a rhythm: where it starts and how long it is held, in beats, and the character that stands for it."""

    start: float
    length: float
    symbol: str


LEVELS = {"X": 120.0, "x": 98.0, "o": 62.0, "g": 38.0}


@lru_cache(maxsize=4096)
def hits(pattern: str, beats: int) -> tuple[tuple[Hit, ...], ...]:
    """The hits of each bar of a pattern; a hold at the very start of the pattern continues its very end."""
    bars = pattern.split("|")
    cells: list[tuple[int, float, float, str]] = []
    for number, bar in enumerate(bars):
        if len(bar) % beats:
            raise ValueError(f"{bar} does not divide {beats} beats evenly")
        step = beats / len(bar)
        cells.extend((number, place * step, step, symbol) for place, symbol in enumerate(bar))
    result: list[list[Hit]] = [[] for _ in bars]
    for place, (number, start, step, symbol) in enumerate(cells):
        if symbol in ".-":
            continue
        length = step
        for further in range(1, len(cells)):
            following = cells[(place + further) % len(cells)]
            if following[3] != "-":
                break
            length += following[2]
        result[number].append(Hit(start, length, symbol))
    return tuple(tuple(bar) for bar in result)


def bar_hits(pattern: str, beats: int, index: int) -> tuple[Hit, ...]:
    """The hits of bar `index` of a pattern that is repeated for ever."""
    bars = hits(pattern, beats)
    return bars[index % len(bars)]
