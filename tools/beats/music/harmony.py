"""Keys, chord progressions and the chord that sounds at any beat, with its voicings."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from .score import Bar

SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "harmonic": (0, 2, 3, 5, 7, 8, 11),
    "blues": (0, 3, 5, 6, 7, 10),
}

QUALITIES = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "5": (0, 7, 12),
    "dim": (0, 3, 6),
    "sus": (0, 5, 7),
    "sus2": (0, 2, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
    "9": (0, 4, 10, 14),
    "m9": (0, 3, 10, 14),
    "maj9": (0, 4, 11, 14),
    "7b9": (0, 4, 10, 13),
}

NUMERALS = {
    "I": 0,
    "bII": 1,
    "II": 2,
    "bIII": 3,
    "III": 4,
    "IV": 5,
    "#IV": 6,
    "V": 7,
    "bVI": 8,
    "VI": 9,
    "bVII": 10,
    "VII": 11,
}

# Progressions by mood: chords separated by blanks, one for each slot of the harmonic rhythm.
PROGRESSIONS: dict[str, tuple[str, ...]] = {
    "pop major": (
        "I V VIm IV",
        "VIm IV I V",
        "I VIm IV V",
        "IV I V VIm",
        "I IV VIm V",
        "I IIIm IV V",
        "IV V VIm I",
        "I IV I V",
        "IIm IV I V",
        "I Vsus VIm IVsus2",
        "I I IV IV VIm V IV IV",
        "VIm V IV V",
    ),
    "pop minor": (
        "Im bVI bIII bVII",
        "Im bVII bVI bVII",
        "Im IVm bVI V",
        "bVI bVII Im Im",
        "Im bIII bVII IVm",
        "Im Vm bVI IVm",
        "Im Im bVI bVII",
        "IVm bVI Im bVII",
    ),
    "rock": (
        "I bVII IV I",
        "I IV V IV",
        "I IV I V",
        "Im bVII bVI bVII",
        "I bIII IV I",
        "I I bVII IV",
        "VIm IV I V",
        "I5 I5 IV5 V5",
        "Im bVI bVII Im",
    ),
    "metal": (
        "I5 I5 bVI5 bVII5",
        "I5 bII5 I5 bIII5",
        "I5 I5 I5 bII5",
        "I5 bVII5 bVI5 V5",
        "I5 bVI5 bIII5 bVII5",
        "I5 I5 bIII5 #IV5",
        "I5 IV5 bVI5 bII5",
    ),
    "one chord": ("I7 I7", "Im7 Im7", "Im Im", "I9 I9", "Im7 Im7 Im7 bVII", "Im9 IV9", "I5 I5 I5 bVII5"),
    "jazz": (
        "IIm7 V7 Imaj7 Imaj7",
        "Imaj7 VIm7 IIm7 V7",
        "IIIm7 VI7 IIm7 V7",
        "Im7 IVm7 IIm7b5 V7b9",
        "Imaj7 IVmaj7 IIIm7 VI7 IIm7 V7 Imaj7 V7",
        "IIm7 V7 IIIm7 VI7b9",
        "Imaj9 bVII7 Imaj9 VI7",
        "Imaj7 I7 IVmaj7 IVm6 IIIm7 VI7 IIm7 V7",
        "Im6 Im6 IIm7b5 V7b9",
    ),
    "blues": (
        "I7 I7 I7 I7 IV7 IV7 I7 I7 V7 IV7 I7 V7",
        "I7 IV7 I7 I7 IV7 IV7 I7 I7 V7 V7 I7 V7",
        "I7 I7 I7 I7 IV7 IV7 I7 VI7 IIm7 V7 I7 V7",
    ),
    "soul": (
        "Imaj7 IVmaj7",
        "Imaj7 VIm7 IIm7 V7",
        "IIm7 V7 IIm7 V7",
        "I IIm7 IIIm7 IV",
        "VIm7 IIm7 V7 Imaj7",
        "Imaj7 IIIm7 IVmaj7 V7",
        "IVmaj7 IIIm7 IIm7 Imaj7",
    ),
    "lofi": (
        "IIm9 V9 Imaj9 VIm9",
        "IVmaj9 IIIm7 VIm9 VIm9",
        "Im9 IVm9 bVIImaj9 bIIImaj7",
        "IVmaj7 V7 IIIm7 VIm7",
        "Im9 bVImaj7 IVm9 V7",
    ),
    "latin": (
        "Im IVm V7 V7",
        "Im V7 V7 Im",
        "I IV V7 IV",
        "IIm7 V7 I VI7",
        "Im bVII bVI V7",
        "I I V7 V7",
        "V7 V7 I I",
        "Im Im V7 V7 V7 V7 Im Im",
    ),
    "bossa": (
        "Imaj7 Imaj7 II9 II9 IIm7 bII7 Imaj7 bII7",
        "Imaj9 Im7 IIm7 V7",
        "Im7 Im7 IVm7 V7b9",
        "Imaj7 bIIImaj7 IIm7 V7",
        "IIm7 V7 Imaj7 VI7b9",
    ),
    "folk": (
        "I IV I V",
        "I I IV I I I V I",
        "I V IV I",
        "Im bVII Im bVII",
        "Im bVII bVI bVII",
        "I IIm V I",
        "I IV V I",
        "VIm IV I V",
        "I I V V IV IV I V",
        "Im bIII bVII Im",
    ),
    "classical": (
        "I V VIm IV IIm V I V",
        "I IV V I",
        "I VIm IIm V",
        "Im IVm V7 Im",
        "Im bVI IIdim V7",
        "I I V7 I",
        "I V I IV IIm V7 I I",
        "Im bVII bIII bVI IVm Im V7 Im",
        "I IIIm VIm IIIm IV I IIm V",
    ),
    "cinematic": (
        "Im bVI bIII bVII",
        "Im Im bVI bVI",
        "Im bVI IVm V",
        "I bVI I bVI",
        "Im IVm bVI bVII",
        "bVI bVII Im Im",
        "Isus2 Isus2 VIm IV",
    ),
    "reggae": ("I IV", "I V VIm IV", "Im IVm", "Im bVII", "I I IV V", "I IIm", "VIm IIm"),
    "house": (
        "Im7 IVm7",
        "Im9 bVII bVImaj7 bVII",
        "IIm7 IIIm7 VIm7 VIm7",
        "Im7 Im7 bIII bVII",
        "IVmaj7 V VIm7 VIm7",
        "Im7 Vm7 IVm7 Vm7",
    ),
    "trance": ("Im bVI bVII Im", "Im bVI bIII bVII", "VIm IV I V", "bVI bVII Im Im", "Im bVII IVm bVI"),
    "celtic": (
        "I I IV V",
        "Im bVII Im bVII",
        "I V IIm V",
        "I bVII I bVII",
        "I IV I V",
        "Im Im bVII bVII",
        "I IIm IV V",
    ),
}

MOOD_SCALES = {
    "pop major": "major",
    "pop minor": "minor",
    "rock": "mixolydian",
    "metal": "phrygian",
    "one chord": "dorian",
    "jazz": "major",
    "blues": "blues",
    "soul": "major",
    "lofi": "major",
    "latin": "harmonic",
    "bossa": "major",
    "folk": "major",
    "classical": "major",
    "cinematic": "minor",
    "reggae": "major",
    "house": "dorian",
    "trance": "minor",
    "celtic": "mixolydian",
}


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord: its root above the key note, and its tones above the root."""

    root: int
    tones: tuple[int, ...]

    def pitches(self, key: int) -> list[int]:
        return [(key + self.root + tone) % 12 for tone in self.tones]


