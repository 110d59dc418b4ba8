"""Recordings without any beat: noise, babble, drones, wind and sea, applause, and music in free time."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.signal import butter, sosfilt

from ..fluid import RATE
from ..score import Event
from ..singing import sing
from .band import Stage
from .style import Style, pick_voice


def coloured(rng: np.random.Generator, frames: int, slope: float) -> np.ndarray:
    """Noise whose spectrum falls with the frequency to the power of `slope`."""
    size = 1 << (frames - 1).bit_length()
    frequency = np.maximum(20.0, np.fft.rfftfreq(size, 1 / RATE))
    phase = np.exp(2j * np.pi * rng.random(len(frequency)))
    noise = np.fft.irfft(phase * frequency**-slope, size)[:frames]
    return noise / np.std(noise)


def wander(rng: np.random.Generator, frames: int, pace: float) -> np.ndarray:
    """A smooth random curve between 0 and 1 that changes every `pace` seconds or so, unevenly."""
    places = np.cumsum(rng.uniform(0.4, 1.8, int(frames / RATE / pace) * 2 + 8)) * pace * RATE
    return np.interp(np.arange(frames), places - places[0], rng.random(len(places)))


def noise(rng: np.random.Generator, seconds: float) -> np.ndarray:
    return coloured(rng, int(seconds * RATE), float(rng.choice([0.0, 0.5, 1.0])))


def sea(rng: np.random.Generator, seconds: float) -> np.ndarray:
    frames = int(seconds * RATE)
    swell = wander(rng, frames, float(rng.uniform(0.7, 4.0)))
    bright = sosfilt(butter(2, 1200, "highpass", fs=RATE, output="sos"), coloured(rng, frames, 0.4))
    return coloured(rng, frames, 0.8) * (0.3 + swell) + bright * swell**2 * 0.5


def wind(rng: np.random.Generator, seconds: float) -> np.ndarray:
    frames = int(seconds * RATE)
    howl = sosfilt(butter(2, (250, 700), "bandpass", fs=RATE, output="sos"), coloured(rng, frames, 0.2))
    return coloured(rng, frames, 1.0) * 0.5 + howl * wander(rng, frames, 1.3) ** 2 * 2


def babble(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """Speech-like syllables of one or several talkers, with pauses and falling sentences."""
    total = np.zeros(int(seconds * RATE))
    for _ in range(int(rng.choice([1, 1, 2, 6]))):
        events, time = [], float(rng.uniform(0, 1.5))
        base = float(rng.uniform(38, 58))
        while time < seconds:
            for place in range(int(rng.integers(3, 16))):
                length = float(rng.gamma(6.0, 0.03))
                pitch = base + 5 - 0.5 * place + rng.normal(0, 1.5)
                events.append(
                    Event(
                        time,
                        time + length * float(rng.uniform(0.6, 1.0)),
                        int(round(pitch)),
                        float(rng.uniform(60, 115)),
                    )
                )
                time += length * float(rng.uniform(1.0, 1.3))
            time += float(rng.gamma(2.0, 0.35))
        total += sing([event for event in events if event.start < seconds - 0.1], seconds, rng) * rng.uniform(0.5, 1.0)
    return total + 0.002 * coloured(rng, len(total), 0.5)


def applause(rng: np.random.Generator, seconds: float) -> np.ndarray:
    frames = int(seconds * RATE)
    total = np.zeros(frames)
    crowd = wander(rng, frames, 3.0)
    claps = []
    for _ in range(12):
        length = int(0.05 * RATE)
        burst = rng.normal(0, 1, length) * np.exp(-np.arange(length) / RATE / rng.uniform(0.003, 0.012))
        low = rng.uniform(500, 1500)
        claps.append(sosfilt(butter(1, (low, low * 3), "bandpass", fs=RATE, output="sos"), burst))
    for begin in rng.integers(0, frames - RATE // 10, int(seconds * rng.uniform(40, 220))).tolist():
        clap = claps[int(rng.integers(12))]
        total[begin : begin + len(clap)] += clap * rng.uniform(0.1, 1.0) * (0.2 + crowd[begin])
    return total + 0.02 * coloured(rng, frames, 0.3)


def machinery(rng: np.random.Generator, seconds: float) -> np.ndarray:
    """The hum and rumble of engines, with passing bands of noise."""
    frames = int(seconds * RATE)
    time = np.arange(frames) / RATE
    base = rng.uniform(40, 110)
    hum = sum(np.sin(2 * np.pi * base * number * time + rng.uniform(0, 6)) / number for number in range(1, 7))
    return hum * (0.3 + wander(rng, frames, 4.0)) + coloured(rng, frames, 0.9) * (0.2 + wander(rng, frames, 3.0))


def birds(rng: np.random.Generator, seconds: float) -> np.ndarray:
    frames = int(seconds * RATE)
    total = 0.02 * coloured(rng, frames, 0.6)
    for _ in range(int(seconds * rng.uniform(0.5, 3))):
        length = float(rng.uniform(0.05, 0.4))
        time = np.arange(int(length * RATE)) / RATE
        pitch = (
            rng.uniform(2000, 5000)
            + rng.uniform(-2500, 2500) * time / length
            + 300 * np.sin(2 * np.pi * rng.uniform(10, 40) * time)
        )
        begin = int(rng.integers(0, frames - len(time)))
        total[begin : begin + len(time)] += (
            np.sin(2 * np.pi * np.cumsum(pitch) / RATE) * np.hanning(len(time)) * rng.uniform(0.05, 0.4)
        )
    return total


def play_free(stage: Stage) -> None:
    """Single tones and chords at random times without any pulse."""
    rng = stage.rng
    part = stage.part("free", "chords", pick_voice(rng, (0, 0, 24, 46, 11, 14, 73, 48)))
    ladder = stage.harmony.scale_pitches(45, 84)
    beat, end = 0.0, float(stage.bars[-1].end)
    place = len(ladder) // 2
    while beat < end:
        place = max(0, min(len(ladder) - 1, place + int(rng.integers(-5, 6))))
        for _ in range(int(rng.choice([1, 1, 2, 4]))):
            part.add(
                beat,
                float(rng.gamma(2.0, 1.0)) + 0.1,
                ladder[max(0, place - int(rng.integers(0, 9)))],
                float(rng.uniform(45, 105)),
            )
        beat += float(rng.gamma(1.1, 0.9)) + 0.03


def play_drone(stage: Stage) -> None:
    """Tones that are held and exchanged at long random intervals."""
    rng = stage.rng
    for number in range(int(rng.integers(1, 4))):
        part = stage.part(f"drone {number}", "pad", pick_voice(rng, (89, 91, 95, 48, 52, 19, 109, "pad", 97, 101)))
        beat, end = float(rng.uniform(0, 4)), float(stage.bars[-1].end)
        while beat < end:
            length = float(rng.uniform(6, 30))
            for pitch in stage.harmony.voicing(0.0, int(rng.choice([40, 52, 64])), int(rng.integers(1, 4))):
                part.add(beat, length, pitch, 80, float(rng.uniform(0, 1.5)))
            beat += length * float(rng.uniform(0.7, 1.2))


def _free(name: str, weight: float = 1.0, **more: Any) -> Style:
    return Style(
        name,
        "none",
        (60, 80, 110),
        ("cinematic", "classical", "one chord"),
        {"free": weight},
        timing=("rubato",),
        form="plain",
        **more,
    )


STYLES = (
    _free("noise", sound=noise),
    _free("sea", sound=sea),
    _free("wind", sound=wind),
    _free("babble", 2.0, sound=babble),
    _free("applause", sound=applause),
    _free("machinery", sound=machinery),
    _free("birds", sound=birds),
    _free("free-playing", 2.0, play=play_free),
    _free("drone", play=play_drone),
)
