"""A singing voice: a gliding, vibrating source through vowel formants, with consonants before the vowels."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, sosfilt

from .score import Event

RATE = 44_100
VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (530, 1840, 2480), (570, 840, 2410), (300, 870, 2240))


def sing(events: list[Event], seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Sings the highest of simultaneous notes; the vowel sounds on the note's time, the consonant just before."""
    frames = int(seconds * RATE)
    line = _single_line(events)
    if not line:
        return np.zeros(frames, dtype=np.float32)
    pitch = np.full(frames, float(line[0].pitch))
    loudness = np.zeros(frames, dtype=np.float32)
    vowel_gains = np.zeros((3, frames), dtype=np.float32)
    consonants = np.zeros(frames, dtype=np.float32)
    glide = rng.uniform(0.02, 0.08)
    attack = rng.uniform(0.02, 0.07)
    tract = rng.uniform(0.92, 1.2)
    vowels = [VOWELS[place] for place in rng.choice(len(VOWELS), 3, replace=False)]
    previous = float(line[0].pitch)
    for place, event in enumerate(line):
        begin, end = int(event.start * RATE), min(frames, int(event.end * RATE))
        if end - begin < 200:
            continue
        time = np.arange(end - begin) / RATE
        scoop = previous if place and event.start - line[place - 1].end < 0.15 else event.pitch - rng.uniform(0, 1.5)
        pitch[begin:] = event.pitch
        pitch[begin:end] = event.pitch + (scoop - event.pitch) * np.exp(-time / glide)
        shape = np.minimum(1, time / attack) * np.minimum(1, (time[-1] - time) / 0.05 + 0.01)
        loudness[begin:end] = shape * (event.velocity / 127.0)
        vowel_gains[int(rng.integers(3)), begin:end] = 1.0
        previous = float(event.pitch)
        if rng.random() < 0.6:
            _consonant(consonants, begin, rng)
    time = np.arange(frames) / RATE
    vibrato = rng.uniform(0.1, 0.45) * np.sin(2 * np.pi * rng.uniform(4.8, 6.2) * time + rng.normal(0, 0.3))
    ramp = np.cumsum(440.0 * 2.0 ** ((pitch + vibrato * loudness - 69) / 12)) / RATE
    source = (2.0 * (ramp - np.floor(ramp)) - 1.0) + rng.normal(0, rng.uniform(0.02, 0.2), frames)
    source = sosfilt(butter(1, 900, fs=RATE, output="sos"), source)
    voice = np.zeros(frames)
    smooth = np.ones(1500, dtype=np.float32) / 1500
    for gains, formants in zip(vowel_gains, vowels):
        if not gains.any():
            continue
        coloured = np.zeros(frames)
        for number, formant in enumerate(formants):
            centre = formant * tract
            section = butter(1, (centre * 0.93, centre * 1.07), "bandpass", fs=RATE, output="sos")
            coloured += sosfilt(section, source) * (1.0, 0.6, 0.35)[number]
        cumulative = np.cumsum(np.concatenate([[0.0], gains]))
        width = len(smooth)
        eased = np.zeros(frames)
        eased[width:] = (cumulative[width + 1 :] - cumulative[1 : frames - width + 1]) / width
        voice += coloured * eased
    return (voice * loudness * 3.0 + consonants).astype(np.float32)


def _single_line(events: list[Event]) -> list[Event]:
    line: list[Event] = []
    for event in sorted(events, key=lambda item: (item.start, -item.pitch)):
        if line and event.start - line[-1].start < 0.04:
            continue
        if line and line[-1].end > event.start:
            last = line[-1]
            line[-1] = Event(last.start, event.start, last.pitch, last.velocity)
        line.append(event)
    return line


def _consonant(track: np.ndarray, begin: int, rng: np.random.Generator) -> None:
    length = int(rng.uniform(0.02, 0.09) * RATE)
    first = begin - length
    if first < 0:
        return
    low = rng.uniform(1500, 6000)
    noise = sosfilt(butter(2, low, "highpass", fs=RATE, output="sos"), rng.normal(0, 1, length))
    track[first:begin] += (noise * np.hanning(length) * rng.uniform(0.03, 0.15)).astype(np.float32)
