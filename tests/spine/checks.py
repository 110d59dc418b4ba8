"""The film that one process makes alone, and what must hold of every other one and of the rows behind it."""

import contextlib
import shutil
import sqlite3
import time

import database
import film
import programs
import uploads
from product import demo

STORE_KEYS = {
    "AWS_ACCESS_KEY_ID": uploads.KEYS["aws_access_key_id"],
    "AWS_SECRET_ACCESS_KEY": uploads.KEYS["aws_secret_access_key"],
}
PARTS = "from runs where flow = 'part'"
# From the first upload to the end of the last run, in milliseconds; what the demo needs to draw its clips is not in it.
TOOK = "select max(updated) - (select min(created) from uploads) from runs"


def tell(name, value):
    print(f"spine: {name} {value}", flush=True)


def check(name, have, want):
    assert have == want, f"{name}: {have}, and not {want}"
    tell(name, "ok")


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
    return data.number(f"select count(*) {PARTS} and state = 'running' and worker like '%-{one.process.pid}'")
