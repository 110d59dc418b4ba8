"""The vocabulary of a piece: notes, parts, bars, the tempo map, and the excerpt of it that is heard.

Musical time is counted in notated beats (a dotted quarter in 6/8 and 12/8), so a beat always lies on a whole number.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, slots=True)
class Meter:
    """How many beats a bar has, and into how many parts a beat falls naturally (2 or 3)."""

    name: str
    beats: int
    division: int

    @property
    def compound(self) -> bool:
        return self.division == 3


METERS = {
    "4/4": Meter("4/4", 4, 2),
    "3/4": Meter("3/4", 3, 2),
    "2/4": Meter("2/4", 2, 2),
    "6/8": Meter("6/8", 2, 3),
    "12/8": Meter("12/8", 4, 3),
}


@dataclass(slots=True)
class Note:
    """A sounding event; `pitch` is a MIDI key (of the percussion map in drum parts), `shift` a delay in seconds."""

    start: float
    length: float
    pitch: int
    velocity: float
    shift: float = 0.0


@dataclass(slots=True)
class Part:
    """A player: what it plays, on which General MIDI program or own synthesiser, and how it is mixed.

    `voice` is a program number, or the name of a synthesiser. In a drum part the number chooses a drum kit of the
    soundfont and the name "machine" the synthetic kit. `level` is in decibels relative to what its role usually has.
    """

    name: str
    role: str
    voice: int | str
    notes: list[Note] = field(default_factory=list)
    level: float = 0.0
    drive: float = 0.0
    duck: float = 0.0
    looseness: float = 0.004
    lag: float = 0.0
    pivot: float = 0.5

    @property
    def percussive(self) -> bool:
        return self.role in ("drums", "percussion")

    def add(self, start: float, length: float, pitch: int, velocity: float, shift: float = 0.0) -> None:
        self.notes.append(Note(start, length, int(pitch), float(min(127.0, max(1.0, velocity))), shift))


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: where it starts, its meter, and where it stands in its section."""

    start: int
    meter: Meter
    section: int
    index: int

    @property
    def end(self) -> int:
        return self.start + self.meter.beats


@dataclass(frozen=True, slots=True)
class Swing:
    """Delays the second half of every beat ("8") or of every half beat ("16"); `ratio` 0.5 is straight."""

    unit: str = "8"
    ratio: float = 0.5

    def warp(self, position: float, pivot: float = 0.5) -> float:
        """Moves the point `pivot` of every span (1/2, or 2/3 in rhythms written in triplets) to the swing ratio."""
        if self.ratio == 0.5 or (self.unit == "16" and pivot != 0.5):
            return position
        span = 1.0 if self.unit == "8" else 0.5
        whole = np.floor(position / span + 1e-6) * span
        rest = (position - whole) / span
        if rest < pivot:
            rest = rest / pivot * self.ratio
        else:
            rest = self.ratio + (rest - pivot) / (1.0 - pivot) * (1.0 - self.ratio)
        return float(whole + rest * span)


class TempoMap:
    """Seconds of every beat; between beats time runs evenly, beyond the last beat with the last beat's speed."""

    def __init__(self, periods: np.ndarray) -> None:
        self.periods = np.asarray(periods, dtype=np.float64)
        self.times = np.concatenate([[0.0], np.cumsum(self.periods)])

    def seconds(self, beat: float) -> float:
        last = len(self.periods) - 1
        whole = min(max(int(np.floor(beat)), 0), last)
        return float(self.times[whole] + (beat - whole) * self.periods[whole])


@dataclass(slots=True)
class Score:
    """A complete piece with everything the performance needs."""

    bars: list[Bar]
    tempo: TempoMap
    parts: list[Part]
    swing: Swing
    facts: dict = field(default_factory=dict)
    end: int | None = None

    def beats(self) -> list[tuple[float, int]]:
        """Seconds and position in the bar (1 = downbeat) of every notated beat; `end` is a last downbeat alone."""
        found = [
            (self.tempo.seconds(bar.start + beat), beat + 1) for bar in self.bars for beat in range(bar.meter.beats)
        ]
        return found if self.end is None else [*found, (self.tempo.seconds(self.end), 1)]

    def first_sound(self) -> float:
        starts = [self.tempo.seconds(note.start) for part in self.parts for note in part.notes]
        return min(starts, default=0.0)


@dataclass(frozen=True, slots=True)
class Event:
    """A note in seconds from the start of the recording, after swing and human timing."""

    start: float
    end: float
    pitch: int
    velocity: float


def perform(score: Score, part: Part, offset: float, seconds: float, rng: np.random.Generator) -> list[Event]:
    """The notes of a part as they are heard in the excerpt that begins at `offset`, in order of time."""
    events = []
    for note in part.notes:
        start_beat, end_beat = note.start, note.start + note.length
        start_beat, end_beat = score.swing.warp(start_beat, part.pivot), score.swing.warp(end_beat, part.pivot)
        human = float(np.clip(rng.normal(0.0, part.looseness), -2.5 * part.looseness, 2.5 * part.looseness))
        start = score.tempo.seconds(start_beat) + part.lag + note.shift + human - offset
        end = max(start + 0.03, score.tempo.seconds(end_beat) + note.shift - offset)
        if end <= 0.0 or start >= seconds or (start < 0.0 and part.percussive):
            continue
        events.append(Event(max(0.0, start), end, note.pitch, note.velocity))
    events.sort(key=lambda event: (event.start, event.pitch))
    return events
