"""The command: what to measure, in which order, what to print."""

import argparse
import datetime
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from hearing.ffmpeg import Failed, run
from hearing.measure import adopt_orphans
from hearing.table import Findings, markdown

from . import scenes
from .cost import measure_cost
from .nexus import Nexus
from .search import measure_search
from .self_check import self_check
from .shots import measure_shots
from .tags import measure_tags

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", Path.home() / ".cache/nexus-engine/target"))
DATA = Path(__file__).resolve().parents[2].parent / "shared/data"
PARTS = {"shots": measure_shots, "cost": measure_cost, "tags": measure_tags, "search": measure_search}


@dataclass
class Bench:
    """What a part works with; folders that are not there are `None`."""

    nexus: Nexus | None
    footage: Path | None
    photos: Path | None
    work: Path
    rounds: int
    say: object


def main() -> int:
    """1 when a part could not be measured, 2 when nothing could be; a missed goal is a finding and no fault."""
    chosen = _arguments()
    try:
        if chosen.install:
            scenes.install()
            return 0
        if chosen.self_check:
            return self_check(chosen.work.resolve(), say)
        return _measured(chosen)
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 2


def say(words: str) -> None:
    """Progress, beside the figures."""
    print(f"{datetime.datetime.now():%H:%M:%S} {words}", file=sys.stderr, flush=True)


def _measured(chosen: argparse.Namespace) -> int:
    load = os.getloadavg()[0]
    names = chosen.only.split(",") if chosen.only else list(PARTS)
    if unknown := [name for name in names if name not in PARTS]:
        raise Failed(f"no part is called {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if chosen.nexus and not chosen.nexus.exists():
        raise Failed(f"{chosen.nexus} is not there: build it with 'cargo build --release', or name another")
    adopt_orphans()
    work = chosen.work.resolve()
    binary = chosen.nexus or next((path for path in [TARGET / "release/nexus"] if path.exists()), None)
    nexus = Nexus(binary, work / "nexus", chosen.config) if binary else None
    footage, photos = (folder.resolve() if folder.is_dir() else None
                       for folder in (chosen.data / "footage", chosen.data / "photos"))
    bench = Bench(nexus, footage, photos, work, chosen.rounds, say)
    found: dict[str, Findings] = {}
    failed = False
    for name in names:
        say(f"part '{name}'")
        try:
            found[name] = PARTS[name](bench)
        except Failed as failure:
            failed = True
            found[name] = Findings()
            found[name].add(name, f"could not be measured: {failure}", False)
        for row in found[name].rows:
            say(f"  {row.goal}: {row.figure}")
    heading = _heading(bench, load)
    print(markdown(heading, found))
    if chosen.out:
        told = {"heading": heading, "load": load, "parts": {name: asdict(each) for name, each in found.items()}}
        chosen.out.write_text(json.dumps(told, indent=1) + "\n")
    return int(failed)


def _heading(bench: Bench, load: float) -> str:
    ffmpeg = run(["ffmpeg", "-version"]).stdout.decode().split()[2]
    present = [bench.nexus.version if bench.nexus else "our binary is not there"]
    present.append(f"PySceneDetect {scenes.VERSION}" if scenes.is_installed() else "PySceneDetect is not installed")
    missing = "" if bench.footage and bench.photos else "\nskipped: no shared data."
    busy = " **The machine was not quiet.**" if load > 0.7 else ""
    return (f"{len(os.sched_getaffinity(0))} processors, {', '.join(present)}, ffmpeg {ffmpeg}, "
            f"load {load:.1f} at the start.{busy}{missing}")


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="bench/vision", description="Measures the eye: shots, cost, tags, search.")
    add = reader.add_argument
    add("--install", action="store_true", help="install PySceneDetect for comparison, and end")
    add("--nexus", type=Path, help=f"our binary [default: {TARGET}/release/nexus, when it is there]")
    add("--config", type=Path, help="our binary's configuration, for example one that names a folder of models")
    add("--data", type=Path, default=DATA, help="holds footage/ and photos/ [default: shared/data beside the project]")
    add("--only", metavar="PART,...", help=f"some parts: {', '.join(PARTS)}")
    add("--rounds", type=int, default=3, help="repetitions of the cost; medians are printed [default: 3]")
    add("--out", type=Path, metavar="FILE", help="every figure into a JSON file as well")
    add("--work", type=Path, default=scenes.HOME / "work", help="films that are made here [default: %(default)s]")
    add("--self-check", action="store_true", help="check the scores and the joins, and end")
    return reader.parse_args()
