"""A synthetic drum machine: one-shots of analogue and electronic drums, made anew for every track."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, sosfilt

from .grooves import PERCUSSION_KEYS
from .score import Event

RATE = 44_100


def _envelope(seconds: float, decay: float, attack: float = 0.0005) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    return (np.minimum(1.0, time / attack) * np.exp(-time / decay)).astype(np.float32)


def _band(noise: np.ndarray, low: float, high: float | None) -> np.ndarray:
    if high is None:
        return sosfilt(butter(2, low, "highpass", fs=RATE, output="sos"), noise)
    return sosfilt(butter(2, (low, high), "bandpass", fs=RATE, output="sos"), noise)


def _sweep(seconds: float, top: float, bottom: float, fall: float) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    return np.sin(2 * np.pi * np.cumsum(bottom + (top - bottom) * np.exp(-time / fall)) / RATE)


def _kick(rng: np.random.Generator, long: bool) -> np.ndarray:
    decay = rng.uniform(0.25, 0.6) if long else rng.uniform(0.07, 0.22)
    seconds = min(1.4, decay * 5)
    tone = _sweep(seconds, rng.uniform(120, 420), rng.uniform(42, 62), rng.uniform(0.008, 0.045)) * _envelope(
        seconds, decay
    )
    click = rng.normal(0, 1, len(tone)) * _envelope(seconds, 0.003) * rng.uniform(0.0, 0.5)
    drive = rng.uniform(1.0, 4.0)
    return np.tanh(drive * (tone + click)) / np.tanh(drive)


def _snare(rng: np.random.Generator) -> np.ndarray:
    decay = rng.uniform(0.06, 0.2)
    seconds = decay * 5
    tone = _sweep(seconds, rng.uniform(230, 420), rng.uniform(150, 230), 0.015) * _envelope(
        seconds, rng.uniform(0.03, 0.1)
    )
    noise = _band(rng.normal(0, 1, len(tone)), rng.uniform(500, 1800), None) * _envelope(seconds, decay)
    return np.tanh(rng.uniform(1, 2.5) * (rng.uniform(0.3, 0.9) * tone + 0.5 * noise))


def _clap(rng: np.random.Generator) -> np.ndarray:
    seconds = 0.35
    noise = _band(rng.normal(0, 1, int(seconds * RATE)), rng.uniform(700, 1100), rng.uniform(2200, 5000))
    shape = np.zeros(len(noise))
    gap = rng.uniform(0.006, 0.011)
    for place in range(3):
        begin = int(place * gap * RATE)
        shape[begin:] = np.maximum(shape[begin:], _envelope(seconds, 0.004)[: len(shape) - begin])
    begin = int(2 * gap * RATE)
    shape[begin:] = np.maximum(shape[begin:], 0.8 * _envelope(seconds, rng.uniform(0.03, 0.09))[: len(shape) - begin])
    return noise * shape * 2.0


def _metal(rng: np.random.Generator, decay: float, low: float) -> np.ndarray:
    seconds = min(2.0, decay * 5)
    time = np.arange(int(seconds * RATE)) / RATE
    base = rng.uniform(300, 560)
    ratios = np.array([1.0, 1.34, 1.62, 1.97, 2.47, 2.85]) * rng.uniform(0.97, 1.03, 6)
    metal = sum(np.sign(np.sin(2 * np.pi * base * ratio * time)) for ratio in ratios) / 6
    noise = rng.normal(0, 1, len(time))
    mixture = rng.uniform(0.2, 0.9)
    return _band(mixture * metal * 2 + (1 - mixture) * noise, low, None) * _envelope(seconds, decay)


def _tom(rng: np.random.Generator, pitch: float) -> np.ndarray:
    decay = rng.uniform(0.1, 0.3)
    tone = _sweep(decay * 5, pitch * 1.7, pitch, 0.03) * _envelope(decay * 5, decay)
    return tone + 0.15 * rng.normal(0, 1, len(tone)) * _envelope(decay * 5, 0.02)


def _ping(rng: np.random.Generator, pitch: float, decay: float, harmonic: float) -> np.ndarray:
    time = np.arange(int(decay * 6 * RATE)) / RATE
    tone = np.sin(2 * np.pi * pitch * time) + 0.5 * np.sin(2 * np.pi * pitch * harmonic * time)
    return tone * _envelope(decay * 6, decay)


def _shaker(rng: np.random.Generator) -> np.ndarray:
    return _band(rng.normal(0, 1, int(0.15 * RATE)), rng.uniform(4000, 7000), None) * _envelope(
        0.15, rng.uniform(0.015, 0.04), 0.006
    )


def make_kit(rng: np.random.Generator, long_kick: bool = False) -> dict[int, np.ndarray]:
    """One-shots by percussion key."""
    high = rng.uniform(5000, 9000)
    sounds = {
        "kick": _kick(rng, long_kick),
        "snare": _snare(rng),
        "clap": _clap(rng),
        "closed": _metal(rng, rng.uniform(0.015, 0.05), high),
        "open": _metal(rng, rng.uniform(0.12, 0.4), high),
        "pedal": _metal(rng, 0.03, high),
        "ride": 0.6 * _metal(rng, rng.uniform(0.25, 0.5), high * 0.7),
        "crash": _metal(rng, rng.uniform(0.5, 0.9), 3500),
        "china": _metal(rng, 0.35, 2500),
        "rim": _ping(rng, rng.uniform(1200, 2000), 0.012, 1.5),
        "cowbell": _ping(rng, rng.uniform(520, 600), 0.06, 1.48),
        "clave": _ping(rng, rng.uniform(2200, 2700), 0.03, 2.1),
        "cabasa": _shaker(rng),
        "maracas": _shaker(rng),
        "tambourine": _metal(rng, 0.08, 6500),
        "conga": _tom(rng, 220),
        "conga_low": _tom(rng, 165),
        "conga_mute": _ping(rng, 330, 0.03, 1.6),
        "tom1": _tom(rng, 190),
        "tom2": _tom(rng, 150),
        "tom3": _tom(rng, 120),
        "tom4": _tom(rng, 90),
        "low_tom": _tom(rng, 75),
        "agogo": _ping(rng, 900, 0.1, 1.5),
        "agogo_low": _ping(rng, 680, 0.1, 1.5),
        "bongo_high": _tom(rng, 420),
        "bongo_low": _tom(rng, 310),
        "block": _ping(rng, 1100, 0.02, 2.4),
        "block_low": _ping(rng, 800, 0.02, 2.4),
        "triangle": _ping(rng, 4200, 0.3, 1.7),
        "guiro": _shaker(rng),
    }
    kit = {}
    for name, sound in sounds.items():
        kit[PERCUSSION_KEYS[name]] = (sound / max(1e-6, np.max(np.abs(sound)))).astype(np.float32)
    quieter = {
        "closed": 0.35,
        "open": 0.35,
        "pedal": 0.3,
        "ride": 0.3,
        "crash": 0.45,
        "cabasa": 0.25,
        "maracas": 0.25,
        "tambourine": 0.35,
        "rim": 0.5,
        "clap": 0.7,
        "snare": 0.8,
        "triangle": 0.2,
        "guiro": 0.25,
        "china": 0.4,
        "clave": 0.4,
        "block": 0.45,
        "agogo": 0.4,
    }
    for name, gain in quieter.items():
        kit[PERCUSSION_KEYS[name]] = kit[PERCUSSION_KEYS[name]] * np.float32(gain * rng.uniform(0.7, 1.3))
    kit[PERCUSSION_KEYS["crash2"]] = kit[PERCUSSION_KEYS["crash"]]
    return kit


def play_machine(events: list[Event], seconds: float, kit: dict[int, np.ndarray]) -> np.ndarray:
    """Places the one-shots; a closed hat cuts an open one short."""
    frames = int(seconds * RATE)
    track = np.zeros(frames, dtype=np.float32)
    closed = np.array([event.start for event in events if event.pitch in (42, 44)])
    for event in events:
        sound = kit.get(event.pitch, kit[PERCUSSION_KEYS["rim"]])
        begin = int(round(event.start * RATE))
        length = min(len(sound), frames - begin)
        if event.pitch == 46 and len(closed):
            after = closed[closed > event.start + 0.02]
            if len(after):
                length = min(length, int((after[0] - event.start) * RATE))
        if length <= 0:
            continue
        track[begin : begin + length] += sound[:length] * np.float32((event.velocity / 127.0) ** 1.6)
    return track
