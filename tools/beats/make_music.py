"""Makes training music with exact beats and downbeats: NAME.wav, NAME.beats and NAME.json for every seed.

A beats file has a line per beat, its time in seconds and its position in the bar (1 = downbeat); recordings that have
no beat have an empty one. A seed always gives the same track, as long as the same soundfonts are installed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np

from music.arrange import truth
from music.compose import compose, draw_style
from music.master import master, write_wave
from music.render import render
from music.styles import STYLES


def make_track(folder: Path, seed: int, seconds: float, style_name: str | None = None) -> str | None:
    """Makes the track of a seed and returns its name, or nothing if it was there already."""
    rng = np.random.default_rng([seed, 20_260])
    style, meter = draw_style(rng)
    if style_name is not None:
        style = STYLES[style_name]
        meters = list(style.meters)
        weights = np.array([style.meters[name] for name in meters])
        meter = str(rng.choice(meters, p=weights / weights.sum()))
    name = f"made-{seed:06d}-{style.name}"
    if (folder / f"{name}.json").exists():
        return None
    piece = compose(rng, style, meter, seconds)
    if style.sound is not None:
        mix = style.sound(rng, seconds).astype(np.float32)
    else:
        mix = render(piece.score, piece.excerpt, rng, piece.balance, piece.pumping, piece.effects)
    sound, facts = master(mix, rng)
    beats = [] if style.family == "none" else truth(piece.score, piece.excerpt)
    write_wave(folder / f"{name}.wav", sound, rng)
    (folder / f"{name}.beats").write_text("".join(f"{moment:.4f}\t{position}\n" for moment, position in beats))
    described = {
        "seed": seed,
        **piece.score.facts,
        "whole_start": piece.excerpt.whole_start,
        "beats": len(beats),
        "master": facts,
    }
    (folder / f"{name}.json").write_text(json.dumps(described, indent=1) + "\n")
    return name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--style", choices=sorted(STYLES), help="only this style")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    began, made = time.monotonic(), 0
    for seed in range(arguments.first_seed, arguments.first_seed + arguments.count):
        name = make_track(arguments.folder, seed, arguments.seconds, arguments.style)
        if name is None:
            continue
        made += 1
        pace = made * arguments.seconds / (time.monotonic() - began)
        print(
            f"{name} ({seed - arguments.first_seed + 1}/{arguments.count}, {pace:.1f} x real time)",
            file=sys.stderr,
            flush=True,
        )


if __name__ == "__main__":
    main()
