"""Orchestra, strings, cinematic scores, and the piano: minimal, romantic with rubato, and in strict time."""

from __future__ import annotations

from ..lines import comp_bar, make_phrase, melody_phrase
from .band import Stage, melody_grid, play_band
from .playing import COMPS
from .style import Comp, Lead, Style, pick

STRINGS = (48, 49, 44)


def play_piano(stage: Stage) -> None:
    """Two hands that are not quite together: the melody a little early, chords rolled now and then."""
    rng = stage.rng
    voice = pick(rng, (0, 0, 0, 1, 4, 24))
    left, right = stage.part("left hand", "chords", voice), stage.part("right hand", "lead", voice)
    early = float(rng.uniform(0.0, 0.03))
    rolls = float(rng.choice([0.0, 0.1, 0.35]))
    names = [
        name
        for name in ("arpeggio", "alberti", "picking", "quarters", "whole", "oompah", "eighths", "syncopated")
        if stage.meter.name in COMPS[name]
    ]
    main = str(pick(rng, tuple(names)))
    stage.facts["left hand"] = main
    density, syncopation = float(rng.uniform(0.2, 0.9)), float(rng.uniform(0.0, 0.5))
    patterns: dict[str, str] = {}
    phrases: dict[str, list] = {}
    length = int(rng.choice([2, 4]))
    for number in stage.numbers():
        section, bars = stage.sections[number], stage.section_bars(number)
        name = main if rng.random() < 0.7 else str(pick(rng, tuple(names)))
        pattern = patterns.setdefault(section.kind, str(pick(rng, COMPS[name][stage.meter.name])))
        plays = phrases.setdefault(
            section.kind,
            [
                make_phrase(rng, bars[0].meter.beats, melody_grid(stage, density), length, density, syncopation)
                for _ in range(2)
            ],
        )
        for bar in bars:
            this = pattern if bar.meter == stage.meter else COMPS["quarters"][bar.meter.name][0]
            strum = float(rng.uniform(0.015, 0.04)) if rng.random() < rolls else 0.0
            comp_bar(left, bar, this, stage.harmony, rng, 55, 4, 0.0, strum, 1.0, 0.6 + 0.25 * section.energy)
        if "lead" not in section.roles and rng.random() < 0.6:
            continue
        for place in range(0, len(bars) - length + 1, length):
            if len({bar.meter.name for bar in bars[place : place + length]}) > 1:
                continue
            phrase = plays[0 if rng.random() < 0.6 else 1]
            melody_phrase(
                right,
                bars[place].start,
                phrase,
                stage.harmony,
                rng,
                74,
                bars[0].meter.beats,
                int(rng.integers(0, 3)),
                1.0,
                0.0,
                0.15,
                0.75 + 0.25 * section.energy,
                0.04,
            )
    for note in right.notes:
        note.shift -= early * float(rng.uniform(0.3, 1.0))
    if rng.random() < 0.3:
        doubled = stage.part("octaves", "lead", voice)
        doubled.looseness = right.looseness
        for note in right.notes:
            doubled.add(note.start, note.length, note.pitch - 12, note.velocity * 0.8, note.shift)


def play_chorale(stage: Stage) -> None:
    """Four voices in block chords, mostly a chord a beat, with passing notes and rests at the ends of phrases."""
    rng = stage.rng
    voice = pick(rng, (52, 53, 19, 20, 48, 60, 68, 21, 52))
    part = stage.part("choir", "chords", voice)
    top = stage.part("soprano", "lead", voice if rng.random() < 0.7 else pick(rng, (53, 52, 40, 56)))
    slow = rng.random() < 0.4
    ladder = stage.harmony.scale_pitches(60, 84)
    height = len(ladder) // 2
    for bar in stage.bars:
        cadence = bar.index % 4 == 3
        beat = 0.0
        while beat < bar.meter.beats:
            length = 1.0
            if (slow and rng.random() < 0.7) or rng.random() < 0.2:
                length = min(2.0, bar.meter.beats - beat)
            if cadence and beat >= bar.meter.beats / 2 - 0.5:
                length = bar.meter.beats - beat
            start = bar.start + beat
            held = length * (0.85 if cadence else 0.97)
            chord = stage.harmony.voicing(start, 60, 3)
            for pitch in [stage.harmony.root(start, 38), *chord]:
                part.add(start, held, pitch, 80 + (6 if beat == 0 else 0))
            height = max(0, min(len(ladder) - 1, height + int(rng.integers(-2, 3))))
            tones = stage.harmony.at(start).pitches(stage.harmony.key)
            pitch = min(ladder, key=lambda option: (option % 12 not in tones, abs(option - ladder[height])))
            if length == 1.0 and rng.random() < 0.3:
                top.add(start, 0.48, pitch, 88)
                top.add(
                    start + 0.5,
                    0.48,
                    ladder[max(0, min(len(ladder) - 1, ladder.index(pitch) + int(rng.choice([-1, 1]))))],
                    80,
                )
            else:
                top.add(start, held, pitch, 90 + (6 if beat == 0 else 0))
            beat += length
    if rng.random() < 0.2:
        play_band(stage)


