"""How this benchmark calls ffmpeg, and commands that are not measured."""

import subprocess
from pathlib import Path

FF = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]


class Failed(Exception):
    """A command or a file that should have been right was not; the message says what to do."""


def run(command: list, **options) -> subprocess.CompletedProcess:
    """Runs a command that is not measured and returns what it said."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, capture_output=True, **options)
    except OSError as error:
        raise Failed(f"'{words[0]}' cannot be started: {error.strerror}") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()[-800:]
        raise Failed(f"'{words[0]}' ended with {done.returncode}: {said}")
    return done


def length_s(sound: Path) -> float:
    """How long a file plays."""
    asked = ["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", sound]
    return float(run(asked).stdout)
