"""How much sooner two workers have rendered a film than one, each on a core of its own as if it were a machine. What they
share (database, store, queue, and who asks) is on no core in particular and takes its part of both. Two cores of one machine
are slower together than one alone, so one worker is also measured beside a neighbour that keeps the other core busy and
gives way to everybody. Films during which strangers used the machine are measured again. Prints the table of
docs/benchmarks.md.
"""

import contextlib
import os
import pathlib
import shutil
import statistics
import sys
import tempfile
import time

import database
from checks import TOOK, Installation
from machine import busy_s, gain, neighbour, process_s, tree_s
from product import demo, worker

ROUNDS, RESOLUTION, HANDS, GOAL = 3, "1080", 2, 1.8
# Of the processor seconds that there are, how many strangers may take, and how often a film is tried for that.
STRANGERS, TRIES = 0.1, 8
STEP = "select started, started + ms from steps where step = '{}'"
PARTS = "select run, started, started + ms from steps where step = 'render-part'"
KINDS = {"one worker": 1, "one beside a busy core": 1, "two workers": 2}
ROWS = {
    "rendering": "from the first part begun to the film joined, s",
    "parts": "- from the first part begun to the last one done, s",
    "alone": "- of that one worker has nothing left to do, s",
    "idle": "- of that a hand has nothing to do, on average, s",
    "between": "- from the last part done to the join begun, s",
    "joining": "- the join, s",
    "whole": "from the first upload to the last run's end, s",
    "workers": "processor seconds of the workers, from their start to the end",
    "shared": "processor seconds of what they share",
    "strangers": "share of the machine that strangers took, %",
}


def measured(nexus, folder, material, cores, kind):
    """One film of a fresh installation."""
    with contextlib.ExitStack() as stack:
        installation = Installation(stack, folder)
        beside = stack.enter_context(neighbour(cores[1])) if kind == "one beside a busy core" else None
        own, busy, began = tree_s(), busy_s(), time.monotonic()
        workers = [
            stack.enter_context(worker(nexus, f"core-{core}", "ingest,render,publish", folder, installation.settings, core))
            for core in cores[: KINDS[kind]]
        ]
        installation.bridge.start()
        shutil.copytree(material, folder / "demo/material")
        asking = demo(nexus, folder / "demo", installation.settings, "--roles", "none", resolution=RESOLUTION)
        with asking as asked:
            asked.film()
            own, busy = tree_s() - own, busy_s() - busy
        used = sum(process_s(each.process.pid) for each in workers)
        unused = process_s(beside.pid) if beside else 0
        share = (busy - own) / (time.monotonic() - began) / len(cores)
        found = {"workers": used, "shared": own - used - unused, "strangers": 100 * share}
        return times(installation.database, workers) | found


def times(data, workers):
    """Where the seconds went, from the journal."""
    ended = {run: each.name for each in workers for run in each.done("part")}
    parts = [(ended[run], int(began) / 1000, int(end) / 1000) for run, began, end in data.rows(PARTS)]
    first, last = min(began for _, began, _ in parts), max(end for _, _, end in parts)
    lasts = [max((end for name, _, end in parts if name == each.name), default=first) for each in workers]
    worked = sum(end - began for _, began, end in parts)
    [[join, joined]] = [[int(moment) / 1000 for moment in row] for row in data.rows(STEP.format("15-render"))]
    return {
        "count": len(parts),
        "rendering": joined - first,
        "parts": last - first,
        "alone": last - min(lasts),
        "idle": last - first - worked / (HANDS * len(workers)),
        "between": join - last,
        "joining": joined - join,
        "whole": data.number(TOOK) / 1000,
    }


def quiet(*arguments):
    """A film that strangers left alone, or the one that they disturbed least."""
    films = []
    nexus, folder, *others = arguments
    for number in range(TRIES):
        films.append(measured(nexus, folder / f"{len(list(folder.iterdir()))}", *others))
        print(others[-1], films[-1], file=sys.stderr)
        if films[-1]["strangers"] < 100 * STRANGERS:
            break
    return min(films, key=lambda film: film["strangers"])


def table(found, gains, load):
    middle = {kind: {row: statistics.median(film[row] for film in films) for row in films[0]} for kind, films in found.items()}
    one, beside, two = middle.values()
    print(f"{two['count']:.0f} parts of a film at {RESOLUTION}, {len(gains)} rounds, load {load:.1f} at the start.\n")
    print("| | " + " | ".join(KINDS) + " |\n|---|---|---|---|")
    for row, words in ROWS.items():
        print(f"| {words} | " + " | ".join(f"{column[row]:.1f}" for column in middle.values()) + " |")
    for words, column in (("one worker", one), ("one beside a busy core", beside)):
        ratio = column["rendering"] / two["rendering"]
        verdict = "met" if ratio >= GOAL else "**missed**"
        print(f"| two workers at least {GOAL} x as fast as {words} | | | {ratio:.2f} ({verdict}) |")
    print(f"| two encoders of ffmpeg alone against one | | | {statistics.median(gains):.2f} |")


def main(nexus, *arguments):
    if not database.installed():
        return print("not measured: PostgreSQL is missing; tools/setup.sh installs it")
    rounds, load = int(arguments[0]) if arguments else ROUNDS, os.getloadavg()[0]
    cores = sorted(os.sched_getaffinity(0))[:2]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="nexus-workers-"))
    material = pathlib.Path(arguments[1]) if len(arguments) > 1 else folder / "alone/material"
    if not material.exists():
        with demo(nexus, folder / "alone", {}) as made:
            made.film()
    found, gains = {kind: [] for kind in KINDS}, []
    for _ in range(rounds):
        gains.append(gain(cores))
        for kind, films in found.items():
            films.append(quiet(nexus, folder, material, cores, kind))
    table(found, gains, load)
    shutil.rmtree(folder)


main(*sys.argv[1:])