STYLES = (
    Style(
        "expressive-piano",
        "classical",
        (58, 86, 140),
        ("classical", "pop minor", "pop major", "lofi"),
        {"4/4": 1.0, "3/4": 1.2, "6/8": 0.5, "2/4": 0.3, "12/8": 0.15},
        {"6/8": (50, 62, 84), "12/8": (52, 60, 76), "3/4": (62, 100, 160)},
        form="plain",
        timing=("rubato",),
        play=play_piano,
        looseness=(0.003, 0.012),
    ),
    Style(
        "strict-piano",
        "classical",
        (70, 110, 160),
        ("classical", "pop minor", "pop major", "blues"),
        {"4/4": 1.0, "3/4": 0.8, "2/4": 0.5, "6/8": 0.4},
        {"6/8": (56, 74, 100)},
        form="plain",
        timing=("grid", "human"),
        play=play_piano,
        looseness=(0.001, 0.006),
    ),
    Style(
        "minimal-piano",
        "classical",
        (84, 116, 146),
        ("cinematic", "pop minor", "pop major"),
        {"4/4": 1.0, "3/4": 0.4, "6/8": 0.3},
        {"6/8": (54, 72, 96)},
        form="loop",
        timing=("grid", "human"),
        comps=(
            Comp("chords", (0, 0, 1, 12), ("arpeggio", "sequence", "eighths", "quarters"), 1.0, 60, 4),
            Comp("second", (0, 48, 42), ("whole", "quarters", "arpeggio"), 0.7, 52, 3),
        ),
        pads=(48, 89, 49),
        pad_chance=0.4,
        leads=(Lead((0, 42, 40), 0.5, (0.2, 0.5)),),
        chord_bars=(1.0, 2.0),
    ),
    Style(
        "chorale",
        "classical",
        (56, 72, 100),
        ("classical", "folk"),
        {"4/4": 1.0, "3/4": 0.5},
        form="plain",
        timing=("human", "rubato"),
        play=play_chorale,
        chord_bars=(0.5, 0.5, 1.0),
        looseness=(0.004, 0.014),
    ),
    Style(
        "strings",
        "classical",
        (64, 104, 150),
        ("classical", "pop minor", "cinematic"),
        {"4/4": 1.0, "3/4": 0.8, "2/4": 0.3, "6/8": 0.4},
        {"6/8": (52, 70, 96)},
        form="plain",
        timing=("human", "rubato"),
        basses=("quarters", "whole", "two feel", "eighths"),
        bass_voices=(42, 43),
        bass_chance=0.8,
        comps=(
            Comp("chords", (48, 44, 45, 49), ("eighths", "quarters", "alberti", "arpeggio", "whole"), 1.0, 60, 4),
            Comp("second", (41, 45, 48), ("arpeggio", "quarters", "eighths"), 0.5, 64, 3),
        ),
        leads=(Lead((40, 42, 68, 71, 73, 41), 0.9, (0.3, 0.8), (0.0, 0.4)),),
        looseness=(0.004, 0.014),
    ),
    Style(
        "orchestra",
        "classical",
        (76, 116, 168),
        ("classical", "cinematic"),
        {"4/4": 1.0, "3/4": 0.9, "2/4": 0.6, "6/8": 0.5},
        {"6/8": (56, 90, 126), "3/4": (80, 130, 180)},
        form="plain",
        timing=("human", "rubato"),
        grooves={"4/4": ("snare roll march", "taiko"), "2/4": ("march",), "3/4": ("waltz",)},
        kits=(48,),
        drum_chance=0.3,
        basses=("quarters", "two feel", "whole"),
        bass_voices=(43, 42, 58),
        comps=(
            Comp(
                "chords",
                (48, 49, 60, 45),
                ("oompah", "quarters", "eighths", "syncopated", "alberti"),
                1.0,
                60,
                4,
                short=0.7,
            ),
            Comp("second", (71, 73, 68, 70, 60), ("quarters", "arpeggio", "eighths"), 0.7, 66, 3, short=0.7),
        ),
        pads=(48, 60),
        leads=(Lead((40, 48, 73, 71, 68, 56, 60), 1.0, (0.4, 0.9), (0.0, 0.5)),),
        fills=0.2,
        crashes=0.2,
        looseness=(0.004, 0.014),
        tempo_jumps=0.12,
    ),
    Style(
        "cinematic",
        "classical",
        (70, 104, 140),
        ("cinematic",),
        {"4/4": 1.0, "3/4": 0.3, "6/8": 0.3},
        {"6/8": (54, 78, 104)},
        form="dance",
        timing=("grid", "human"),
        grooves={"4/4": ("taiko", "half time", "tom rock"), "6/8": ("six eight",), "3/4": ("rock waltz",)},
        kits=(48, 16, "machine"),
        drum_chance=0.6,
        basses=("eighths", "whole", "rolling", "quarters"),
        bass_voices=(43, 42, 38, "sub"),
        comps=(
            Comp("chords", (48, 45, 44), ("eighths", "riff", "sequence", "arpeggio"), 1.0, 56, 3, short=0.7),
            Comp("second", (0, 46, "pluck", 11), ("arpeggio", "sequence", "quarters"), 0.6, 66, 4),
        ),
        pads=(48, 52, 60, "pad", 89),
        pad_chance=0.9,
        leads=(Lead((60, 48, 42, 53, "singer"), 0.6, (0.2, 0.5)),),
        risers=0.6,
        chord_bars=(1.0, 2.0),
    ),
    Style(
        "concert-waltz",
        "classical",
        (130, 168, 196),
        ("classical",),
        {"3/4": 1.0},
        form="plain",
        timing=("human", "rubato"),
        grooves={"3/4": ("waltz",)},
        kits=(48, 0),
        drum_chance=0.3,
        basses=("two feel", "whole"),
        bass_voices=(43, 58, 32),
        comps=(Comp("chords", (48, 0, 45, 60), ("oompah",), 1.0, 60, 4, short=0.6),),
        leads=(Lead((40, 48, 73, 71, 21), 1.0, (0.3, 0.8), (0.0, 0.4)),),
    ),
    Style(
        "harp-guitar-classical",
        "classical",
        (62, 92, 130),
        ("classical", "latin", "folk"),
        {"4/4": 1.0, "3/4": 0.7, "6/8": 0.4},
        {"6/8": (50, 64, 88)},
        form="plain",
        timing=("rubato", "human"),
        comps=(Comp("chords", (24, 46, 6, 15), ("arpeggio", "alberti", "picking"), 1.0, 58, 4, 0.01),),
        leads=(Lead((24, 73, 40, 6), 0.6, (0.3, 0.7), (0.0, 0.4)),),
    ),
    Style(
        "baroque",
        "classical",
        (76, 98, 130),
        ("classical", "latin"),
        {"4/4": 1.0, "3/4": 0.6, "2/4": 0.2, "12/8": 0.2},
        {"12/8": (56, 70, 90)},
        form="plain",
        timing=("human",),
        basses=("eighths", "quarters", "walking"),
        bass_voices=(42, 6, 32),
        comps=(
            Comp("chords", (6, 48, 19), ("quarters", "arpeggio", "alberti", "eighths"), 1.0, 62, 4, 0.01),
            Comp("second", (40, 41, 68), ("arpeggio", "alberti"), 0.5, 66, 3),
        ),
        leads=(Lead((40, 73, 56, 68, 6), 1.0, (0.7, 1.0), (0.0, 0.3)),),
        looseness=(0.003, 0.01),
        chord_bars=(0.5, 1.0),
    ),
)
