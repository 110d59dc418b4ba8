"""What the pitched players play: comping, bass lines and melodies, from rhythms written as text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .harmony import Harmony
from .rhythm import LEVELS, bar_hits
from .score import Bar, Part


def comp_bar(
    part: Part,
    bar: Bar,
    pattern: str,
    harmony: Harmony,
    rng: np.random.Generator,
    centre: int,
    size: int = 4,
    push: float = 0.0,
    strum: float = 0.0,
    short: float = 1.0,
    gain: float = 1.0,
) -> None:
    """Plays one bar of chords.

    `x X o` strike the chord, `b` its root and `f` its fifth in the bass, digits single tones from below. With `push`
    a stroke that near before a change of chord already takes the next chord. `strum` spreads the tones, in seconds;
    a stroke on the off-beat is strummed upwards.
    """
    for hit in bar_hits(pattern, bar.meter.beats, bar.index):
        start = bar.start + hit.start
        voicing = harmony.voicing(start + push, centre, size)
        length = hit.length * short
        if hit.symbol in "bf":
            pitch = harmony.root(start + push, centre - 24)
            pitch += 7 if hit.symbol == "f" and pitch < centre - 17 else (-5 if hit.symbol == "f" else 0)
            part.add(start, length, pitch, 96 * gain)
        elif hit.symbol.isdigit():
            place = int(hit.symbol) - 1
            octave, tone = divmod(place, len(voicing))
            accent = 1.12 if hit.start == 0 else 1.0
            part.add(start, length, voicing[tone] + 12 * octave, (82 + rng.normal(0, 5)) * accent * gain)
        else:
            down = (hit.start % 1.0) < 0.26 or 0.49 < (hit.start % 1.0) < 0.51
            order = voicing if down else voicing[::-1]
            velocity = (LEVELS.get(hit.symbol, 90.0) + rng.normal(0, 4)) * gain
            for place, pitch in enumerate(order):
                part.add(start, length, pitch, velocity - 2 * place, shift=place * strum)


def bass_bar(
    part: Part,
    bar: Bar,
    pattern: str,
    harmony: Harmony,
    rng: np.random.Generator,
    lowest: int,
    push: float = 0.0,
    short: float = 0.95,
    gain: float = 1.0,
) -> None:
    """Plays one bar of bass: `R 5 8 3 7` are tones of the chord, `r` a soft root, `N` the root of the next bar, `a` a
    step towards it, `w` a note of a walking line, `s` a note of the scale."""
    walker = None
    for hit in bar_hits(pattern, bar.meter.beats, bar.index):
        start = bar.start + hit.start
        chord = harmony.at(start + push)
        root = harmony.root(start + push, lowest)
        third = root + chord.tones[1] if chord.tones[1] < 7 else root + 7
        following = harmony.root(bar.end + 0.01, lowest)
        symbol = hit.symbol
        velocity = 100.0 + (10 if hit.start == 0 else 0) + rng.normal(0, 4)
        pitch = root
        if symbol == "5":
            pitch = root + 7 if root + 7 < lowest + 16 else root - 5
        elif symbol == "8":
            pitch = root + 12
        elif symbol == "3":
            pitch = third
        elif symbol == "7":
            pitch = root + 10
        elif symbol == "N":
            pitch = following
        elif symbol == "a":
            pitch = following + int(rng.choice([-1, 1, 2, -2]))
        elif symbol == "r":
            velocity -= 28
        elif symbol in "ws":
            if walker is None or harmony.changes_at(start):
                walker = root
            elif hit.start + hit.length >= bar.meter.beats - 0.01:
                walker = following + int(rng.choice([-1, 1]))
            else:
                options = [root, third, root + 7, third + 12, root + 12]
                options = [tone for tone in options if tone != walker]
                steps = np.array([1.0 / (1 + abs(tone - walker)) for tone in options])
                walker = int(rng.choice(options, p=steps / steps.sum()))
                if rng.random() < 0.25:
                    walker += int(rng.choice([-1, 1]))
            pitch = walker
        part.add(start, hit.length * short, pitch, velocity * gain)


@dataclass(slots=True)
class Phrase:
    """The rhythm of a melody for some bars, and its contour in steps of the scale."""

    hits: list[tuple[float, float]]
    contour: list[int]
    bars: int


def make_phrase(
    rng: np.random.Generator,
    beats: int,
    grid: int,
    bars: int,
    density: float,
    syncopation: float,
) -> Phrase:
    """Invents a phrase with up to `grid` notes a beat: a motif of a bar, then varied, ending on a long note."""
    motif = _motif_rhythm(rng, beats, grid, density, syncopation)
    found: list[tuple[float, float]] = []
    for number in range(bars):
        last = number == bars - 1
        shape = motif if rng.random() < 0.65 else _motif_rhythm(rng, beats, grid, density, syncopation)
        if last:
            shape = [start for start in shape if start < beats * 0.55] or [0.0]
        found.extend((number * beats + start, 0.0) for start in shape)
    if not found:
        found = [(0.0, 0.0)]
    timed = []
    for place, (start, _) in enumerate(found):
        end = found[place + 1][0] if place + 1 < len(found) else bars * beats - (0.5 if rng.random() < 0.7 else 0.0)
        timed.append((start, max(0.2, min(end - start, beats * 1.0))))
    contour, position = [], 0
    leap = rng.uniform(0.1, 0.4)
    for _ in timed:
        contour.append(position)
        position += int(rng.choice([-3, -2, 2, 3, 4])) if rng.random() < leap else int(rng.choice([-1, -1, 0, 1, 1]))
        position = max(-5, min(8, position))
    return Phrase(timed, contour, bars)


def _motif_rhythm(rng: np.random.Generator, beats: int, grid: int, density: float, syncopation: float) -> list[float]:
    starts = []
    for step in range(beats * grid):
        place = step % grid
        if step == 0:
            chance = 0.35 + 0.5 * (1 - syncopation)
        elif place == 0:
            chance = (0.35 + 0.6 * density) * (1 - 0.55 * syncopation)
        elif grid == 4 and place in (1, 3):
            chance = 0.5 * density * (0.3 + syncopation)
        else:
            chance = density * (0.35 + 0.55 * syncopation)
        if rng.random() < chance:
            starts.append(step / grid)
    return starts


def melody_phrase(
    part: Part,
    start: float,
    phrase: Phrase,
    harmony: Harmony,
    rng: np.random.Generator,
    centre: int,
    beats: int,
    pickup: int = 0,
    legato: float = 0.95,
    accents: float = 0.0,
    vary: float = 0.15,
    gain: float = 1.0,
    grace: float = 0.0,
) -> None:
    """Plays a phrase from `start`; notes on beats are drawn to chord tones. `pickup` notes lead into it."""
    ladder = harmony.scale_pitches(centre - 12, centre + 14)
    if not ladder:
        return
    middle = min(range(len(ladder)), key=lambda place: abs(ladder[place] - centre))
    first = None
    for (offset, length), step in zip(phrase.hits, phrase.contour):
        beat = start + offset
        if rng.random() < vary:
            step += int(rng.choice([-1, 1, 2]))
        pitch = ladder[max(0, min(len(ladder) - 1, middle + step))]
        if offset % 1.0 == 0 or length >= 1.0:
            tones = harmony.at(beat).pitches(harmony.key)
            pitch = min(range(pitch - 4, pitch + 5), key=lambda p: (p % 12 not in tones, abs(p - pitch)))
        if rng.random() < vary * 0.3:
            continue
        strong = 8 if offset % beats == 0 else (3 if offset % 1.0 == 0 else 0)
        velocity = 90 + strong * (1 - 2 * accents) + rng.normal(0, 6)
        if grace and beat > 0.2 and rng.random() < grace:
            part.add(beat - 0.12, 0.1, pitch + int(rng.choice([-1, 1, 2])), velocity * 0.8 * gain)
        part.add(beat, length * legato, pitch, velocity * gain)
        first = first or (beat, pitch)
    if pickup and first is not None:
        for place in range(pickup):
            beat = first[0] - (pickup - place) * 0.5
            if beat < 0:
                continue
            pitch = first[1] + int(rng.choice([-5, -4, -3, -2, -1, 2]))
            pitch = min(ladder, key=lambda p: abs(p - pitch))
            part.add(beat, 0.5 * legato, pitch, (78 + 3 * place) * gain)


def held_chords(
    part: Part,
    bars: list[Bar],
    harmony: Harmony,
    centre: int,
    size: int = 4,
    velocity: float = 74.0,
    strum: float = 0.0,
) -> None:
    """Holds every chord from its change to the next change, also over bar lines."""
    if not bars:
        return
    end = bars[-1].end
    changes = [start for start in harmony.starts if bars[0].start < start < end]
    changes = [float(bars[0].start), *changes]
    for place, start in enumerate(changes):
        stop = changes[place + 1] if place + 1 < len(changes) else end
        beats = bars[0].meter.beats
        while start < stop - 1e-6:
            length = min(stop - start, 4.0 * beats)
            for tone, pitch in enumerate(harmony.voicing(start, centre, size)):
                part.add(start, length * 0.98, pitch, velocity, shift=tone * strum)
            start += length
