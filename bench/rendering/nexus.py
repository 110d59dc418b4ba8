"""Our own renderer as a command: an edit, a cache, the material by name."""

import hashlib
import json
import shutil
from pathlib import Path

from .ffmpeg import run
from .measure import Cost, measure


class Nexus:
    """The binary under test, working in one folder."""

    def __init__(self, binary: Path, folder: Path, files: dict[str, Path]):
        self.binary, self.folder = binary.resolve(), folder
        folder.mkdir(parents=True, exist_ok=True)
        self.assets = folder / "assets.json"
        self.assets.write_text(json.dumps({name: str(path) for name, path in files.items()}))

    def version(self) -> str:
        """What the binary calls itself."""
        return run([self.binary, "--version"]).stdout.decode().strip()

    def film(self, name: str) -> Path:
        """Where a film of this name is written."""
        return self.folder / f"{name}.mp4"

    def fresh_cache(self, name: str) -> Path:
        """An empty cache."""
        cache = self.folder / f"cache-{name}"
        shutil.rmtree(cache, ignore_errors=True)
        return cache

    def command(self, edit: dict, out: Path, cache: Path, *options) -> list:
        """The command that renders `edit` into `out`."""
        document = out.with_suffix(".json")
        document.write_text(json.dumps(edit))
        return [self.binary, "render", document, "-o", out, "--assets", self.assets, "--cache", cache,
                "--data", self.folder / "data", *options]

    def render(self, edit: dict, name: str, cache: Path | None = None, *options) -> Cost:
        """Renders and measures, from nothing unless a cache is given."""
        return measure(self.command(edit, self.film(name), cache or self.fresh_cache(name), *options))

    def render_to(self, edit: dict, out: Path, *options) -> Cost:
        """Renders into a file of another kind than a film, from nothing."""
        return measure(self.command(edit, out, self.fresh_cache("still"), *options))


def segments(cache: Path) -> dict[str, str]:
    """SHA-256 of every finished segment by its name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(cache.glob("segments/*.mp4"))}
