"""Music led by the voice: a-cappella lines, choirs, a singer over a sparse accompaniment."""

from __future__ import annotations

from ..grooves import PERCUSSION_KEYS
from .band import Stage, play_band
from .style import Comp, Lead, Style, pick, pick_voice


def play_a_cappella(stage: Stage) -> None:
    """A sung line, sometimes with a second voice below it, a hum, and finger snaps or claps."""
    rng = stage.rng
    play_band(stage)
    lead = next(part for part in stage.parts if part.role == "lead")
    if rng.random() < 0.45:
        second = stage.part("second voice", "second", pick_voice(rng, ("singer", 53, 52)))
        for note in lead.notes:
            below = max(
                (pitch for pitch in stage.harmony.scale_pitches(note.pitch - 5, note.pitch - 3)),
                default=note.pitch - 12,
            )
            second.add(note.start, note.length, below, note.velocity * 0.85, float(rng.uniform(-0.015, 0.025)))
    if rng.random() < 0.3:
        part = stage.part("snaps", "percussion", pick_voice(rng, (0, "machine")))
        key = PERCUSSION_KEYS[str(pick(rng, ("clap", "rim", "tambourine")))]
        places = [1, 3] if stage.meter.name == "4/4" else [0]
        for bar in stage.bars:
            if stage.sections[bar.section].energy > 0.7:
                for place in places:
                    part.add(bar.start + place, 0.2, key, 90)


STYLES = (
    Style(
        "a-cappella",
        "vocal",
        (66, 92, 130),
        ("folk", "pop major", "pop minor", "soul"),
        {"4/4": 1.0, "3/4": 0.6, "6/8": 0.4},
        {"6/8": (50, 66, 88)},
        form="plain",
        timing=("human", "rubato"),
        basses=("two feel", "whole", "quarters"),
        bass_voices=(53, 52, "singer"),
        bass_chance=0.3,
        bass_lowest=40,
        comps=(Comp("chords", (53, 52), ("quarters", "whole", "syncopated", "skank"), 0.4, 58, 3, short=0.8),),
        leads=(Lead(("singer", "singer", 53), 1.0, (0.5, 0.9), (0.1, 0.6), 67, 0.6),),
        play=play_a_cappella,
        looseness=(0.005, 0.018),
        from_start=0.4,
    ),
    Style(
        "choir",
        "vocal",
        (58, 80, 116),
        ("classical", "cinematic", "folk"),
        {"4/4": 1.0, "3/4": 0.5},
        form="plain",
        timing=("human", "rubato"),
        comps=(
            Comp("chords", (52, 53, 54), ("quarters", "whole", "syncopated"), 1.0, 60, 4),
            Comp("second", (52, 19, 48), ("whole", "quarters", "arpeggio"), 0.6, 55, 4),
        ),
        pads=(52, 19),
        leads=(Lead((53, 52, "singer"), 0.8, (0.3, 0.6), (0.0, 0.4)),),
        looseness=(0.006, 0.018),
    ),
    Style(
        "singer-guitar",
        "vocal",
        (66, 92, 130),
        ("folk", "pop major", "pop minor", "soul"),
        {"4/4": 1.0, "3/4": 0.4, "6/8": 0.35},
        {"6/8": (50, 64, 86)},
        timing=("human", "human", "rubato"),
        comps=(Comp("chords", (24, 25, 27), ("strum", "picking", "arpeggio", "quarters"), 1.0, 57, 4, 0.012),),
        leads=(Lead(("singer",), 1.0, (0.5, 0.9), (0.3, 0.9), 66, 0.6),),
        balance={"lead": 4.0},
    ),
    Style(
        "singer-piano",
        "vocal",
        (58, 76, 116),
        ("pop major", "pop minor", "soul", "lofi"),
        {"4/4": 1.0, "3/4": 0.3, "6/8": 0.4, "12/8": 0.1},
        {"6/8": (50, 62, 84), "12/8": (52, 62, 76)},
        timing=("human", "rubato"),
        comps=(Comp("chords", (0, 4, 1), ("quarters", "arpeggio", "whole", "eighths", "pushed"), 1.0, 58, 4, 0.006),),
        pads=(48,),
        pad_chance=0.25,
        leads=(Lead(("singer",), 1.0, (0.5, 0.9), (0.3, 0.9), 66, 0.6),),
        balance={"lead": 4.0},
        push=(0.0, 0.5),
    ),
    Style(
        "singer-pad",
        "vocal",
        (68, 94, 124),
        ("pop minor", "cinematic", "lofi"),
        timing=("grid", "human"),
        form="loop",
        grooves={"4/4": ("half time", "pop", "trap")},
        kits=("machine",),
        drum_chance=0.25,
        basses=("whole", "eight o eight"),
        bass_voices=("sub", 38),
        bass_chance=0.4,
        comps=(Comp("chords", (4, "pluck", 0), ("whole", "quarters", "arpeggio"), 0.5, 60, 4),),
        pads=("pad", 89, 52),
        pad_chance=1.0,
        leads=(Lead(("singer",), 1.0, (0.5, 0.9), (0.3, 0.9), 66, 0.6),),
        balance={"lead": 4.0},
    ),
)
