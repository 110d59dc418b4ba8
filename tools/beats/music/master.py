"""Makes the finished recording of a mix: room, equaliser, compression, loudness, noise floor, 22,050 Hz, 16 bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.fft import next_fast_len
from scipy.io import wavfile
from scipy.signal import oaconvolve, resample_poly

MIX_RATE = 44_100
RATE = 22_050


def _room(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Adds the decaying noise of a room; the direct sound stays where it is."""
    decay = float(np.exp(rng.uniform(np.log(0.15), np.log(1.6))))
    before = int(rng.uniform(0.002, 0.02) * RATE)
    length = int(min(2.5, decay * 1.2) * RATE)
    time = np.arange(length) / RATE
    response = rng.normal(0, 1, length) * np.exp(-6.9 * time / decay)
    response = np.convolve(response, np.ones(int(rng.integers(1, 6))), mode="same")
    response /= np.sqrt(np.sum(response**2))
    wet = oaconvolve(sound, np.concatenate([np.zeros(before), response]))[: len(sound)]
    amount = float(rng.choice([0.1, 0.2, 0.35, 0.6], p=[0.35, 0.35, 0.2, 0.1]))
    return sound + amount * wet


def _equalise(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A random tilt, two broad bands, and sometimes a low or high cut, without any shift in time."""
    size = next_fast_len(len(sound) + RATE // 4, real=True)
    spectrum = np.fft.rfft(sound, size)
    frequency = np.maximum(10.0, np.fft.rfftfreq(size, 1 / RATE))
    octaves = np.log2(frequency / 800.0)
    gain = np.clip(rng.normal(0, 1.0), -2.2, 2.2) * np.clip(octaves, -4, 4)
    for _ in range(2):
        centre = rng.uniform(-3.5, 3.5)
        gain = gain + rng.normal(0, 3.0) * np.exp(-0.5 * ((octaves - centre) / rng.uniform(0.5, 1.2)) ** 2)
    shape = 10 ** (gain / 20)
    if rng.random() < 0.35:
        shape *= 1 / np.sqrt(1 + (rng.uniform(30, 250 if rng.random() < 0.3 else 90) / frequency) ** 4)
    if rng.random() < 0.25:
        shape *= 1 / np.sqrt(1 + (frequency / rng.uniform(2500, 9000)) ** 4)
    return np.fft.irfft(spectrum * shape, size)[: len(sound)]


def _compress(sound: np.ndarray, threshold: float, ratio: float, attack: float, release: float) -> np.ndarray:
    """Turns down what is louder than `threshold` (decibels against the mean), on a grid of 3 ms."""
    hop = int(0.003 * RATE)
    frames = len(sound) // hop + 1
    padded = np.concatenate([sound, np.zeros(frames * hop - len(sound))])
    level = 10 * np.log10(np.mean(padded.reshape(frames, hop) ** 2, axis=1) + 1e-10)
    mean = 10 * np.log10(np.mean(sound**2) + 1e-10)
    wanted = np.minimum(0.0, (mean + threshold - level) * (1 - 1 / ratio))
    fall, rise = np.exp(-hop / RATE / attack), np.exp(-hop / RATE / release)
    gain, smoothed = 0.0, np.empty(frames)
    for place, value in enumerate(wanted.tolist()):
        factor = fall if value < gain else rise
        gain = value + (gain - value) * factor
        smoothed[place] = gain
    curve = np.interp(np.arange(len(sound)), (np.arange(frames) + 0.5) * hop, smoothed)
    return sound * 10 ** (curve / 20)


def master(mix: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, dict]:
    """The finished recording at 22,050 Hz between -1 and 1, and what was done to it."""
    facts: dict = {}
    sound = resample_poly(mix.astype(np.float64), 1, 2)
    level = np.sqrt(np.mean(sound**2))
    if level <= 0:
        return sound, facts
    sound /= level
    if rng.random() < 0.6:
        sound = _room(sound, rng)
        facts["room"] = True
    if rng.random() < 0.85:
        sound = _equalise(sound, rng)
    sound /= np.sqrt(np.mean(sound**2)) + 1e-12
    style = str(rng.choice(["open", "gentle", "loud", "crushed"], p=[0.25, 0.35, 0.3, 0.1]))
    facts["loudness"] = style
    if style != "open":
        ratio = {"gentle": 2.0, "loud": 4.0, "crushed": 8.0}[style]
        threshold = {"gentle": 0.0, "loud": -3.0, "crushed": -8.0}[style]
        sound = _compress(sound, threshold, ratio, float(rng.uniform(0.002, 0.03)), float(rng.uniform(0.05, 0.3)))
        sound /= np.sqrt(np.mean(sound**2)) + 1e-12
    if style in ("loud", "crushed"):
        drive = rng.uniform(0.3, 0.6) if style == "loud" else rng.uniform(0.5, 1.2)
        sound = np.tanh(sound * drive)
        sound /= np.sqrt(np.mean(sound**2)) + 1e-12
    wanted = float(rng.uniform(-16, -7) if style in ("loud", "crushed") else rng.uniform(-30, -13))
    sound *= 10 ** (wanted / 20)
    peak = np.max(np.abs(sound))
    if peak > 0.98:
        if style == "open" or peak > 3.0:
            sound *= 0.98 / peak
        else:
            over = np.abs(sound) > 0.8
            sound[over] = np.sign(sound[over]) * (0.8 + 0.19 * np.tanh((np.abs(sound[over]) - 0.8) / 0.19))
    if rng.random() < 0.3:
        floor = float(rng.uniform(-75, -48))
        facts["noise"] = round(floor, 1)
        sound = sound + rng.normal(0, 10 ** (floor / 20), len(sound))
    return np.clip(sound, -0.999, 0.999), facts


def write_wave(path: Path, sound: np.ndarray, rng: np.random.Generator) -> None:
    """Writes 16-bit samples with triangular dither."""
    dither = rng.random(len(sound)) - rng.random(len(sound))
    wavfile.write(path, RATE, np.clip(np.round(sound * 32767 + dither), -32768, 32767).astype(np.int16))
