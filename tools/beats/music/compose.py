"""From a seed to a piece: draws the meter, the style and all else, and has the style's players write the parts."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .arrange import Excerpt, Section, choose_excerpt, draw_tempo, finish, lay_out, make_tempo
from .harmony import make_harmony
from .score import METERS, Bar, Meter, Part, Score, Swing
from .styles import FAMILY_WEIGHTS, STYLES, Style
from .styles.band import Stage, play_band

NEGATIVE_CHANCE = 0.07
ENDING_CHANCE = 0.08
METER_CHANCES = {"4/4": 0.76, "3/4": 0.12, "2/4": 0.05, "6/8": 0.045, "12/8": 0.025}


@dataclass(slots=True)
class Piece:
    """A composed piece and how it is to be recorded."""

    style: Style
    score: Score
    excerpt: Excerpt
    balance: dict[str, float]
    pumping: float
    effects: list[tuple[str, float, float]] = field(default_factory=list)


def draw_style(rng: np.random.Generator) -> tuple[Style, str]:
    """A style and a meter of it, so that the meters come as often as they should."""
    if rng.random() < NEGATIVE_CHANCE:
        meter = "free"
    else:
        meter = str(rng.choice(list(METER_CHANCES), p=list(METER_CHANCES.values())))
    fitting = [style for style in STYLES.values() if meter in style.meters]
    weights = np.array([style.meters[meter] * FAMILY_WEIGHTS[style.family] for style in fitting])
    return fitting[int(rng.choice(len(fitting), p=weights / weights.sum()))], meter


def compose(rng: np.random.Generator, style: Style, meter_name: str, seconds: float) -> Piece:
    """Composes a piece long enough that an excerpt of so many seconds can start anywhere in its first minutes."""
    meter = METERS.get(meter_name, METERS["4/4"])
    tempo = draw_tempo(rng, style.tempos.get(meter_name, style.tempo))
    timing = str(rng.choice(style.timing))
    from_start = rng.random() < style.from_start
    reach = seconds + (6.0 if from_start else float(rng.uniform(20, 100)))
    bars_needed = int(reach * 1.25 * tempo / 60 / meter.beats) + 4
    sections, bars = lay_out(rng, style.form, meter, bars_needed, style.odd_bars, style.meter_change)
    if from_start and rng.random() < 0.45:
        sections, bars = _with_pickup_bar(sections, bars, meter)
    kinds = [section.kind for section in sections]
    tempo_map, timing = make_tempo(rng, tempo, timing, bars, style.tempo_jumps)
    mood = str(rng.choice(style.moods))
    chord_bars = float(rng.choice(style.chord_bars))
    harmony = make_harmony(rng, mood, bars, kinds, chord_bars)
    stage = Stage(rng, style, meter, tempo, timing.startswith("grid") and rng.random() < 0.6, sections, bars, harmony)
    (style.play or play_band)(stage)
    if kinds[0] == "pickup":
        _keep_pickup(rng, bars[0], stage.parts)
    swing = Swing(style.swing_unit, 0.5)
    if style.swing[1] > 0.5 and not meter.compound and rng.random() < style.swing_chance:
        swing = Swing(style.swing_unit, float(rng.uniform(*style.swing)))
    score = Score(bars, tempo_map, [part for part in stage.parts if part.notes], swing)
    score.facts = {
        "style": style.name,
        "family": style.family,
        "meter": meter_name,
        "bpm": round(tempo, 2),
        "timing": timing,
        "mood": mood,
        "swing": round(swing.ratio, 3),
        "swing_unit": swing.unit,
        **stage.facts,
    }
    score.facts["voices"] = {part.name: part.voice for part in score.parts}
    score.facts["long kick"] = style.family == "hip-hop"
    meters = sorted({bar.meter.name for bar in bars})
    if len(meters) > 1:
        score.facts["meters"] = meters
    excerpt = choose_excerpt(rng, score, seconds, 1.0 if from_start or stage.facts.get("from start") else 0.0)
    if style.family not in ("none", "percussion") and rng.random() < ENDING_CHANCE:
        span = (excerpt.offset + 0.4 * seconds, excerpt.offset + seconds * float(rng.uniform(0.55, 0.97)))
        finish(rng, score, harmony, span, not timing.startswith("grid") and rng.random() < 0.7)
        score.facts["ends"] = score.end is not None
    effects = [(name, score.tempo.seconds(begin), score.tempo.seconds(end)) for name, begin, end in stage.effects]
    if rng.random() < style.crackle:
        effects.append(("crackle", 0.0, 0.0))
    pumping = style.pumping * float(rng.uniform(0.3, 1.2)) if rng.random() < 0.8 else 0.0
    return Piece(style, score, excerpt, _balance(rng, style, score), min(0.95, pumping), effects)


def _with_pickup_bar(sections: list[Section], bars: list[Bar], meter: Meter) -> tuple[list[Section], list[Bar]]:
    """Puts a bar before the first one, of which only the end will be played."""
    first = Section("pickup", 1, "none", frozenset({"lead", "chords"}), 0.8)
    moved = [Bar(bar.start + meter.beats, bar.meter, bar.section + 1, bar.index) for bar in bars]
    return [first, *sections], [Bar(0, meter, 0, 0), *moved]


def _keep_pickup(rng: np.random.Generator, bar: Bar, parts: list[Part]) -> None:
    """Leaves of the first bar only what the melody (or, lacking one, another part) plays in its last beats."""
    grid = 3 if bar.meter.compound else 2
    count = int(rng.integers(1, 2 * grid + 1 if bar.meter.beats > 2 else grid + 1))
    begin = bar.end - count / grid
    players = [part for part in parts if part.role == "lead"] or [
        part for part in parts if part.role in ("chords", "drums")
    ]
    for part in parts:
        part.notes = [note for note in part.notes if note.start >= bar.end - 1e-6]
    if not players:
        return
    player = players[0]
    later = sorted((note for note in player.notes if note.start < bar.end + 16), key=lambda note: note.start)
    if not later:
        return
    target = later[0].pitch
    for place in range(count):
        pitch = target if player.percussive else target + int(rng.choice([-7, -5, -4, -3, -2, 2, 3]))
        player.add(begin + place / grid, 0.9 / grid, pitch, 80 + 4 * place)


def _balance(rng: np.random.Generator, style: Style, score: Score) -> dict[str, float]:
    """How much louder or softer than usual the roles are mixed in this track."""
    balance = {
        role: float(rng.normal(0, 2.0)) for role in ("drums", "bass", "chords", "second", "pad", "lead", "percussion")
    }
    drums = str(rng.choice(["usual", "loud", "soft", "faint"], p=[0.5, 0.25, 0.17, 0.08]))
    balance["drums"] += {"usual": 0.0, "loud": 6.0, "soft": -8.0, "faint": -15.0}[drums]
    balance["percussion"] += balance["drums"] / 2
    for role, gain in style.balance.items():
        balance[role] += gain
    score.facts["drum_level"] = drums
    return balance
