"""The command: whom to hear, what to measure, in which order, what to print."""

import argparse
import datetime
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from .contenders import HOME, NAMES, contenders, python_of
from .excerpts import read_folders
from .ffmpeg import Failed, run
from .install import install
from .measure import adopt_orphans
from .parts import NAMES as PARTS
from .parts import ON_EXCERPTS, Bench, parts
from .table import Findings, markdown
from .turns import Turns

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", Path.home() / ".cache/nexus-engine/target"))
DATA = Path(__file__).resolve().parents[2].parent / "shared/data/beats"


def main() -> int:
    """1 when a part could not be measured, 2 when nothing could be; a missed goal is a finding and no fault."""
    chosen = _arguments()
    try:
        if chosen.install:
            return install(say)
        _with_numpy()
        return _measured(chosen)
    except Failed as failure:
        print(failure, file=sys.stderr)
        return 2


def say(words: str) -> None:
    """Progress, beside the figures."""
    print(f"{datetime.datetime.now():%H:%M:%S} {words}", file=sys.stderr, flush=True)


def _measured(chosen: argparse.Namespace) -> int:
    load = os.getloadavg()[0]
    names = _checked(chosen.only, PARTS, "part")
    wanted = _checked(chosen.contenders, NAMES, "contender")
    if "nexus" not in wanted and not chosen.only:
        names = ON_EXCERPTS
    if "nexus" in wanted and not chosen.nexus.exists():
        raise Failed(f"{chosen.nexus} is not there: build it with 'cargo build --release', name another with --nexus, "
                     f"or do without it: --contenders librosa,aubio")
    excerpts = read_folders(chosen.folders or [DATA]) if set(names) & set(ON_EXCERPTS) else []
    adopt_orphans()
    chosen.work.mkdir(parents=True, exist_ok=True)
    folder = chosen.work.resolve()
    heard = wanted if excerpts else [name for name in wanted if name == "nexus"]
    found, missing = contenders(heard, chosen.nexus, folder / "nexus", _first_sound(excerpts, folder), say)
    nexus = next((each for each in found if each.name == "nexus"), None)
    bench = Bench(nexus, Turns(found, excerpts, say), folder, chosen.rounds, chosen.files, say)
    heading = _heading(found, missing, load, chosen.rounds)
    try:
        findings, failed = _run_parts(names, bench, missing)
    finally:
        for each in found:
            each.close()
    print(markdown(heading, findings))
    if chosen.json:
        told = {"heading": heading, "missing": missing, "load": load,
                "parts": {name: asdict(each) for name, each in findings.items()}}
        chosen.json.write_text(json.dumps(told, indent=1))
    return int(failed)


def _run_parts(names: list[str], bench: Bench, missing: dict[str, str]) -> tuple[dict[str, Findings], bool]:
    found: dict[str, Findings] = {}
    failed = False
    for name in names:
        say(f"part '{name}'")
        try:
            if name not in ON_EXCERPTS and bench.nexus is None:
                raise Failed(f"our binary does not take part: {missing.get('nexus', 'it was left out')}")
            if not bench.turns.contenders:
                raise Failed("nobody takes part")
            found[name] = parts()[name](bench)
        except Failed as failure:
            failed = True
            found[name] = Findings()
            found[name].add(name, f"could not be measured: {failure}", False)
        for row in found[name].rows:
            say(f"  {row.goal}: {row.figure}")
    return found, failed


def _with_numpy() -> None:
    """Goes on in the interpreter that has the tools of the scores; the bare one only installs them."""
    python = python_of("scoring")
    if Path(sys.prefix).resolve() == python.parents[1].resolve():
        return
    if not python.exists():
        raise Failed("the tools of the scores (numpy, mir_eval) are not installed: run 'bench/beats --install' once")
    os.execv(python, [str(python), *sys.argv])


def _first_sound(excerpts: list, folder: Path) -> Path:
    """What everybody is warmed up with."""
    if excerpts:
        return excerpts[0].sound
    from .sounds import music

    music(folder / "first.wav", 20)
    return folder / "first.wav"


def _checked(asked: str | None, known: list[str], what: str) -> list[str]:
    names = asked.split(",") if asked else known
    if unknown := [name for name in names if name not in known]:
        raise Failed(f"no {what} is called {', '.join(unknown)}; there are {', '.join(known)}")
    return [name for name in known if name in names]


def _arguments() -> argparse.Namespace:
    about = "Scores beat trackers on annotated music, times them side by side, prints tables for docs/benchmarks.md."
    reader = argparse.ArgumentParser(prog="bench/beats", description=about)
    add = reader.add_argument
    add("folders", nargs="*", type=Path, help="NAME.ogg (wav, mp3, flac, m4a) with NAME.beats [default: "
                                             "shared/data/beats beside the project]")
    add("--install", action="store_true", help="install the scores' tools and the peers, and end; aubio comes as a "
                                               "package of the system")
    add("--nexus", type=Path, default=TARGET / "release/nexus", help="our binary [default: %(default)s]")
    add("--only", metavar="PART,...", help=f"some parts: {', '.join(PARTS)}")
    for part in ["clicks", "timeline"]:
        add(f"--{part}", nargs="?", type=Path, const=False, metavar="NEXUS",
            help=f"short for --only {part}, with our binary where it is named")
    add("--contenders", metavar="NAME,...", help=f"some contenders: {', '.join(NAMES)}")
    add("--rounds", type=int, default=3, help="repetitions of the cost; medians are printed [default: 3]")
    add("--files", action="store_true", help="a line for every excerpt too")
    add("--json", type=Path, metavar="OUT", help="every figure into a file as well")
    add("--work", type=Path, default=HOME / "work", help="sound that is made here [default: %(default)s]")
    chosen = reader.parse_args()
    for part in ["clicks", "timeline"]:
        binary = getattr(chosen, part)
        if binary is not None:
            chosen.only = f"{chosen.only},{part}" if chosen.only else part
            chosen.nexus = binary or chosen.nexus
    return chosen


def _heading(found: list, missing: dict[str, str], load: float, rounds: int) -> str:
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "unknown processor")
    ffmpeg = run(["ffmpeg", "-version"]).stdout.decode().split()[2]
    busy = " **The machine was not quiet.**" if load > 0.7 else ""
    versions = ", ".join(each.version for each in found)
    absent = "".join(f"\nMissing: {name} ({reason})." for name, reason in missing.items())
    return (f"{len(os.sched_getaffinity(0))} processors ({model}), {versions}, ffmpeg {ffmpeg}, {rounds} rounds, "
            f"load {load:.1f} at the start.{busy}{absent}")
