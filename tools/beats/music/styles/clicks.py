"""Percussion without pitch: metronomes, drum machines alone, congas, drum circles, batteries of drums."""

from __future__ import annotations

from ..grooves import PERCUSSION_KEYS
from .band import Stage
from .style import Style, pick, pick_voice


def play_metronome(stage: Stage) -> None:
    """Clicks on the beats, mostly with another sound on the downbeat, sometimes with subdivisions."""
    rng = stage.rng
    voice = pick_voice(rng, (0, "machine", "machine", 25))
    part = stage.part("metronome", "drums", voice)
    part.looseness = 0.0
    low, high = pick(
        rng,
        (
            ("block_low", "block"),
            ("rim", "rim"),
            ("closed", "open"),
            ("cowbell", "cowbell"),
            ("clave", "clave"),
            ("rim", "cowbell"),
            ("closed", "kick"),
            ("block", "triangle"),
        ),
    )
    accent = rng.random() < 0.75
    stage.facts["accent"] = accent
    if not accent:
        low = high
        stage.facts["from start"] = True
    between = int(pick(rng, (0, 0, 0, 1, 2))) if accent else 0
    if stage.meter.compound and between:
        between = 2
    for bar in stage.bars:
        for beat in range(bar.meter.beats):
            first = beat == 0 and accent
            part.add(bar.start + beat, 0.2, PERCUSSION_KEYS[high if first else low], 122 if first else 92)
            for place in range(between):
                part.add(bar.start + beat + (place + 1) / (between + 1), 0.1, PERCUSSION_KEYS[low], 50)


_METERS = {"4/4": 1.0, "3/4": 0.6, "2/4": 0.2, "6/8": 0.15, "12/8": 0.1}

STYLES = (
    Style(
        "metronome",
        "percussion",
        (55, 110, 208),
        ("pop major",),
        _METERS,
        timing=("grid", "grid", "human"),
        form="plain",
        play=play_metronome,
        swing=(0.5, 0.67),
        swing_chance=0.3,
        tempo_jumps=0.15,
        from_start=0.5,
        meter_change=0.05,
    ),
    Style(
        "drum-machine",
        "percussion",
        (84, 122, 174),
        ("one chord",),
        form="loop",
        timing=("grid",),
        grooves={
            "4/4": (
                "house",
                "techno",
                "electro",
                "boom bap",
                "breakbeat",
                "trap",
                "disco",
                "reggaeton",
                "pop",
                "garage",
                "jungle",
                "afro pop",
            )
        },
        kits=("machine", 24, 25),
        drum_chance=1.0,
        swing_unit="16",
        swing=(0.5, 0.62),
        swing_chance=0.4,
    ),
    Style(
        "drum-solo",
        "percussion",
        (76, 112, 180),
        ("rock",),
        {"4/4": 1.0, "3/4": 0.2, "6/8": 0.1, "12/8": 0.1},
        {"6/8": (54, 72, 96), "12/8": (60, 80, 110)},
        form="loop",
        grooves={
            "4/4": ("rock", "funk", "tom rock", "shuffle", "swing", "half time", "motown", "punk"),
            "3/4": ("rock waltz", "jazz waltz"),
            "6/8": ("six eight",),
            "12/8": ("slow blues", "afro twelve"),
        },
        kits=(0, 8, 16, 32),
        drum_chance=1.0,
        fills=0.9,
    ),
    Style(
        "hand-percussion",
        "percussion",
        (84, 108, 140),
        ("one chord",),
        {"4/4": 1.0, "12/8": 0.3, "2/4": 0.2},
        {"12/8": (84, 108, 136)},
        form="loop",
        grooves={
            "4/4": ("congas", "hand drums", "salsa", "afrobeat", "cumbia"),
            "12/8": ("afro twelve",),
            "2/4": ("samba", "baiao"),
        },
        kits=(0,),
        drum_chance=1.0,
        fills=0.2,
        crashes=0.0,
        percussion=("congas", "hand drums"),
        percussion_chance=0.5,
    ),
    Style(
        "drum-line",
        "percussion",
        (84, 112, 140),
        ("one chord",),
        {"4/4": 1.0, "2/4": 0.6},
        form="plain",
        grooves={"4/4": ("snare roll march", "taiko", "stomp"), "2/4": ("march", "samba")},
        kits=(48, 0, 16),
        drum_chance=1.0,
    ),
)
