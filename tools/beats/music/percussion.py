"""The percussion instruments by name, and what a groove is: the choice of rhythms for every lane of a drum pattern.

A lane's option is `instrument:rhythm`, several joined by a space (see `rhythm`). `X x o g` are accent, normal, soft and
ghost notes, `?` is played at random, `f` is a flam and `r` a roll inside the step.
"""

from __future__ import annotations

from dataclasses import dataclass

PERCUSSION_KEYS = {
    "kick": 36,
    "rim": 37,
    "snare": 38,
    "clap": 39,
    "tom4": 41,
    "closed": 42,
    "tom3": 45,
    "pedal": 44,
    "tom2": 47,
    "open": 46,
    "tom1": 50,
    "crash": 49,
    "ride": 51,
    "china": 52,
    "bell": 53,
    "tambourine": 54,
    "splash": 55,
    "cowbell": 56,
    "crash2": 57,
    "bongo_high": 60,
    "bongo_low": 61,
    "conga_mute": 62,
    "conga": 63,
    "conga_low": 64,
    "timbale": 65,
    "timbale_low": 66,
    "agogo": 67,
    "agogo_low": 68,
    "cabasa": 69,
    "maracas": 70,
    "whistle": 72,
    "guiro": 73,
    "guiro_long": 74,
    "clave": 75,
    "block": 76,
    "block_low": 77,
    "cuica": 79,
    "triangle_mute": 80,
    "triangle": 81,
    "low_tom": 43,
}


@dataclass(frozen=True, slots=True)
class Groove:
    """A drum pattern of some meter; every lane is a tuple of options of which a section uses one."""

    meter: str
    lanes: tuple[tuple[str, ...], ...]


def groove(meter: str, *lanes: tuple[str, ...]) -> Groove:
    """A groove from its lanes."""
    return Groove(meter, lanes)
