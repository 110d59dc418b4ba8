"""Pitched synthesisers for what soundfonts lack: supersaws, plucks, reese and wobble basses, 808 bass, chip voices,
risers, crackle, and the pumping of a side-chain."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

from .score import Event

RATE = 44_100


def hertz(pitch: float) -> float:
    return 440.0 * 2.0 ** ((pitch - 69) / 12)


def _saw(frequency: float, frames: int, phase: float) -> np.ndarray:
    ramp = np.arange(frames, dtype=np.float64) * (frequency / RATE) + phase
    return (2.0 * (ramp - np.floor(ramp)) - 1.0).astype(np.float32)


def _pulse(frequency: float, frames: int, width: float) -> np.ndarray:
    ramp = np.arange(frames, dtype=np.float64) * (frequency / RATE)
    return np.where(ramp - np.floor(ramp) < width, 1.0, -1.0).astype(np.float32)


def _low_pass(sound: np.ndarray, cutoff: float) -> np.ndarray:
    return sosfilt(butter(2, min(cutoff, 18_000.0), fs=RATE, output="sos"), sound).astype(np.float32)


def _shape(frames: int, held: int, attack: float, decay: float, sustain: float, release: float) -> np.ndarray:
    """Attack, decay to a sustain level, and release after `held` frames."""
    time = np.arange(frames, dtype=np.float32) / RATE
    shape = np.minimum(1.0, time / attack) * (sustain + (1 - sustain) * np.exp(-np.maximum(0, time - attack) / decay))
    after = np.maximum(0.0, time - held / RATE)
    return (shape * np.exp(-after / release)).astype(np.float32)


class Voice:
    """A synthesiser with settings drawn once per track; it renders single notes and keeps those it has made."""

    def __init__(self, name: str, rng: np.random.Generator) -> None:
        self.name = name
        self.kept: dict[tuple[int, int], np.ndarray] = {}
        self.detune = float(rng.uniform(0.04, 0.22))
        self.cutoff = float(np.exp(rng.uniform(np.log(900), np.log(7000))))
        self.width = float(rng.choice([0.5, 0.25, 0.125]))
        self.attack = float(rng.choice([0.003, 0.01, 0.03]))
        self.phases = rng.uniform(0, 1, 7)
        self.rate = float(rng.choice([1.0, 1.5, 2.0, 3.0, 4.0]))
        self.vibrato = float(rng.uniform(0, 0.004))

    def note(self, pitch: int, seconds: float, beat_seconds: float) -> np.ndarray:
        """The sound of a note held for so many seconds, with its release."""
        key = (pitch, int(round(seconds * 50)))
        if key not in self.kept:
            self.kept[key] = self._make(pitch, max(0.03, key[1] / 50), beat_seconds)
        return self.kept[key]

    def _supersaw(self, pitch: int, frames: int, voices: int) -> np.ndarray:
        spread = np.linspace(-self.detune, self.detune, voices)
        return (
            sum(_saw(hertz(pitch + offset), frames, phase) for offset, phase in zip(spread, self.phases)) / voices**0.5
        )

    def _make(self, pitch: int, seconds: float, beat_seconds: float) -> np.ndarray:
        release = {"pad": 0.25, "stab": 0.06, "pluck": 0.05, "sub": 0.08, "reese": 0.04, "wobble": 0.03}.get(
            self.name, 0.02
        )
        held = int(seconds * RATE)
        frames = held + int(release * 4 * RATE)
        frequency = hertz(pitch)
        time = np.arange(frames) / RATE
        if self.name in ("pad", "stab", "saw lead", "saw bass"):
            sound = self._supersaw(pitch, frames, 5 if self.name in ("pad", "stab") else 2)
            sound = _low_pass(sound, self.cutoff if self.name != "stab" else self.cutoff * 1.5)
            attack, decay, sustain = (0.12, 0.5, 0.8) if self.name == "pad" else (0.004, 0.3, 0.7)
            return sound * _shape(frames, held, attack, decay, sustain, release) * np.float32(0.4)
        if self.name == "pluck":
            bright = self._supersaw(pitch, frames, 2)
            dark = _low_pass(bright, max(frequency * 1.5, 300.0))
            blend = np.exp(-time / 0.07).astype(np.float32)
            return (bright * blend + dark * (1 - blend)) * _shape(frames, held, 0.002, 0.18, 0.15, release)
        if self.name == "sub":
            fall = frequency * (1 + 0.6 * np.exp(-time / 0.02))
            sound = np.tanh(2.0 * np.sin(2 * np.pi * np.cumsum(fall) / RATE))
            return (sound * _shape(frames, held, 0.004, 0.9, 0.3, release)).astype(np.float32)
        if self.name == "reese":
            sound = _saw(hertz(pitch - 0.15), frames, 0.1) + _saw(hertz(pitch + 0.18), frames, 0.6)
            return _low_pass(sound, min(1200.0, self.cutoff)) * _shape(frames, held, 0.01, 1.0, 0.9, release)
        if self.name == "wobble":
            raw = _saw(frequency, frames, 0.2) + _pulse(frequency * 0.5, frames, 0.5)
            dark, bright = _low_pass(raw, 180.0), _low_pass(raw, 2500.0)
            sweep = (0.5 - 0.5 * np.cos(2 * np.pi * self.rate * time / beat_seconds)).astype(np.float32)
            return np.tanh(1.5 * (dark * (1 - sweep) + bright * sweep)) * _shape(frames, held, 0.005, 1.0, 0.9, release)
        if self.name == "chip triangle":
            ramp = time * frequency
            sound = np.round((2 * np.abs(2 * (ramp - np.floor(ramp)) - 1) - 1) * 7.5) / 7.5
            return (sound * _shape(frames, held, 0.001, 1.0, 1.0, 0.003)).astype(np.float32)
        if self.name in ("chip", "chip arpeggio"):
            steps = 1.0 + self.vibrato * np.sin(2 * np.pi * 6 * time) * np.minimum(1, time / 0.25)
            ramp = np.cumsum(frequency * steps) / RATE
            sound = np.where(ramp - np.floor(ramp) < self.width, 1.0, -1.0)
            shape = np.round(_shape(frames, held, 0.001, 0.25, 0.45, 0.004) * 15) / 15
            return (sound * shape).astype(np.float32)
        if self.name == "sine lead":
            steps = 1.0 + self.vibrato * 3 * np.sin(2 * np.pi * 5.5 * time) * np.minimum(1, time / 0.3)
            sound = np.sin(2 * np.pi * np.cumsum(frequency * steps) / RATE)
            return (sound * _shape(frames, held, 0.02, 0.5, 0.8, 0.05)).astype(np.float32)
        if self.name == "acid":
            bright = _saw(frequency, frames, 0.0)
            dark = _low_pass(bright, max(frequency * 2, 250.0))
            peak = lfilter(*_resonance(min(self.cutoff, 3000.0)), bright).astype(np.float32)
            blend = np.exp(-time / 0.09).astype(np.float32)
            return np.tanh(peak * blend + dark * (1 - blend)) * _shape(frames, held, 0.002, 0.3, 0.6, 0.02)
        sound = _low_pass(_pulse(frequency, frames, self.width), self.cutoff)
        return sound * _shape(frames, held, self.attack, 0.4, 0.6, release)


def _resonance(frequency: float) -> tuple[list[float], list[float]]:
    radius = 0.985
    return [1 - radius], [1.0, -2 * radius * np.cos(2 * np.pi * frequency / RATE), radius * radius]


def play_voice(
    events: list[Event], seconds: float, name: str, beat_seconds: float, rng: np.random.Generator
) -> np.ndarray:
    """Renders a part on a synthesiser."""
    voice = Voice(name, rng)
    frames = int(seconds * RATE)
    track = np.zeros(frames, dtype=np.float32)
    for event in events:
        begin = int(round(event.start * RATE))
        sound = voice.note(event.pitch, min(event.end - event.start, 8.0), beat_seconds)
        length = min(len(sound), frames - begin)
        if length > 0:
            track[begin : begin + length] += sound[:length] * np.float32((event.velocity / 127.0) ** 1.3)
    return track


def side_chain(seconds: float, triggers: list[float], depth: float, recover: float) -> np.ndarray:
    """The gain of a part that every kick pushes down."""
    frames = int(seconds * RATE)
    gain = np.ones(frames, dtype=np.float32)
    length = int(recover * RATE)
    time = np.linspace(0, 1, length, dtype=np.float32)
    dip = 1.0 - np.float32(depth) * (1.0 - time**1.5)
    for trigger in triggers:
        begin = int(trigger * RATE)
        stop = min(frames, begin + length)
        if 0 <= begin < frames:
            gain[begin:stop] = np.minimum(gain[begin:stop], dip[: stop - begin])
    return gain


def riser(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Noise that brightens and swells."""
    frames = int(seconds * RATE)
    noise = rng.normal(0, 0.3, frames).astype(np.float32)
    through = np.linspace(0, 1, frames, dtype=np.float32)
    dark, bright = _low_pass(noise, 700.0), noise - _low_pass(noise, 3000.0)
    return (dark * (1 - through) + bright * through) * through**2


def crackle(seconds: float, rng: np.random.Generator) -> np.ndarray:
    """The hiss and clicks of a record."""
    frames = int(seconds * RATE)
    track = rng.normal(0, 0.01, frames)
    places = rng.integers(0, frames, int(seconds * rng.uniform(4, 25)))
    track[places] += rng.normal(0, 0.5, len(places))
    return _low_pass(track, 6000.0)