def read_chord(text: str) -> Chord:
    """Reads a roman numeral with a quality, such as `bVIImaj7`."""
    for length in range(min(4, len(text)), 0, -1):
        if text[:length] in NUMERALS:
            return Chord(NUMERALS[text[:length]], QUALITIES[text[length:]])
    raise ValueError(f"no chord: {text}")


@dataclass(slots=True)
class Harmony:
    """The chord of every beat of a piece."""

    key: int
    scale: tuple[int, ...]
    starts: list[float]
    chords: list[Chord]

    def at(self, beat: float) -> Chord:
        return self.chords[max(0, bisect_right(self.starts, beat + 1e-6) - 1)]

    def changes_at(self, beat: float) -> bool:
        place = bisect_right(self.starts, beat + 1e-6) - 1
        return place >= 0 and abs(self.starts[place] - beat) < 1e-6

    def root(self, beat: float, lowest: int) -> int:
        return lowest + (self.key + self.at(beat).root - lowest) % 12

    def voicing(self, beat: float, centre: int, size: int = 4) -> list[int]:
        """The chord in close position around `centre`, so that successive chords move little."""
        classes = self.at(beat).pitches(self.key)[:size]
        pitches = sorted(centre - 6 + (tone - (centre - 6)) % 12 for tone in classes)
        return sorted(set(pitches))

    def scale_pitches(self, lowest: int, highest: int) -> list[int]:
        return [pitch for pitch in range(lowest, highest + 1) if (pitch - self.key) % 12 in self.scale]


def make_harmony(
    rng: np.random.Generator, mood: str, bars: list[Bar], kinds: list[str], bars_per_chord: float
) -> Harmony:
    """Gives every kind of section a progression and lays it out over the bars of the piece."""
    key = int(rng.integers(0, 12))
    by_kind: dict[str, list[Chord]] = {}
    pool = [[read_chord(text) for text in line.split()] for line in PROGRESSIONS[mood]]
    home = pool[rng.integers(len(pool))]
    starts: list[float] = []
    chords: list[Chord] = []
    for bar in bars:
        kind = kinds[bar.section]
        if kind not in by_kind:
            by_kind[kind] = home if rng.random() < 0.5 else pool[rng.integers(len(pool))]
        line = by_kind[kind]
        pace = bars_per_chord if len(line) <= 8 or bars_per_chord >= 1 else 1.0
        if pace < 1.0 and bar.meter.beats % 2 == 0:
            half = bar.meter.beats // 2
            for part in range(2):
                starts.append(bar.start + part * half)
                chords.append(line[(bar.index * 2 + part) % len(line)])
        else:
            starts.append(float(bar.start))
            chords.append(line[int(bar.index / max(1.0, pace)) % len(line)])
    merged_starts: list[float] = []
    merged: list[Chord] = []
    for start, chord in zip(starts, chords):
        if not merged or chord != merged[-1]:
            merged_starts.append(start)
            merged.append(chord)
    first = merged[0]
    scale = MOOD_SCALES[mood]
    if scale == "major" and any(chord.root == 0 and chord.tones[1] == 3 for chord in merged):
        scale = "minor"
    if scale in ("minor", "phrygian", "harmonic") and first.root == 0 and first.tones[1] == 4:
        scale = "major"
    return Harmony(key, SCALES[scale], merged_starts, merged)
