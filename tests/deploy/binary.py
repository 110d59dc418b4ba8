"""The product's binary: whether it is there, what it answers, and films and music to give to it."""

import json
import os
import pathlib
import subprocess

import pytest
from processes import base_environment

NEXUS = pathlib.Path(os.environ.get("NEXUS_BIN", "nexus"))
# A drum five times in two seconds and a note on every fourth of them, so that there are bars.
TUNE = "0.6*sin(345*mod(t,0.4))*exp(-14*mod(t,0.4))+0.3*sin(1382*mod(t,1.6))*exp(-3*mod(t,1.6))"


def needed(there, words):
    """Skips the test that asks where something is missing; in continuous integration (CI is set) that is a failure."""
    if not there:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(words)


def needs_binary():
    needed(os.access(NEXUS, os.X_OK), f"{NEXUS} is missing: run 'cargo build --bin nexus' first")


def said(settings, *arguments):
    """What a command answers, as JSON."""
    environment = {**base_environment(), **settings}
    command = [NEXUS, *arguments, "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def clip(path, seconds):
    """A drawing in another colour every two seconds, which makes as many shots."""
    picture = "mandelbrot=s=360x360:r=10:maxiter=300,hue=h=72*floor(t/2)"
    ffmpeg("-f", "lavfi", "-t", str(seconds), "-i", picture, "-pix_fmt", "yuv420p", "-preset", "ultrafast", path)
    return path


def track(path):
    ffmpeg("-f", "lavfi", "-i", f"aevalsrc='{TUNE}':d=16:s=44100", path)
    return path


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", *arguments], check=True, stdin=subprocess.DEVNULL)
