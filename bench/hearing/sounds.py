"""Sound that this benchmark makes itself, so that its truth is exact: click tracks, and a piece of plain music."""

import wave
from pathlib import Path

import numpy

RATE = 44100
# The piece of music: not a round tempo, and a start that is on no frame of any codec.
MUSIC_BPM, MUSIC_START_S = 123.4, 0.317
CLICK_START_S = 0.5


def click_track(path: Path, bpm: float, meter: int, swing: bool, length_s: float = 30) -> list[float]:
    """Clicks on every beat, higher and louder on downbeats; swung, a soft one at two thirds of each. Returns beats."""
    sound = numpy.zeros(int(length_s * RATE))
    beats = list(numpy.arange(CLICK_START_S, length_s - 0.2, 60 / bpm))
    for index, beat in enumerate(beats):
        accent = index % meter == 0
        _add(sound, beat, _click(1760 if accent else 1175, 0.9 if accent else 0.5))
        if swing:
            _add(sound, beat + 60 / bpm * 2 / 3, _click(1175, 0.2))
    _write(path, sound)
    return [float(beat) for beat in beats]


def music(path: Path, length_s: float) -> None:
    """Drums, bass and chords in 4/4 with a chord per bar; it repeats after 16 bars."""
    beat_s = 60 / MUSIC_BPM
    noise = numpy.random.default_rng(7)
    cycle = numpy.zeros(int(round(64 * beat_s * RATE)))
    for beat in range(64):
        bar, place = divmod(beat, 4)
        root = [45, 41, 48, 43][bar % 4] + (12 if bar >= 12 else 0)
        at = beat * beat_s
        if place in (0, 2) or (place == 3 and bar % 4 == 3):
            _add(cycle, at, _kick())
        if place in (1, 3):
            _add(cycle, at, noise.normal(size=RATE // 8) * _fall(RATE // 8, 0.04) * 0.35)
        for half in (0, 0.5):
            _add(cycle, at + half * beat_s, noise.normal(size=RATE // 25) * _fall(RATE // 25, 0.01) * 0.12)
            _add(cycle, at + half * beat_s, _tone(root - 12, beat_s * 0.45) * 0.3)
        if place == 0:
            for step in (12, 15 if bar % 4 == 0 else 16, 19):
                _add(cycle, at, _tone(root + step, beat_s * 3.5) * 0.1)
    count = int(length_s * RATE)
    repeated = numpy.tile(cycle, count // len(cycle) + 1)
    _write(path, numpy.concatenate([numpy.zeros(int(MUSIC_START_S * RATE)), repeated])[:count] * 0.6)


def _click(pitch_hz: float, loudness: float) -> numpy.ndarray:
    times = numpy.arange(RATE // 30) / RATE
    return loudness * numpy.cos(2 * numpy.pi * pitch_hz * times) * numpy.exp(-times / 0.006)


def _kick() -> numpy.ndarray:
    times = numpy.arange(RATE // 5) / RATE
    return numpy.sin(2 * numpy.pi * (50 * times - 4 * numpy.exp(-times / 0.03))) * numpy.exp(-times / 0.07) * 0.9


def _tone(note: int, length_s: float) -> numpy.ndarray:
    times = numpy.arange(int(length_s * RATE)) / RATE
    pitch = 440 * 2 ** ((note - 69) / 12)
    waves = sum(numpy.sin(2 * numpy.pi * pitch * part * times) / part**2 for part in (1, 2, 3, 4))
    return waves * numpy.minimum(1, times / 0.005) * numpy.exp(-times / (length_s * 0.5))


def _fall(count: int, after_s: float) -> numpy.ndarray:
    return numpy.exp(-numpy.arange(count) / RATE / after_s)


def _add(sound: numpy.ndarray, at_s: float, event: numpy.ndarray) -> None:
    start = int(round(at_s * RATE))
    room = sound[start:start + len(event)]
    room += event[:len(room)]


def _write(path: Path, sound: numpy.ndarray) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((numpy.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
