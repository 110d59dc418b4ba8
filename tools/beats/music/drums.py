"""Plays grooves: choice of variants by section, ghost notes, fills, crashes at sections, breaks, human timing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .grooves import GROOVES, PERCUSSION_KEYS
from .rhythm import LEVELS, bar_hits
from .score import Bar, Part

KICKS = ("kick", "low_tom")
TIME_KEEPERS = (
    "closed",
    "open",
    "ride",
    "crash",
    "china",
    "pedal",
    "bell",
    "cabasa",
    "maracas",
    "tambourine",
    "guiro",
    "guiro_long",
    "triangle",
    "triangle_mute",
)


@dataclass(slots=True)
class DrumPlan:
    """What a section's drummer plays: one option per lane, with fills or without."""

    options: list[str]
    fill_chance: float
    crash_chance: float


class Drummer:
    """Plays one groove through a piece; the same kind of section gets the same variants each time."""

    def __init__(self, rng: np.random.Generator, part: Part, groove: str, fills: float, crashes: float) -> None:
        self.rng = rng
        self.part = part
        self.groove = GROOVES[groove]
        self.fills = fills
        self.crashes = crashes
        self.plans: dict[str, DrumPlan] = {}
        self.base = [lane[rng.integers(len(lane))] for lane in self.groove.lanes]

    def plan(self, kind: str) -> DrumPlan:
        """The variants of a kind of section: mostly those of the whole piece, with some lanes exchanged."""
        if kind not in self.plans:
            options = [
                old if self.rng.random() < 0.6 else lane[self.rng.integers(len(lane))]
                for old, lane in zip(self.base, self.groove.lanes)
            ]
            self.plans[kind] = DrumPlan(options, self.fills, self.crashes)
        return self.plans[kind]

    def play_bar(self, bar: Bar, kind: str, layer: str, section_bars: int, gain: float = 1.0) -> None:
        """Plays a bar. `layer` is "full", "hats", "kick", "nokick" or "break" (nothing but the last fill)."""
        plan = self.plan(kind)
        beats = bar.meter.beats
        last = bar.index == section_bars - 1
        middle = bar.index % 4 == 3 and not last
        fill_from = float(beats)
        if layer in ("full", "break", "nokick") and self.rng.random() < (
            plan.fill_chance if last else plan.fill_chance * 0.25 if middle else 0.0
        ):
            sizes = [1.0, 2.0] if beats >= 3 else [1.0]
            if last and self.rng.random() < 0.35:
                sizes = [float(beats)]
            fill_from = beats - float(self.rng.choice(sizes))
        for option in plan.options:
            for voice in option.split(" "):
                name, pattern = voice.split(":")
                if (layer == "hats" and name not in TIME_KEEPERS) or (layer == "kick" and name not in KICKS):
                    continue
                if layer == "break" or (layer == "nokick" and name in KICKS):
                    continue
                self._voice(bar, name, pattern, fill_from, gain)
        if fill_from < beats:
            self._fill(bar, fill_from, gain)
        if layer == "full" and bar.index == 0 and self.rng.random() < plan.crash_chance:
            self.part.add(bar.start, 1.0, PERCUSSION_KEYS["crash" if self.rng.random() < 0.7 else "crash2"], 112 * gain)
            if self.rng.random() < 0.8 and not any(option.startswith("clave") for option in plan.options):
                self.part.add(bar.start, 0.25, PERCUSSION_KEYS["kick"], 112 * gain)

    def _voice(self, bar: Bar, name: str, pattern: str, until: float, gain: float) -> None:
        key = PERCUSSION_KEYS[name]
        for hit in bar_hits(pattern, bar.meter.beats, bar.index):
            if hit.start >= until - 1e-6:
                continue
            symbol = hit.symbol
            if symbol == "?":
                if self.rng.random() < 0.5:
                    continue
                symbol = "o"
            elif symbol == "g" and self.rng.random() < 0.2:
                continue
            elif symbol == "x" and name in TIME_KEEPERS and hit.start % 0.5 and self.rng.random() < 0.06:
                continue
            start = bar.start + hit.start
            if symbol == "r":
                count = int(self.rng.choice([2, 2, 3, 4]))
                for place in range(count):
                    velocity = (70 + 25 * place / count + self.rng.normal(0, 3)) * gain
                    self.part.add(start + place * hit.length / count, hit.length / count, key, velocity)
                continue
            if symbol == "f":
                self.part.add(start - 0.06, 0.05, key, 60 * gain)
                symbol = "x"
            velocity = (LEVELS[symbol] + self.rng.normal(0, 5)) * gain
            self.part.add(start, min(hit.length, 0.5), key, velocity)
        if name in ("kick", "snare") and self.rng.random() < 0.05 and until >= bar.meter.beats:
            grid = 3 if bar.meter.compound else 4
            place = int(self.rng.integers(1, bar.meter.beats * grid))
            self.part.add(bar.start + place / grid, 0.2, key, (45 if name == "snare" else 88) * gain)

    def _fill(self, bar: Bar, begin: float, gain: float) -> None:
        """Fills the end of a bar: a roll, a run over the toms, stabs, or silence."""
        rng, beats = self.rng, bar.meter.beats
        grid = 3 if bar.meter.compound else int(rng.choice([2, 4, 4, 4, 3, 6], p=[0.15, 0.3, 0.2, 0.15, 0.1, 0.1]))
        steps = int(round((beats - begin) * grid))
        kind = rng.choice(["roll", "toms", "mixed", "stabs", "silence"], p=[0.22, 0.3, 0.28, 0.12, 0.08])
        toms = [PERCUSSION_KEYS[name] for name in ("snare", "tom1", "tom2", "tom3", "tom4")]
        for step in range(steps):
            start = bar.start + begin + step / grid
            rise = 0.7 + 0.4 * step / max(1, steps)
            if kind == "roll":
                self.part.add(start, 0.2, toms[0], (78 + rng.normal(0, 5)) * rise * gain)
            elif kind == "toms":
                place = min(4, 5 * step // max(1, steps))
                if rng.random() < 0.9:
                    self.part.add(start, 0.2, toms[place], (98 + rng.normal(0, 6)) * gain)
            elif kind == "mixed":
                if rng.random() < 0.75:
                    key = int(rng.choice([*toms, PERCUSSION_KEYS["kick"], toms[0]]))
                    self.part.add(start, 0.2, key, (95 + rng.normal(0, 9)) * rise * gain)
            elif kind == "stabs" and step % 2 == 0:
                self.part.add(start, 0.2, toms[0], 112 * gain)
                self.part.add(start, 0.2, PERCUSSION_KEYS["kick"], 110 * gain)


def build_roll(part: Part, bars: list[Bar], rng: np.random.Generator, key: str = "snare") -> None:
    """A roll that gets denser and louder towards the end of a build-up."""
    if not bars:
        return
    begin, end = bars[0].start, bars[-1].end
    beat = float(begin)
    quiet_end = rng.random() < 0.4
    while beat < end - 1e-6:
        through = (beat - begin) / max(1, end - begin)
        step = 1.0 if through < 0.5 else 0.5 if through < 0.75 else 0.25
        if quiet_end and end - beat <= 1.0 + 1e-6:
            break
        part.add(beat, step, PERCUSSION_KEYS[key], 55 + 60 * through + rng.normal(0, 3))
        beat += step
