"""Turns a score's excerpt into sound: every part on its instrument, levelled, ducked and mixed to one track."""

from __future__ import annotations

import numpy as np

from .arrange import Excerpt
from .electronic import crackle, play_voice, riser, side_chain
from .fluid import DRUM_FONTS, FULL_FONT_CHANCES, FULL_FONTS, RATE, Line, find_font, play
from .machine import make_kit, play_machine
from .score import Event, Part, Score, perform
from .singing import sing

# Usual loudness of the roles against each other, in decibels.
ROLE_LEVELS = {
    "drums": 0.0,
    "percussion": -6.0,
    "bass": -3.0,
    "chords": -5.0,
    "second": -8.0,
    "pad": -9.0,
    "lead": -3.0,
}
ACOUSTIC_KEYS = frozenset((35, 36, 37, 38, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 53, 55, 57))


def _active_level(track: np.ndarray) -> float:
    """The root mean square of those tenths of a second in which the part sounds."""
    size = RATE // 10
    frames = len(track) // size
    if frames == 0:
        return 0.0
    power = np.mean(track[: frames * size].reshape(frames, size).astype(np.float64) ** 2, axis=1)
    loud = power[power > 1e-3 * power.max()] if power.max() > 0 else power
    return float(np.sqrt(np.mean(loud)))


def _drive(track: np.ndarray, amount: float) -> np.ndarray:
    level = _active_level(track)
    if level <= 0 or amount <= 0:
        return track
    return np.tanh(track * np.float32(amount / level)).astype(np.float32)


def _drum_font(rng: np.random.Generator, main: str, part: Part, events: list[Event]) -> str:
    """Mostly the track's own font; sometimes another one, or a sampled acoustic kit where it has all the drums."""
    chance = rng.random()
    if chance < 0.25 and part.role == "drums" and part.voice in (0, 8, 16, 32, 40):
        if all(event.pitch in ACOUSTIC_KEYS for event in events):
            return str(rng.choice(DRUM_FONTS))
    if chance < 0.45:
        return str(rng.choice(FULL_FONTS, p=FULL_FONT_CHANCES))
    return main


def render(
    score: Score,
    excerpt: Excerpt,
    rng: np.random.Generator,
    balance: dict[str, float],
    pumping: float,
    effects: list[tuple[str, float, float]],
) -> np.ndarray:
    """The dry mono mix of an excerpt at 44.1 kHz. `balance` adds decibels to roles; `pumping` ducks under the kick."""
    main = str(rng.choice(FULL_FONTS, p=FULL_FONT_CHANCES))
    main = main if find_font(main) else next(font for font in FULL_FONTS if find_font(font))
    played = [(part, perform(score, part, excerpt.offset, excerpt.seconds, rng)) for part in score.parts]
    played = [(part, events) for part, events in played if events]
    tracks: list[tuple[Part, np.ndarray]] = []
    lines, line_parts = [], []
    beat_seconds = float(np.median(score.tempo.periods))
    for part, events in played:
        if isinstance(part.voice, int):
            font = _drum_font(rng, main, part, events) if part.percussive else main
            lines.append(Line(events, part.voice, part.percussive, font if find_font(font) else main))
            line_parts.append(part)
        elif part.voice == "machine":
            tracks.append(
                (part, play_machine(events, excerpt.seconds, make_kit(rng, score.facts.get("long kick", False))))
            )
        elif part.voice == "singer":
            tracks.append((part, sing(events, excerpt.seconds, rng)))
        else:
            tracks.append((part, play_voice(events, excerpt.seconds, part.voice, beat_seconds, rng)))
    tracks.extend(zip(line_parts, play(lines, excerpt.seconds)))
    kicks = [
        event.start for part, events in played if part.role == "drums" for event in events if event.pitch in (35, 36)
    ]
    mix = np.zeros(int(excerpt.seconds * RATE), dtype=np.float32)
    gate = side_chain(excerpt.seconds, kicks, pumping, min(0.9 * beat_seconds, 0.45)) if pumping > 0 and kicks else None
    for part, track in tracks:
        track = _drive(track, part.drive)
        level = _active_level(track)
        if level <= 1e-7:
            continue
        target = ROLE_LEVELS.get(part.role, -6.0) + part.level + balance.get(part.role, 0.0) + float(rng.normal(0, 1.5))
        track = track * np.float32(10 ** (target / 20) / level)
        if gate is not None and not part.percussive and part.role != "lead":
            track = track * gate
        mix[: len(track)] += track
    for name, begin, end in effects:
        _add_effect(mix, name, begin - excerpt.offset, end - excerpt.offset, rng)
    return mix


def _add_effect(mix: np.ndarray, name: str, begin: float, end: float, rng: np.random.Generator) -> None:
    if name == "crackle":
        noise = crackle(len(mix) / RATE, rng)
        mix += (noise * rng.uniform(0.5, 3.0)).astype(np.float32)[: len(mix)]
    elif name == "riser" and end > 0.5 and begin < len(mix) / RATE:
        sweep = riser(end - begin, rng) * np.float32(rng.uniform(0.5, 2.0))
        first = int(begin * RATE)
        source = sweep[max(0, -first) :]
        first = max(0, first)
        length = min(len(source), len(mix) - first)
        if length > 0:
            mix[first : first + length] += source[:length]
