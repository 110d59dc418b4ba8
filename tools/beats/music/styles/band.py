"""The band: writes the parts of a piece from the data of its style, section by section."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..arrange import EVERYONE, Section
from ..drums import Drummer, build_roll
from ..grooves import GROOVES, PERCUSSION_KEYS
from ..harmony import Harmony
from ..lines import Phrase, bass_bar, comp_bar, held_chords, make_phrase, melody_phrase
from ..score import METERS, Bar, Meter, Part
from .playing import BASSES, COMPS
from .style import Comp, Lead, Style, pick

TRIPLET = 2.0 / 3.0
HALF_TIME_GROOVES = ("half time", "dubstep", "half shuffle", "trap")
HALF_TIME_FROM = 100.0
SIXTEENTHS_UNTIL = 136.0


@dataclass(slots=True)
class Stage:
    """Everything the players need to know while the parts are written."""

    rng: np.random.Generator
    style: Style
    meter: Meter
    tempo: float
    tight: bool
    sections: list[Section]
    bars: list[Bar]
    harmony: Harmony
    parts: list[Part] = field(default_factory=list)
    effects: list[tuple[str, int, int]] = field(default_factory=list)
    facts: dict = field(default_factory=dict)

    def section_bars(self, number: int) -> list[Bar]:
        return [bar for bar in self.bars if bar.section == number]

    def numbers(self) -> list[int]:
        return sorted({bar.section for bar in self.bars})

    def part(self, name: str, role: str, voice: int | str) -> Part:
        low, high = self.style.looseness
        part = Part(name, role, voice, looseness=0.0005 if self.tight else float(self.rng.uniform(low, high)))
        self.parts.append(part)
        return part


def play_band(stage: Stage) -> None:
    """Writes drums, percussion, bass, comping, pads and melodies as far as the style has them."""
    rng, style = stage.rng, stage.style
    comps = [comp for comp in style.comps if rng.random() < comp.chance]
    leads = [lead for lead in style.leads if rng.random() < lead.chance]
    with_bass = bool(style.basses) and rng.random() < style.bass_chance
    with_pad = bool(style.pads) and rng.random() < style.pad_chance
    names = style.grooves.get(stage.meter.name, ())
    with_drums = bool(names) and rng.random() < style.drum_chance
    roles = {comp.role for comp in comps} | ({"lead"} if leads else set())
    roles |= ({"bass"} if with_bass else set()) | ({"pad"} if with_pad else set())
    _leave_nothing_empty(stage, frozenset(roles), with_drums)
    if with_drums:
        play_drums(stage, names)
    stage.facts.setdefault("drums", "none")
    if with_bass:
        play_bass(stage)
    for place, comp in enumerate(comps):
        play_comp(stage, comp, f"{comp.role} {place}")
    if with_pad:
        play_pad(stage)
    for lead in leads:
        play_lead(stage, lead)


def _leave_nothing_empty(stage: Stage, roles: frozenset[str], with_drums: bool) -> None:
    """Lets everyone play in sections of which otherwise little or nothing would be heard; drums alone never pause."""
    for section in stage.sections:
        drummed = with_drums and section.drums not in ("none", "break")
        steady = roles - {"lead"} or roles
        if not drummed and not section.roles & steady:
            section.roles = EVERYONE
        if not roles:
            section.drums = "full"


def play_drums(stage: Stage, names: tuple[str, ...]) -> None:
    rng, style = stage.rng, stage.style
    if stage.tempo < HALF_TIME_FROM:
        names = tuple(name for name in names if name not in HALF_TIME_GROOVES) or names
    main = str(pick(rng, names))
    stage.facts["drums"] = main
    voice = pick(rng, style.kits)
    part = stage.part("drums", "drums", voice)
    part.pivot = TRIPLET if _triplet_groove(main) else 0.5
    part.lag = float(rng.uniform(*style.lag))
    drummers: dict[str, Drummer] = {}
    by_kind: dict[str, str] = {}
    extra = None
    usable = [name for name in style.percussion if GROOVES[name].meter == stage.meter.name]
    if usable and rng.random() < style.percussion_chance:
        extra = Drummer(
            rng,
            stage.part("percussion", "percussion", voice if voice == "machine" and rng.random() < 0.5 else 0),
            str(pick(rng, tuple(usable))),
            0.0,
            0.0,
        )
    for number in stage.numbers():
        section = stage.sections[number]
        bars = stage.section_bars(number)
        groove = by_kind.setdefault(section.kind, main if rng.random() < 0.8 else str(pick(rng, names)))
        if GROOVES[groove].meter != bars[0].meter.name:
            groove = {"3/4": "rock waltz", "4/4": "rock", "6/8": "six eight", "12/8": "slow blues", "2/4": "polka"}[
                bars[0].meter.name
            ]
        if groove not in drummers:
            drummers[groove] = Drummer(rng, part, groove, style.fills, style.crashes)
        gain = 0.72 + 0.3 * section.energy
        for bar in bars:
            if bar.meter.name == GROOVES[groove].meter and section.drums != "none":
                drummers[groove].play_bar(bar, section.kind, section.drums, section.bars, gain)
            if extra is not None and "percussion" in section.roles and bar.meter.name == extra.groove.meter:
                extra.play_bar(bar, section.kind, "full", section.bars, gain)
        if section.build:
            half = bars[len(bars) // 2 :] if len(bars) > 2 else bars
            build_roll(part, half, rng, str(pick(rng, ("snare", "clap", "snare", "tom1"))))
            if rng.random() < 0.4:
                build_roll(part, bars, rng, "kick")
            if rng.random() < style.risers:
                stage.effects.append(("riser", bars[0].start, bars[-1].end))
        elif section.drums == "none" and rng.random() < 0.25 and style.fills > 0:
            drummers[groove].play_bar(bars[-1], section.kind, "break", section.bars, gain)
    if rng.random() < 0.15:
        _count_in(stage, part)


def _triplet_groove(name: str) -> bool:
    """Whether a groove is written in triplets, which are swung by themselves."""
    groove = GROOVES[name]
    beats = METERS[groove.meter].beats
    lengths = [len(option.split(" ")[0].split(":")[1].split("|")[0]) for lane in groove.lanes for option in lane]
    return any((length // beats) % 3 == 0 for length in lengths)


def _count_in(stage: Stage, part: Part) -> None:
    """Stick clicks on the beats of the first bar, where nobody plays yet."""
    bar = stage.bars[0]
    if stage.sections[0].drums == "none":
        key = PERCUSSION_KEYS[str(pick(stage.rng, ("rim", "closed", "block")))]
        for beat in range(bar.meter.beats):
            part.add(bar.start + beat, 0.2, key, 95)


def play_bass(stage: Stage) -> None:
    rng, style = stage.rng, stage.style
    names = [name for name in style.basses if stage.meter.name in BASSES[name]]
    if not names:
        return
    part = stage.part("bass", "bass", pick(rng, style.bass_voices))
    main = str(pick(rng, tuple(names)))
    part.pivot = TRIPLET if _is_triplet(BASSES[main], stage.meter) else 0.5
    push = float(pick(rng, style.push))
    by_kind: dict[str, str] = {}
    stage.facts["bass"] = main
    for number in stage.numbers():
        section = stage.sections[number]
        if "bass" not in section.roles:
            continue
        for bar in stage.section_bars(number):
            if bar.index == 0 and section.kind not in by_kind:
                name = main if rng.random() < 0.7 else str(pick(rng, tuple(names)))
                by_kind[section.kind] = str(pick(rng, BASSES[name][stage.meter.name]))
            pattern = by_kind[section.kind]
            if bar.meter != stage.meter:
                pattern = BASSES["quarters"][bar.meter.name][0]
            elif bar.index % 4 == 3 and rng.random() < 0.2:
                pattern = str(pick(rng, BASSES[main][stage.meter.name]))
            bass_bar(
                part, bar, pattern, stage.harmony, rng, style.bass_lowest, push=push, short=float(rng.uniform(0.8, 1.0))
            )


def _is_triplet(rhythms: dict[str, tuple[str, ...]], meter: Meter) -> bool:
    if meter.compound:
        return True
    return any((len(pattern.split("|")[0]) // meter.beats) % 3 == 0 for pattern in rhythms[meter.name])


def play_comp(stage: Stage, comp: Comp, name: str) -> None:
    rng, style = stage.rng, stage.style
    rhythms = [rhythm for rhythm in comp.rhythms if stage.meter.name in COMPS[rhythm]]
    if not rhythms:
        rhythms = ["eighths" if rng.random() < 0.3 else "quarters"]
    part = stage.part(name, comp.role, pick(rng, comp.voices))
    part.drive = comp.drive * float(rng.uniform(0.5, 1.5))
    main = str(pick(rng, tuple(rhythms)))
    part.pivot = TRIPLET if _is_triplet(COMPS[main], stage.meter) else 0.5
    push = float(pick(rng, style.push))
    stage.facts[name] = main
    centre = comp.centre + int(rng.integers(-3, 4))
    by_kind: dict[str, str] = {}
    for number in stage.numbers():
        section = stage.sections[number]
        if comp.role not in section.roles:
            continue
        if section.kind not in by_kind:
            rhythm = main if rng.random() < 0.75 else str(pick(rng, tuple(rhythms)))
            by_kind[section.kind] = str(pick(rng, COMPS[rhythm][stage.meter.name]))
        gain = 0.75 + 0.25 * section.energy
        for bar in stage.section_bars(number):
            pattern = by_kind[section.kind] if bar.meter == stage.meter else COMPS["quarters"][bar.meter.name][0]
            comp_bar(part, bar, pattern, stage.harmony, rng, centre, comp.size, push, comp.strum, comp.short, gain)


def play_pad(stage: Stage) -> None:
    rng, style = stage.rng, stage.style
    part = stage.part("pad", "pad", pick(rng, style.pads))
    for number in stage.numbers():
        if "pad" in stage.sections[number].roles:
            held_chords(part, stage.section_bars(number), stage.harmony, 62 + int(rng.integers(-4, 5)))


def melody_grid(stage: Stage, density: float) -> int:
    """Notes a beat that a melody may have: none shorter than an eighth in fast music."""
    if stage.meter.compound:
        return 3
    fine = density > 0.75 or (stage.tempo < 80 and stage.rng.random() < 0.5)
    return 4 if fine and stage.tempo < SIXTEENTHS_UNTIL else 2


def play_lead(stage: Stage, lead: Lead) -> None:
    """A melody: every kind of section has its phrases, which come back with small changes."""
    rng = stage.rng
    part = stage.part("lead", "lead", pick(rng, lead.voices))
    part.looseness *= 1.6
    density, syncopation = float(rng.uniform(*lead.density)), float(rng.uniform(*lead.syncopation))
    contrary = float(rng.uniform(0, 1)) if rng.random() < 0.3 else 0.0
    length = int(rng.choice([2, 4, 4, 2]))
    centre = lead.centre + int(rng.integers(-5, 6)) - (12 if part.voice == "singer" and rng.random() < 0.4 else 0)
    accompanied = any(part.percussive for part in stage.parts)
    phrases: dict[str, list[Phrase]] = {}
    stage.facts["syncopation"] = round(syncopation, 2)
    for number in stage.numbers():
        section = stage.sections[number]
        if "lead" not in section.roles:
            continue
        bars = stage.section_bars(number)
        key = f"{section.kind} {bars[0].meter.name}"
        if key not in phrases:
            phrases[key] = [
                make_phrase(rng, bars[0].meter.beats, melody_grid(stage, density), length, density, syncopation)
                for _ in range(2)
            ]
        for place in range(0, len(bars), length):
            if len({bar.meter.name for bar in bars[place : place + length]}) > 1 or place + length > len(bars):
                continue
            if accompanied and section.drums not in ("none", "break") and rng.random() < 0.12:
                continue
            phrase = phrases[key][0 if (place // length) % 4 in (0, 1, 3) and rng.random() < 0.8 else 1]
            pickup = int(rng.integers(1, 4)) if rng.random() < lead.pickup else 0
            melody_phrase(
                part,
                bars[place].start,
                phrase,
                stage.harmony,
                rng,
                centre,
                bars[0].meter.beats,
                pickup,
                float(rng.uniform(0.7, 1.0)),
                contrary,
                0.12,
                0.8 + 0.2 * section.energy,
                lead.grace,
            )
