"""One film three ways: by one process alone, by workers beside each other, and by workers of which one is lost."""

import contextlib
import os
import pathlib
import shutil
import signal
import sqlite3
import sys
import tempfile
import time

import database
import film
import programs
import uploads
from processes import below, still_there
from product import demo, worker

STORE_KEYS = {
    "AWS_ACCESS_KEY_ID": uploads.KEYS["aws_access_key_id"],
    "AWS_SECRET_ACCESS_KEY": uploads.KEYS["aws_secret_access_key"],
}
# The worker drains for 20 seconds as it is configured; then it hands back what is left.
DRAINED_WITHIN_S = 40
PARTS = "from runs where flow = 'part'"
# From the first upload to the end of the last run, in milliseconds; what the demo needs to draw its clips is not in it.
TOOK = "select max(updated) - (select min(created) from uploads) from runs"


def tell(name, value):
    print(f"spine: {name} {value}", flush=True)


class Alone:
    """The film that one process makes in a folder: what every other one is compared with."""

    def __init__(self, nexus, folder):
        with demo(nexus, folder, {}) as made:
            self.path = made.film()
            self.arrows = made.arrows()
        self.material = folder / "material"
        with contextlib.closing(sqlite3.connect(folder / "data/nexus.db")) as data:
            self.seconds = data.execute(TOOK).fetchone()[0] / 1000
        self.pictures, self.sound = film.pictures(self.path), film.sound(self.path)
        self.publications = film.publications(folder / "outbox")
        tell("alone.film_s", round(self.seconds, 1))
        tell("alone.frames", len(self.pictures))
        check("alone.arrows", sorted(self.arrows.items()), [(arrow, "done") for arrow in range(1, 20)])
        assert self.publications and set(self.publications.values()) == {1}, self.publications


class Installation:
    """Everything that workers share."""

    def __init__(self, stack, folder):
        self.folder, self.outbox = folder, folder / "outbox"
        folder.mkdir()
        self.database = stack.enter_context(database.running())
        (folder / "s3").mkdir()
        store = f"http://127.0.0.1:{stack.enter_context(programs.store(folder / 's3', STORE_KEYS))}"
        self.queues = stack.enter_context(uploads.queues())
        self.bridge = uploads.Bridge(store, self.queues)
        stack.callback(self.bridge.stopped.set)
        self.settings = {
            "NEXUS__STORE__URL": self.database.url,
            "NEXUS__BLOBS__RAW": "s3://nexus-raw",
            "NEXUS__BLOBS__FINAL": "s3://nexus-final",
            "NEXUS__BLOBS__ENDPOINT": store,
            "NEXUS__AWS__REGION": uploads.REGION,
            "NEXUS__AWS__ACCESS_KEY": uploads.KEYS["aws_access_key_id"],
            "NEXUS__AWS__SECRET_KEY": uploads.KEYS["aws_secret_access_key"],
            "NEXUS__QUEUE__URL": self.queues.url,
            "NEXUS__OUTBOX__DIR": str(self.outbox),
        }


def check(name, have, want):
    assert have == want, f"{name}: {have}, and not {want}"
    tell(name, "ok")


def make(scenario, nexus, installation, alone, meanwhile=lambda: None):
    """The film of the workers, compared with the one that was made alone."""
    installation.bridge.start()
    asking = installation.folder / "demo"
    shutil.copytree(alone.material, asking / "material")
    with demo(nexus, asking, installation.settings, "--roles", "none") as asked:

        def watch():
            assert installation.bridge.broken is None, installation.bridge.broken
            meanwhile()

        path = asked.film(watch)
        check(f"{scenario}.arrows", asked.arrows(), alone.arrows)
    seconds = installation.database.number(TOOK) / 1000
    tell(f"{scenario}.film_s", round(seconds, 1))
    rendered = "select max(updated) - min(created) " + PARTS
    tell(f"{scenario}.parts_s", round(installation.database.number(rendered) / 1000, 1))
    differing = [pair for pair in zip(alone.pictures, film.pictures(path), strict=True) if pair[0] != pair[1]]
    check(f"{scenario}.pictures", differing, [])
    check(f"{scenario}.sound", film.sound(path), alone.sound)
    tell(f"{scenario}.same_file", path.read_bytes() == alone.path.read_bytes())
    return seconds


def invariants(scenario, installation, alone):
    """What must hold after every run, whoever made it and whoever was lost."""
    data = installation.database
    announced = data.number("select count(*) from uploads")
    check(f"{scenario}.uploads", announced > 0 and announced, len(installation.bridge.told))
    key = "input::json -> 'object' ->> 'key'"
    runs = data.rows(f"select count(*), count(distinct {key}) from runs where flow = 'ingest'")
    check(f"{scenario}.I1_one_run_per_upload", runs, [[str(announced)] * 2])
    check(f"{scenario}.I2_one_publication_per_channel", film.publications(installation.outbox), alone.publications)
    stuck = "state not in ('done', 'failed') and wake is null"
    check(f"{scenario}.I3_nothing_stuck", data.rows(f"select id, flow, state, awaits from runs where {stuck}"), [])
    check(f"{scenario}.all_done", data.rows("select id, flow, state, error from runs where state <> 'done'"), [])
    deadline = time.monotonic() + 60
    while (installation.queues.left() or not installation.queues.buried()) and time.monotonic() < deadline:
        time.sleep(0.5)
    check(f"{scenario}.queue_left", installation.queues.left(), 0)
    check(f"{scenario}.dead_letters", installation.queues.buried(), [uploads.POISON])


def quiet(scenario, workers):
    """No error hides behind a film that came out well all the same."""
    for one in workers:
        check(f"{scenario}.{one.name}.errors", one.complaints("ERROR"), [])
        warnings = [said for said in one.complaints("WARN") if "no event of S3" not in said]
        tell(f"{scenario}.{one.name}.warnings", f"{len(warnings)} {sorted(set(warnings))}")


def repeated(scenario, data, most):
    """Parts that were begun again, of all."""
    total = data.number(f"select count(*) {PARTS}")
    again = data.number(f"select coalesce(sum(epoch - 1), 0) {PARTS}")
    tell(f"{scenario}.parts", total)
    tell(f"{scenario}.parts_begun_again", again)
    assert total > 1 and again <= most, f"{again} of {total} parts were begun again, and {most} were under way"


def under_way(data, one):
    return data.number(f"select count(*) {PARTS} and state = 'running' and worker = 'nexus-{one.process.pid}'")


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
                held.append(under_way(installation.database, lost))
                lost.process.kill()
                lost.process.wait()
                time.sleep(1)
                check("killed.orphans", still_there(children), set())

        seconds = make("killed", nexus, installation, alone, kill)
        assert held, "the film was made before a part was under way at the worker that was to be killed"
        tell("killed.parts_under_way", held[0])
        invariants("killed", installation, alone)
        repeated("killed", installation.database, held[0])
        quiet("killed", (rest,))
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


SCENARIOS = {"together": together, "killed": killed, "drained": drained}
WORDS = {
    "together": "two workers, PostgreSQL, S3, SQS",
    "killed": "the same, one killed in the middle",
    "drained": "the same, one told to stop in the middle",
}


def stop(number, _frame):
    raise SystemExit(f"stopped by signal {number}")


def main(nexus, *names):
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
