"""The form of a piece: its sections and who plays in them, its bars, its tempo, and the excerpt that is heard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .harmony import Harmony
from .score import METERS, Bar, Meter, Score, TempoMap

EVERYONE = frozenset({"bass", "chords", "second", "pad", "lead", "percussion"})


@dataclass(slots=True)
class Section:
    """A section: what the drummer does in it, which roles play, and whether it builds up to the next one."""

    kind: str
    bars: int
    drums: str = "full"
    roles: frozenset[str] = EVERYONE
    energy: float = 0.8
    build: bool = False


def _some(rng: np.random.Generator, roles: tuple[str, ...], least: int = 1) -> frozenset[str]:
    count = int(rng.integers(least, len(roles) + 1))
    return frozenset(str(role) for role in rng.choice(roles, size=count, replace=False))


def _intro(rng: np.random.Generator, drummed: bool) -> Section:
    bars = int(rng.choice([2, 4, 4, 4, 8]))
    drums = str(rng.choice(["none", "none", "hats", "kick", "full"])) if drummed else "none"
    roles = (
        _some(rng, ("bass", "chords", "second", "pad", "lead")) if rng.random() < 0.85 or not drummed else frozenset()
    )
    if not roles and drums == "none":
        drums = "full"
    return Section("intro", bars, drums, roles, 0.6)


def song_form(rng: np.random.Generator) -> list[Section]:
    """Verses and choruses with an intro, a bridge, and sometimes sections without drums."""
    verse_bars = int(rng.choice([8, 8, 8, 16, 12], p=[0.4, 0.2, 0.2, 0.15, 0.05]))
    verse_roles = EVERYONE - _some(rng, ("pad", "second", "percussion"))
    verse_drums = str(rng.choice(["full", "full", "full", "hats", "kick", "none"], p=[0.3, 0.3, 0.2, 0.08, 0.06, 0.06]))
    chorus = Section("chorus", 8, "full", EVERYONE, 1.0)
    sections = [_intro(rng, True)]
    for turn in range(4):
        sections.append(
            Section(
                "verse",
                verse_bars,
                verse_drums if turn else str(rng.choice([verse_drums, "none", "full"])),
                verse_roles,
                0.75,
            )
        )
        if rng.random() < 0.35:
            sections.append(
                Section("bridge", 4, str(rng.choice(["full", "nokick", "none"])), verse_roles, 0.85, rng.random() < 0.3)
            )
        sections.append(chorus)
        if rng.random() < 0.3:
            sections.append(
                Section(
                    "link",
                    int(rng.choice([2, 4])),
                    str(rng.choice(["full", "hats", "none"])),
                    _some(rng, ("bass", "chords", "second", "pad")),
                    0.7,
                )
            )
        if turn and rng.random() < 0.4:
            sections.append(Section("solo", 8, "full", EVERYONE, 0.9))
        elif turn and rng.random() < 0.35:
            sections.append(
                Section(
                    "break",
                    int(rng.choice([2, 4, 8])),
                    str(rng.choice(["none", "break", "hats"])),
                    _some(rng, ("chords", "pad", "lead", "second")),
                    0.5,
                )
            )
    return sections


def dance_form(rng: np.random.Generator) -> list[Section]:
    """Layers that come and go, breaks without drums, builds and drops."""
    sections = [
        Section(
            "intro",
            int(rng.choice([4, 8])),
            str(rng.choice(["full", "kick", "full", "hats", "none"])),
            _some(rng, ("bass", "percussion", "pad", "second")),
            0.7,
        )
    ]
    for _ in range(4):
        sections.append(
            Section(
                "groove",
                8,
                str(rng.choice(["full", "full", "kick"])),
                EVERYONE - _some(rng, ("lead", "pad", "chords")),
                0.85,
            )
        )
        if rng.random() < 0.6:
            sections.append(
                Section(
                    "break",
                    int(rng.choice([4, 8])),
                    str(rng.choice(["none", "none", "hats", "nokick"])),
                    _some(rng, ("pad", "chords", "lead"), 2) | {"pad"},
                    0.5,
                )
            )
        if rng.random() < 0.6:
            sections.append(
                Section(
                    "break",
                    int(rng.choice([2, 4, 8])),
                    "none",
                    _some(rng, ("pad", "chords", "lead", "second"), 2),
                    0.7,
                    True,
                )
            )
        sections.append(Section("drop", int(rng.choice([8, 16])), "full", EVERYONE, 1.0))
    return sections


def loop_form(rng: np.random.Generator) -> list[Section]:
    """The same few bars with changing layers, as beat makers work."""
    sections = [_intro(rng, True)]
    for _ in range(9):
        sections.append(
            Section(
                "loop",
                int(rng.choice([4, 8, 8])),
                str(rng.choice(["full", "full", "full", "full", "hats", "none", "kick"])),
                _some(rng, ("bass", "chords", "second", "pad", "lead", "percussion"), 3),
                0.85,
            )
        )
    return sections


def theme_form(rng: np.random.Generator) -> list[Section]:
    """A theme AABA or ABAC, then choruses of solos over the same changes."""
    sections = [_intro(rng, True)] if rng.random() < 0.4 else []
    letters = str(rng.choice(["AABA", "ABAC", "AA", "AABB"]))
    for turn in range(4):
        drums = "full" if rng.random() < 0.92 else "hats"
        for letter in letters:
            sections.append(
                Section(("theme " if turn == 0 else "solo ") + letter, 8, drums, EVERYONE, 0.75 if turn == 0 else 0.9)
            )
    return sections


def plain_form(rng: np.random.Generator) -> list[Section]:
    """Strains of eight or four bars, some repeated, with changing instrumentation."""
    sections = []
    length = int(rng.choice([8, 8, 8, 4, 16]))
    for turn in range(10):
        letter = "AABBACAADB"[turn]
        roles = (
            EVERYONE if rng.random() < 0.6 else _some(rng, ("chords", "lead", "second", "pad", "bass"), 2) | {"chords"}
        )
        sections.append(Section(letter, length, "full", roles, float(rng.uniform(0.5, 1.0))))
    return sections


FORMS = {"song": song_form, "dance": dance_form, "loop": loop_form, "theme": theme_form, "plain": plain_form}


def lay_out(
    rng: np.random.Generator,
    form: str,
    meter: Meter,
    bars_needed: int,
    odd_bars: float,
    change: float,
) -> tuple[list[Section], list[Bar]]:
    """Sections and bars of a piece that is at least so many bars long.

    With the chance `odd_bars` some sections end in a bar of two beats or have a bar more; with the chance `change` some
    kinds of section have another meter.
    """
    sections: list[Section] = []
    while sum(section.bars for section in sections) < bars_needed:
        sections.extend(FORMS[form](rng))
    odd = rng.random() < odd_bars
    others: dict[str, Meter] = {}
    if rng.random() < change:
        kinds = sorted({section.kind for section in sections})
        other = METERS["3/4"] if meter.name in ("4/4", "2/4") else METERS["4/4"]
        if meter.compound:
            other = METERS["12/8"] if meter.name == "6/8" else METERS["6/8"]
        others[str(rng.choice(kinds))] = other
    bars: list[Bar] = []
    start = 0
    for number, section in enumerate(sections):
        this = others.get(section.kind, meter)
        if odd and rng.random() < 0.4:
            section = sections[number] = Section(
                section.kind, section.bars + 1, section.drums, section.roles, section.energy, section.build
            )
        for index in range(section.bars):
            bar_meter = this
            if odd and index == section.bars - 1 and this.name == "4/4" and rng.random() < 0.3:
                bar_meter = METERS["2/4"]
            bars.append(Bar(start, bar_meter, number, index))
            start += bar_meter.beats
        if len(bars) >= bars_needed + 4:
            break
    return sections, bars


def draw_tempo(rng: np.random.Generator, span: tuple[float, float, float]) -> float:
    """A tempo in beats per minute, mostly near the centre of its span, often a whole number."""
    low, centre, high = np.log(span)
    tempo = float(np.exp(rng.triangular(low, centre, high) if rng.random() < 0.75 else rng.uniform(low, high)))
    return float(round(tempo)) if rng.random() < 0.6 else tempo


def _smooth_noise(rng: np.random.Generator, count: int, width: float) -> np.ndarray:
    """Noise of unit deviation that varies over about `width` beats."""
    reach = int(3 * width) + 1
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    noise = np.convolve(rng.normal(0, 1, count + 2 * reach), kernel, mode="valid")[:count]
    return noise / np.sqrt(np.sum(kernel**2))


def make_tempo(
    rng: np.random.Generator,
    tempo: float,
    timing: str,
    bars: list[Bar],
    jumps: float,
) -> tuple[TempoMap, str]:
    """The length of every beat. `timing` is "grid", "human" or "rubato"; with the chance `jumps` the tempo changes."""
    total = bars[-1].end
    factors = np.zeros(total)
    if timing == "human":
        factors += rng.uniform(0.003, 0.014) * _smooth_noise(rng, total, rng.uniform(4, 16))
        factors += rng.uniform(0.0, 0.006) * rng.normal(0, 1, total)
        factors += rng.normal(0, 0.015) * np.linspace(0, 1, total)
    elif timing == "rubato":
        strength = rng.uniform(0.02, 0.1)
        factors += np.clip(strength * _smooth_noise(rng, total, rng.uniform(1.5, 5)), -0.2, 0.2)
        phrase = int(rng.choice([4, 4, 8, 2]))
        broadening, arch = rng.uniform(0.0, 0.3), rng.uniform(0.0, 0.06)
        for number, bar in enumerate(bars):
            through = (number % phrase) / max(1, phrase - 1)
            factors[bar.start : bar.end] += arch * (2 * (through - 0.5) ** 2 - 0.25)
            if number % phrase == phrase - 1 and rng.random() < 0.8:
                factors[bar.start : bar.end] += broadening * np.linspace(0.1, 1.0, bar.meter.beats) ** 1.5
    described = timing
    if rng.random() < jumps:
        kind = str(rng.choice(["step", "step", "glide", "kinds"]))
        described = f"{timing}, {kind}"
        if kind == "glide":
            factors += float(rng.choice([-1, 1])) * rng.uniform(0.1, 0.35) * np.linspace(0, 1, total)
        else:
            step = float(rng.choice([-1, 1])) * rng.uniform(0.06, 0.35)
            changed = False
            for bar in bars:
                if bar.index == 0:
                    changed = bool(rng.random() < 0.5)
                if changed:
                    factors[bar.start : bar.end] += step
    return TempoMap(60.0 / tempo * np.exp(factors)), described


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The stretch of the piece that is recorded: from `offset` seconds, for `seconds`."""

    offset: float
    seconds: float
    whole_start: bool


