"""One film, made by one process alone, by two workers, and by two of which one is lost or told to stop."""

import contextlib
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

import database
import local_lambda
from checks import Alone, Installation, check, invariants, make, quiet, repeated, tell, under_way
from functions import Mapping
from processes import below, still_there
from product import worker

# The worker drains for 20 seconds as it is configured; then it hands back what is left.
DRAINED_WITHIN_S = 40


def together(nexus, folder, alone):
    """Two workers make the film; then both are told to stop."""
    with contextlib.ExitStack() as stack:
        installation = Installation(stack, folder)
        one = stack.enter_context(worker(nexus, "one", "ingest,render", folder, installation.settings))
        two = stack.enter_context(worker(nexus, "two", "render,publish", folder, installation.settings))
        seconds = make("together", nexus, installation, alone)
        invariants("together", installation, alone)
        repeated("together", installation.database, 0)
        for each in (one, two):
            tell(f"together.{each.name}.parts_done", len(each.done("part")))
            assert each.done("part"), f"{each.name} rendered nothing"
        for each in (one, two):
            drained = each.drain()
            tell(f"together.{each.name}.drain_s", round(drained, 1))
            assert drained < DRAINED_WITHIN_S
        quiet("together", (one, two))
    return seconds


def killed(nexus, folder, alone):
    """One of two workers is lost in the middle of rendering; the other goes on after its lease."""
    with contextlib.ExitStack() as stack:
        installation = Installation(stack, folder)
        rest = stack.enter_context(worker(nexus, "rest", "ingest,render,publish", folder, installation.settings))
        lost = stack.enter_context(worker(nexus, "lost", "render,publish", folder, installation.settings))
        held = []

        def kill():
            if not held and lost.done("part") and under_way(installation.database, lost):
                children = below(lost.process.pid)
                lost.process.kill()
                lost.process.wait()
                # Its leases have not run out yet, so its rows still say who holds them.
                held.append(under_way(installation.database, lost))
                time.sleep(1)
                check("killed.orphans", still_there(children), set())

        seconds = make("killed", nexus, installation, alone, kill)
        assert held, "the film was made before a part was under way at the worker that was to be killed"
        tell("killed.parts_under_way", held[0])
        invariants("killed", installation, alone)
        repeated("killed", installation.database, held[0])
        quiet("killed", (rest, lost))
    return seconds


def drained(nexus, folder, alone):
    """One of two workers is told to stop in the middle of rendering: what it has begun it ends or hands back."""
    with contextlib.ExitStack() as stack:
        installation = Installation(stack, folder)
        rest = stack.enter_context(worker(nexus, "rest", "ingest,render,publish", folder, installation.settings))
        told = stack.enter_context(worker(nexus, "told", "render,publish", folder, installation.settings))
        held = []

        def drain():
            if not held and told.done("part") and under_way(installation.database, told):
                held.append(under_way(installation.database, told))
                tell("drained.drain_s", round(told.drain(), 1))
                check("drained.left_running", under_way(installation.database, told), 0)

        seconds = make("drained", nexus, installation, alone, drain)
        assert held, "the film was made before a part was under way at the worker that was to stop"
        tell("drained.parts_under_way", held[0])
        invariants("drained", installation, alone)
        repeated("drained", installation.database, held[0])
        quiet("drained", (rest, told))
    return seconds


def functions(nexus, folder, alone):
    """Two functions of Lambda look at the uploads and hear the music; workers do the rest."""
    with contextlib.ExitStack() as stack:
        installation = Installation(stack, folder)
        (folder / "lambda").mkdir()
        runtime = stack.enter_context(local_lambda.runtime(folder / "lambda"))
        # Whoever knows the queue takes messages from it.
        del installation.settings["NEXUS__QUEUE__URL"]
        settings = installation.settings
        look = stack.enter_context(local_lambda.function("vision", runtime, settings, folder / "lambda"))
        stack.enter_context(local_lambda.function("beats", runtime, settings, folder / "lambda"))
        mapping = Mapping(installation.queues, look)
        stack.callback(mapping.stopped.set)
        asking = {
            "NEXUS__ADAPTERS__BEATS": "lambda",
            "NEXUS__LAMBDA__BEATS": "beats",
            "NEXUS__LAMBDA__ENDPOINT": f"http://127.0.0.1:{runtime}",
        }
        one = stack.enter_context(worker(nexus, "one", "render,publish", folder, settings | asking))
        two = stack.enter_context(worker(nexus, "two", "render,publish", folder, settings | asking))
        mapping.start()

        def watch():
            assert mapping.broken is None, mapping.broken

        seconds = make("functions", nexus, installation, alone, watch)
        invariants("functions", installation, alone)
        repeated("functions", installation.database, 0)
        tell("functions.batches", mapping.asked)
        heard = installation.database.rows("select distinct adapter from steps where step like '13-%'")
        check("functions.heard_by", heard, [["lambda"]])
        quiet("functions", (one, two))
    return seconds


SCENARIOS = {"together": together, "killed": killed, "drained": drained, "functions": functions}
WORDS = {
    "together": "two workers, PostgreSQL, S3, SQS",
    "killed": "the same, one killed in the middle",
    "drained": "the same, one told to stop in the middle",
    "functions": "two workers, and two functions of Lambda",
}


def stop(number, _frame):
    raise SystemExit(f"stopped by signal {number}")


def main(nexus, *names):
    if not database.installed():
        words = "a distributed installation, because PostgreSQL is missing; tools/setup.sh installs it"
        if os.environ.get("CI"):
            sys.exit(f"not tested: {words}")
        return print(f"skipped: {words}")
    signal.signal(signal.SIGTERM, stop)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="nexus-spine-"))
    try:
        alone = Alone(nexus, folder / "alone")
        seconds = {name: SCENARIOS[name](nexus, folder / name, alone) for name in names or SCENARIOS}
        title = f"the demo's film on {os.cpu_count()} cores of one machine"
        rows = {"one process alone": alone.seconds} | {WORDS[name]: took for name, took in seconds.items()}
        print(f"\n{title:58} seconds")
        for words, took in rows.items():
            print(f"{words:58} {took:7.1f}")
    except BaseException:
        print(f"logs are kept in {folder}", file=sys.stderr)
        raise
    shutil.rmtree(folder)


main(*sys.argv[1:])
