"""How much sooner two workers have rendered a film than one, each on a core of its own as if it were a machine. What they
share (database, store, queue, and who asks) is on no core in particular and takes its part of both. Prints the table of
docs/benchmarks.md.
"""

import contextlib
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import database
from checks import TOOK, Installation
from product import demo, worker

ROUNDS, RESOLUTION, HANDS, GOAL = 3, "1080", 2, 1.8
STEP = "select started, started + ms from steps where step = '{}'"
PARTS = "select run, started, started + ms from steps where step = 'render-part'"
ROWS = {
    "rendering": "from the first part begun to the film joined, s",
    "parts": "- from the first part begun to the last one done, s",
    "tail": "- of that one worker has nothing left to do, s",
    "pause": "- of that a hand has nothing to do on average, s",
    "between": "- from the last part done to the join begun, s",
    "joining": "- the join, s",
    "whole": "from the first upload to the last run's end, s",
    "workers_cpu": "processor seconds of the workers, from start to end",
    "other_cpu": "processor seconds of everything else meanwhile",
    "stolen": "processor seconds that the machine beneath took",
}


def measured(nexus, folder, material, cores):
    """One film of a fresh installation with one worker on each of these cores."""
    with contextlib.ExitStack() as stack:
        installation = Installation(stack, folder)
        begin = machine_s()
        workers = [
            stack.enter_context(worker(nexus, f"core-{core}", "ingest,render,publish", folder, installation.settings, core))
            for core in cores
        ]
        installation.bridge.start()
        shutil.copytree(material, folder / "demo/material")
        asking = demo(nexus, folder / "demo", installation.settings, "--roles", "none", resolution=RESOLUTION)
        with asking as asked:
            asked.film()
        found = times(installation.database, workers)
        busy, stolen = (now - then for now, then in zip(machine_s(), begin))
        used = sum(process_s(each.process.pid) for each in workers)
        return found | {"workers_cpu": used, "other_cpu": busy - used, "stolen": stolen}


def times(data, workers):
    """Where the seconds went, from the journal."""
    ended = {run: each.name for each in workers for run in each.done("part")}
    parts = [(ended[run], int(began) / 1000, int(end) / 1000) for run, began, end in data.rows(PARTS)]
    first, last = min(began for _, began, _ in parts), max(end for _, _, end in parts)
    lasts = [max((end for name, _, end in parts if name == each.name), default=first) for each in workers]
    worked = sum(end - began for _, began, end in parts)
    [[join, joined]] = [[int(moment) / 1000 for moment in row] for row in data.rows(STEP.format("15-render"))]
    return {
        "rendering": joined - first,
        "parts": last - first,
        "tail": last - min(lasts),
        "pause": last - first - worked / (HANDS * len(workers)),
        "between": join - last,
        "joining": joined - join,
        "whole": data.number(TOOK) / 1000,
        "count": len(parts),
    }


def process_s(pid):
    """Processor seconds of a process and of its children that have ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def machine_s():
    """Seconds in which a processor was busy, and those that it was not given."""
    user, nice, system, _, _, irq, softirq, steal, *_ = map(int, open("/proc/stat").readline().split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK"), steal / os.sysconf("SC_CLK_TCK")


def ceiling(cores):
    """How much more two encoders do than one, each with one thread on a core: no worker can gain more."""
    encode = "ffmpeg -v error -f lavfi -i testsrc2=size=1080x1920:rate=30:duration=10 -c:v libx264 -preset veryfast"
    commands = [["taskset", "--cpu-list", str(core), *encode.split(), "-threads", "1", "-f", "null", "-"] for core in cores]
    seconds = []
    for together in (commands[:1], commands):
        began = time.monotonic()
        for started in [subprocess.Popen(command, stdin=subprocess.DEVNULL) for command in together]:
            assert started.wait() == 0
        seconds.append(time.monotonic() - began)
    return 2 * seconds[0] / seconds[1]


def main(nexus, *arguments):
    if not database.installed():
        return print("not measured: PostgreSQL is missing; tools/setup.sh installs it")
    rounds = int(arguments[0]) if arguments else ROUNDS
    cores = sorted(os.sched_getaffinity(0))[:2]
    load = os.getloadavg()[0]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="nexus-workers-"))
    material = pathlib.Path(arguments[1]) if len(arguments) > 1 else folder / "alone/material"
    if not material.exists():
        with demo(nexus, folder / "alone", {}) as made:
            made.film()
    found, most = {1: [], 2: []}, []
    for number in range(rounds):
        most.append(ceiling(cores))
        for count in (1, 2):
            found[count].append(measured(nexus, folder / f"{number}-{count}", material, cores[:count]))
            print(f"round {number + 1}, {count} workers: {found[count][-1]}", file=sys.stderr)
    table(found, most, load)
    shutil.rmtree(folder)


def table(found, most, load):
    middle = {count: {row: statistics.median(film[row] for film in films) for row in films[0]} for count, films in found.items()}
    print(f"{middle[1]['count']:.0f} parts of a film at {RESOLUTION}, {len(most)} rounds, load {load:.1f} at the start.\n")
    print("| | one worker | two workers | ratio |\n|---|---|---|---|")
    for row, words in ROWS.items():
        one, two = middle[1][row], middle[2][row]
        print(f"| {words} | {one:.1f} | {two:.1f} | {f'{one / two:.2f}' if two > 0.05 else ''} |")
    ratio = middle[1]["rendering"] / middle[2]["rendering"]
    verdict = "met" if ratio >= GOAL else "**missed**"
    print(f"| two encoders of one thread against one, without any of ours | | | {statistics.median(most):.2f} |")
    print(f"| rendering with two workers at least {GOAL} x as fast | | | {ratio:.2f} ({verdict}) |")


main(*sys.argv[1:])