def choose_excerpt(rng: np.random.Generator, score: Score, seconds: float, start_chance: float) -> Excerpt:
    """Either from the piece's first note, after a moment of silence, or from anywhere in the middle."""
    if rng.random() < start_chance:
        lead = float(rng.choice([0.0, 0.05, 0.25, 0.6, 1.2])) + float(rng.uniform(0.0, 0.2))
        return Excerpt(score.first_sound() - lead, seconds, True)
    last = score.tempo.seconds(score.bars[-1].end)
    room = max(0.0, last - seconds - 0.5)
    return Excerpt(float(rng.uniform(0.0, min(room, 110.0))), seconds, False)


def truth(score: Score, excerpt: Excerpt) -> list[tuple[float, int]]:
    """Beats in the excerpt; those before the piece's first note are not heard and not counted."""
    first = score.first_sound() - 0.04
    return [
        (time - excerpt.offset, position)
        for time, position in score.beats()
        if time >= first and 0.0 <= time - excerpt.offset < excerpt.seconds
    ]


def finish(rng: np.random.Generator, score: Score, harmony: Harmony, span: tuple[float, float], broaden: bool) -> None:
    """Ends the piece on the first downbeat of a section, or of four bars, in a span of seconds, with a last chord."""
    ends = [
        bar.start for bar in score.bars if bar.index % 4 == 0 and span[0] < score.tempo.seconds(bar.start) < span[1]
    ]
    if not ends:
        return
    end = ends[-1]
    if broaden:
        periods = score.tempo.periods.copy()
        reach = min(end, int(rng.integers(3, 9)))
        periods[end - reach : end] *= np.linspace(1.03, rng.uniform(1.15, 1.6), reach)
        score.tempo = TempoMap(periods)
    score.bars = [bar for bar in score.bars if bar.end <= end]
    score.end = end
    length = float(rng.choice([0.4, 2.0, 4.0]))
    for part in score.parts:
        part.notes = [note for note in part.notes if note.start < end - 1e-6]
        for note in part.notes:
            note.length = min(note.length, max(0.1, end - note.start))
        if part.role == "drums":
            for key in (36, 49):
                part.add(end, 1.0, key, 112)
        elif part.role == "bass":
            part.add(end, length, harmony.root(0.0, 33), 105)
        elif not part.percussive:
            pitches = harmony.voicing(0.0, 62)
            for pitch in pitches if part.role != "lead" else pitches[-1:]:
                part.add(end, length, pitch, 100)
