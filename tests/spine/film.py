"""What a film shows and sounds like, so that two can be compared, and what was sent where."""

import collections
import subprocess


def ffmpeg(film, *arguments):
    command = ["ffmpeg", "-v", "error", "-i", film, *arguments, "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout


def pictures(film):
    """One line per frame: its time and the MD5 of what it shows."""
    return [line for line in ffmpeg(film, "-map", "0:v", "-f", "framemd5").splitlines() if not line.startswith("#")]


def sound(film):
    return ffmpeg(film, "-map", "0:a", "-f", "md5").strip()


def publications(outbox):
    """How often each channel was given something: a folder with an entry is one publication."""
    entries = [entry for entry in outbox.glob("*/*/entry.json") if not entry.parts[-3].startswith(".")]
    return collections.Counter(entry.parent.name for entry in entries)


def faults(film):
    """What ffmpeg says against a file while it decodes all of it; nothing when it plays."""
    command = ["ffmpeg", "-v", "error", "-i", film, "-f", "null", "-"]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False).stderr.strip()
