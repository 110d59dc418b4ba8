"""Plays parts with General MIDI soundfonts through the FluidSynth library, each part into its own track."""

from __future__ import annotations

import ctypes
import ctypes.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from .score import Event

RATE = 44_100
BLOCK = 64
CHANNELS = 16

FULL_FONTS = (
    "FluidR3_GM.sf2",
    "TimGM6mb.sf2",
    "OPL-3_FM_128M.sf2",
    "sf_GMbank.sf2",
    "FluidR3Mono_GM.sf3",
    "MuseScore_General.sf3",
)
FULL_FONT_CHANCES = (0.3, 0.17, 0.07, 0.14, 0.1, 0.22)
DRUM_FONTS = ("Black_Pearl_4_LV2.sf2", "Red_Zeppelin_4_LV2.sf2")
FONT_FOLDERS = (Path("/usr/share/sounds/sf2"), Path("/usr/share/sounds/sf3"), Path("/usr/share/soundfonts"))


@dataclass(frozen=True, slots=True)
class Line:
    """What one channel plays: its events, its program, and the soundfont it comes from."""

    events: list[Event]
    program: int
    percussive: bool
    font: str


def find_font(name: str) -> Path | None:
    """The path of an installed soundfont."""
    return next((folder / name for folder in FONT_FOLDERS if (folder / name).exists()), None)


@lru_cache(maxsize=1)
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(ctypes.util.find_library("fluidsynth") or "libfluidsynth.so.3")
    pointer, integer = ctypes.c_void_p, ctypes.c_int
    for name, result, arguments in (
        ("new_fluid_settings", pointer, []),
        ("delete_fluid_settings", None, [pointer]),
        ("fluid_settings_setint", integer, [pointer, ctypes.c_char_p, integer]),
        ("fluid_settings_setnum", integer, [pointer, ctypes.c_char_p, ctypes.c_double]),
        ("new_fluid_synth", pointer, [pointer]),
        ("delete_fluid_synth", None, [pointer]),
        ("fluid_synth_sfload", integer, [pointer, ctypes.c_char_p, integer]),
        ("fluid_synth_program_select", integer, [pointer, integer, integer, integer, integer]),
        ("fluid_synth_set_channel_type", integer, [pointer, integer, integer]),
        ("fluid_synth_noteon", integer, [pointer, integer, integer, integer]),
        ("fluid_synth_noteoff", integer, [pointer, integer, integer]),
        ("fluid_synth_cc", integer, [pointer, integer, integer, integer]),
        ("fluid_synth_nwrite_float", integer, [pointer, integer, pointer, pointer, pointer, pointer]),
        ("fluid_set_log_function", pointer, [integer, pointer, pointer]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    for level in range(5):
        library.fluid_set_log_function(level, None, None)
    return library


def _select(library: ctypes.CDLL, synth: int, channel: int, line: Line, fonts: dict[str, int]) -> None:
    font = fonts[line.font]
    library.fluid_synth_set_channel_type(synth, channel, 1 if line.percussive else 0)
    if line.font in DRUM_FONTS:
        tries = [(0, 0)]
    elif line.percussive:
        tries = [(128, line.program), (128, 0)]
    else:
        tries = [(0, line.program), (0, 0)]
    for bank, program in tries:
        if library.fluid_synth_program_select(synth, channel, font, bank, program) == 0:
            break
    library.fluid_synth_cc(synth, channel, 7, 110)
    library.fluid_synth_cc(synth, channel, 91, 0)
    library.fluid_synth_cc(synth, channel, 93, 0)


def play(lines: list[Line], seconds: float) -> list[np.ndarray]:
    """Renders every line for itself, without effects, as mono at 44.1 kHz; events fall on blocks of 64 frames."""
    if not lines:
        return []
    library = _library()
    groups = min(CHANNELS, len(lines))
    settings = library.new_fluid_settings()
    for name, value in (
        (b"synth.dynamic-sample-loading", 1),
        (b"synth.audio-channels", groups),
        (b"synth.audio-groups", groups),
        (b"synth.midi-channels", CHANNELS),
        (b"synth.reverb.active", 0),
        (b"synth.chorus.active", 0),
        (b"synth.polyphony", 192),
        (b"synth.cpu-cores", 1),
    ):
        library.fluid_settings_setint(settings, name, value)
    library.fluid_settings_setnum(settings, b"synth.sample-rate", float(RATE))
    library.fluid_settings_setnum(settings, b"synth.gain", 0.3)
    synth = library.new_fluid_synth(settings)
    try:
        fonts: dict[str, int] = {}
        for line in lines:
            if line.font not in fonts:
                path = find_font(line.font)
                if path is None:
                    raise FileNotFoundError(line.font)
                fonts[line.font] = library.fluid_synth_sfload(synth, str(path).encode(), 0)
        for channel, line in enumerate(lines[:groups]):
            _select(library, synth, channel, line, fonts)
        return _write(library, synth, lines[:groups], int(seconds * RATE))
    finally:
        library.delete_fluid_synth(synth)
        library.delete_fluid_settings(settings)


def _write(library: ctypes.CDLL, synth: int, lines: list[Line], frames: int) -> list[np.ndarray]:
    commands: list[tuple[int, int, int, int, int]] = []
    for channel, line in enumerate(lines):
        sounding: dict[int, int] = {}
        for event in line.events:
            begin = int(round(event.start * RATE / BLOCK))
            end = max(begin + 1, int(round(event.end * RATE / BLOCK)))
            if line.percussive:
                end = max(end, begin + 40)
            if sounding.get(event.pitch, -1) > begin:
                commands.append((begin, 0, channel, event.pitch, 0))
            sounding[event.pitch] = end
            commands.append((begin, 1, channel, event.pitch, int(round(event.velocity))))
            commands.append((end, 0, channel, event.pitch, 0))
    commands.sort()
    blocks = -(-frames // BLOCK)
    left = np.zeros((len(lines), blocks * BLOCK), dtype=np.float32)
    right = np.zeros_like(left)
    stride = blocks * BLOCK * 4
    group_pointers = ctypes.c_void_p * len(lines)
    done, place = 0, 0
    while done < blocks:
        while place < len(commands) and commands[place][0] <= done:
            _, kind, channel, pitch, velocity = commands[place]
            if kind:
                library.fluid_synth_noteon(synth, channel, pitch, velocity)
            else:
                library.fluid_synth_noteoff(synth, channel, pitch)
            place += 1
        following = commands[place][0] if place < len(commands) else blocks
        count = max(1, min(following, blocks) - done)
        shift = done * BLOCK * 4
        lefts = group_pointers(*(left.ctypes.data + number * stride + shift for number in range(len(lines))))
        rights = group_pointers(*(right.ctypes.data + number * stride + shift for number in range(len(lines))))
        library.fluid_synth_nwrite_float(synth, count * BLOCK, lefts, rights, None, None)
        done += count
    return [0.5 * (left[number, :frames] + right[number, :frames]) for number in range(len(lines))]
