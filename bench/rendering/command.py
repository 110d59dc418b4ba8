"""The command: what to measure, in which order, what to print."""

import argparse
import datetime
import hashlib
import os
import sys
from pathlib import Path

from .contenders import HOME
from .ffmpeg import Failed, run
from .install import install
from .material import material
from .measure import adopt_orphans
from .nexus import Nexus
from .scenarios import Bench, parts
from .table import Findings, Kept, markdown

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", Path.home() / ".cache/nexus-engine/target"))


def main() -> int:
    """1 when a part could not be measured; a missed goal is a finding and no fault."""
    every = parts()
    chosen = _arguments(list(every))
    if chosen.install:
        install()
        return 0
    if not chosen.nexus.exists():
        print(f"{chosen.nexus} is not there: build it with 'cargo build --release', or name another with --nexus",
              file=sys.stderr)
        return 2
    names = chosen.only.split(",") if chosen.only else list(every)
    if unknown := [name for name in names if name not in every]:
        print(f"no part is called {', '.join(unknown)}; there are {', '.join(every)}", file=sys.stderr)
        return 2
    adopt_orphans()
    say("making the material, once")
    files = material(chosen.work / "material")
    nexus = Nexus(chosen.nexus, chosen.work / "films", files)
    stamp = f"{hashlib.sha256(chosen.nexus.read_bytes()).hexdigest()} {chosen.rounds}"
    kept = Kept(chosen.work / "findings.json", stamp, chosen.resume)
    heading = _heading(nexus, chosen.rounds)
    bench = Bench(nexus, files, nexus.folder, chosen.rounds, say)
    found: dict[str, Findings] = {}
    failed = False
    for name in names:
        earlier = kept.get(name)
        if earlier is None:
            say(f"part '{name}'")
            try:
                earlier = every[name](bench)
                kept.put(name, earlier)
            except Failed as failure:
                failed = True
                earlier = Findings()
                earlier.add(name, f"could not be measured: {failure}", False)
            for row in earlier.rows:
                say(f"  {row.goal}: {row.figure}")
        found[name] = earlier
    print(markdown(heading, found))
    return int(failed)


def say(words: str) -> None:
    """Progress, beside the figures."""
    print(f"{datetime.datetime.now():%H:%M:%S} {words}", file=sys.stderr, flush=True)


def _arguments(names: list[str]) -> argparse.Namespace:
    about = "Measures every goal of the renderer and prints the tables that stand in docs/benchmarks.md."
    reader = argparse.ArgumentParser(prog="bench/render", description=about)
    reader.add_argument("--install", action="store_true", help="install moviepy, melt and libopenshot, and end")
    binary = TARGET / "release/nexus"
    reader.add_argument("--nexus", type=Path, default=binary, help="the binary [default: %(default)s]")
    reader.add_argument("--only", metavar="NAME,...", help=f"some parts: {', '.join(names)}")
    reader.add_argument("--rounds", type=int, default=3, help="repetitions; medians are printed [default: 3]")
    reader.add_argument("--resume", action="store_true", help="keep what an interrupted run of this binary found")
    reader.add_argument("--work", type=Path, default=HOME / "work", help="material and films [default: %(default)s]")
    return reader.parse_args()


def _heading(nexus: Nexus, rounds: int) -> str:
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "unknown processor")
    ffmpeg = run(["ffmpeg", "-version"]).stdout.decode().split()[2]
    load = os.getloadavg()[0]
    busy = " **The machine was not quiet.**" if load > 0.7 else ""
    processors = len(os.sched_getaffinity(0))
    return (f"{processors} processors ({model}), {nexus.version()}, ffmpeg {ffmpeg}, {rounds} rounds, "
            f"load {load:.1f} at the start.{busy}")
