"""Our binary as a command: what it prints, read in one place."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from hearing.ffmpeg import Failed, run
from hearing.measure import Cost, measure

# Boundaries that are no change of take: the beginning of the file, and the windows into which a long take is cut.
NO_CUT = {"start", "window", "none"}


@dataclass
class Said:
    """A word about a file."""

    word: str
    score: float
    source: str


@dataclass
class FileTags:
    """What was said about one file; `frames` is how many were decoded for it."""

    file: str
    said: list[Said]
    frames: int | None


class Nexus:
    """The binary under test, with a data folder of its own."""

    def __init__(self, binary: Path, folder: Path, config: Path | None = None):
        self.binary, self.folder = binary.resolve(), folder
        self.options = ["--config", config.resolve()] if config else []
        self.version = run([self.binary, "--version"]).stdout.decode().strip()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def boundaries(self, video: Path, rate: float) -> list[int]:
        """First frames of new takes, however they begin."""
        told = self._told(["shots", video])
        shots = _one_file(told).get("shots", [])
        starts = [(_first(shot, "start", "start_s"), str(_first(shot, "transition", "begins", "kind")).lower())
                  for shot in shots]
        return [round(start * rate) for number, (start, transition) in enumerate(starts)
                if number and transition not in NO_CUT]

    def tags(self, paths: list[Path]) -> tuple[list[FileTags], list[str]]:
        """What is seen, names of files left aside; and the rungs of the ladder that looked."""
        told = self._told(["tag", *paths])
        return [_file_tags(file) for file in told["files"]], told.get("rungs", [])

    def tag_cost(self, video: Path) -> tuple[Cost, FileTags]:
        """What looking at one file costs, the whole process tree together."""
        cost = measure(self._command(["tag", video]), self.folder)
        return cost, _file_tags(_one_file(json.loads(cost.told)))

    def ingest(self, paths: list[Path]) -> dict:
        """Uploads everything and waits until it has been looked at."""
        return self._told(["ingest", "--wait", *paths])

    def search(self, query: str) -> dict[str, list[str]]:
        """Names of files, best first, each once: `best` and `maybe`."""
        told = self._told(["search", query])
        return {group: list(dict.fromkeys(_first(hit, "asset", "file") for hit in told.get(group, [])))
                for group in ["best", "maybe"]}

    def _told(self, words: list) -> dict:
        said = run(self._command(words), cwd=self.folder).stdout
        try:
            return json.loads(said)
        except ValueError:
            raise Failed(f"'nexus {words[0]} --json' did not print JSON: {said[:200]!r}") from None

    def _command(self, words: list) -> list:
        return [self.binary, *words, "--json", "--data", self.folder / "data", *self.options]


def _file_tags(told: dict) -> FileTags:
    said = [Said(_first(tag, "name", "tag"), float(tag.get("score", 1)), str(tag.get("source", "")))
            for tag in told.get("tags", [])]
    return FileTags(Path(_first(told, "file", "asset")).name, said, told.get("frames_decoded"))


def _one_file(told: dict) -> dict:
    """A command about one file may print it alone or in a list."""
    return told["files"][0] if told.get("files") else told


def _first(told: dict, *names: str):
    for name in names:
        if name in told:
            return told[name]
    raise Failed(f"expected one of {', '.join(names)} in {json.dumps(told)[:200]}")
