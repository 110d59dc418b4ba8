"""Music with its truth: a sound file, and beside it a .beats file that says where the beats are."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from .ffmpeg import Failed, length_s

SUFFIXES = [".ogg", ".wav", ".mp3", ".flac", ".m4a"]


@dataclass
class Excerpt:
    """One piece of music; times in seconds."""

    name: str
    group: str
    sound: Path
    beats: list[float]
    downbeats: list[float]
    meter: int
    length_s: float


def read_folders(folders: list[Path]) -> list[Excerpt]:
    """Every excerpt of the folders by name; refuses what would make the figures about something else."""
    found = []
    for folder in folders:
        if not folder.is_dir():
            raise Failed(f"{folder} is no folder: name one that holds NAME.ogg (wav, mp3, flac, m4a) and NAME.beats")
        here = [_read(truth, folder) for truth in sorted(folder.glob("*.beats"))]
        if not here:
            raise Failed(f"{folder} holds no NAME.beats: a line per beat, its seconds, a tab, its position in the bar")
        found += here
    return found


def _read(truth: Path, folder: Path) -> Excerpt:
    sound = next((path for suffix in SUFFIXES if (path := truth.with_suffix(suffix)).exists()), None)
    if sound is None:
        raise Failed(f"{truth} has no music beside it: {truth.stem} with one of {', '.join(SUFFIXES)}")
    try:
        pairs = [(float(line.split()[0]), int(line.split()[1]))
                 for line in truth.read_text().splitlines() if line.strip()]
    except (ValueError, IndexError):
        raise Failed(f"{truth} holds a line that is not 'seconds, tab, position in the bar'") from None
    beats = [time for time, _ in pairs]
    if beats != sorted(beats) or len(beats) < 2:
        raise Failed(f"{truth} needs at least two beats, in order of time")
    group = truth.stem.split("_")[0] if "_" in truth.stem else folder.resolve().name
    return Excerpt(truth.stem, group, sound.resolve(), beats, [time for time, position in pairs if position == 1],
                   _meter([position for _, position in pairs]), length_s(sound))


def _meter(positions: list[int]) -> int:
    """The most common length of a whole bar; of none, the highest position."""
    starts = [index for index, position in enumerate(positions) if position == 1]
    lengths = Counter(after - before for before, after in zip(starts, starts[1:]))
    return lengths.most_common(1)[0][0] if lengths else max(positions)
