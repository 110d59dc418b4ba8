"""Row 12 of the fault matrix with programs as they were released: an older one begins films, waits for their owner or is
killed in the middle, and this one finishes them on the same data.

    upgrade.py NEXUS OLD
"""

import contextlib
import json
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import film
import small
from lives import Line, after
from processes import adopt, base_environment
from product import LOGS, PATIENCE_S, complaints
from programs import ask, free_port, program
from remains import NOTHING

# Parts of the old program's journal at which it is killed: while it looks, writes, renders, and before it posts.
SHARES = (0.1, 0.3, 0.5, 0.7, 0.85, 0.95)
# Of steps, what a newer program must leave as it is.
STEPS = "select run, step, item, status, output from steps order by seq"


class Server:
    """A running `nexus up`."""

    def __init__(self, port, process):
        self.port, self.process = port, process

    def get(self, path):
        status, body, _ = ask(self.port, "GET", path)
        assert status == 200, (path, status, body)
        return json.loads(body)

    def finish(self):
        """Says yes to every question until every film has ended; the films' runs."""
        deadline, answered = time.monotonic() + PATIENCE_S, set()
        while time.monotonic() < deadline:
            runs = self.get("/v1/runs")
            for run in runs:
                question = run["id"], run["awaits"] or ""
                if run["state"] == "waiting" and "approval/" in question[1] and question not in answered:
                    answered.add(question)
                    if not run["awaits"].endswith("/undo"):
                        self.approve(run["id"])
            if runs and all(run["state"] in ("done", "failed", "cancelled") for run in runs):
                return [run for run in runs if run["flow"] == "reel"]
            time.sleep(0.1)
        raise AssertionError(f"no end: {[(run['flow'], run['state'], run['awaits']) for run in runs]}")

    def approve(self, run):
        asked = [step for step in self.get(f"/v1/runs/{run}")["steps"] if step["step"].endswith("16-notify")]
        form = {"content_type": "application/x-www-form-urlencoded"}
        status, body, _ = ask(self.port, "POST", asked[-1]["output"]["link_path"], "verdict=approve", **form)
        assert status == 303, (status, body)


@contextlib.contextmanager
def up(nexus, out):
    """Serves the data of a demo that another program made."""
    port, log = free_port(), out.with_name(f"{out.name}-up.log")
    environment = {
        **base_environment(),
        **LOGS,
        "NEXUS__SERVER__STORAGE_LISTEN": f"127.0.0.1:{free_port()}",
        "NEXUS__OUTBOX__DIR": str(out / "outbox"),
    }
    command = [nexus, "up", "--data", out / "data", "--listen", f"127.0.0.1:{port}"]
    with program(command, port, "/readyz", environment, log) as started:
        yield Server(port, started)
        started.send_signal(signal.SIGTERM)
        assert started.wait(60) == 0, log.read_text()[-2000:]
    assert not complaints(log, "ERROR"), complaints(log, "ERROR")


class Old:
    """The older program, and what a film of its own is like."""

    def __init__(self, old, nexus, folder):
        self.old, self.nexus, self.folder, self.finished = old, nexus, folder, 0
        self.material = small.material(folder / "material")
        line = self.line("undisturbed")
        line.live()
        self.entries = line.journal.state().entries
        line.journal.close()
        self.channels = film.publications(line.out / "outbox")
        assert self.entries and self.channels, (self.entries, self.channels)

    def line(self, name):
        line = Line(self.old, self.folder / name, self.material)
        # It knows fewer settings.
        line.start = (self.old, line.out, {}, "--aspect", "1:1", *self.material)
        return line

    def parked(self, name):
        """A film that waits for its owner."""
        line = self.line(name)
        command = [self.old, "demo", "--out", line.out, "--resolution", "720", "--aspect", "1:1", *self.material]
        subprocess.run(command, check=True, env=base_environment(), capture_output=True)
        return line

    def killed(self, name, share):
        line = self.line(name)
        line.live(after(max(1, round(self.entries * share))))
        return line

    def finish(self, line):
        """What is wrong after this program has finished it."""
        before = rows(line, STEPS)
        begun = rows(line, "select id from runs where flow = 'reel'")
        with up(self.nexus, line.out) as server:
            reels = server.finish()
        self.finished += len(reels)
        yield from line.faults
        if sorted(run["id"] for run in reels) != sorted(run for (run,) in begun):
            yield f"films begun: {begun}, finished: {reels}"
        now = {row[:3]: row[3:] for row in rows(line, STEPS)}
        lost = [row[:3] for row in before if now.get(row[:3]) != row[3:]]
        if lost:
            yield f"steps of before that were changed: {lost}"
        yield from (f"{words}: {found}" for words, sql in NOTHING.items() if (found := rows(line, sql)))
        if rows(line, "pragma integrity_check") != [("ok",)]:
            yield "the database is torn"
        posted = film.publications(line.out / "outbox")
        if reels and posted != self.channels:
            yield f"posted {posted}, and not {self.channels}"
        for path in (line.out / "data/blobs/final").rglob("*.mp4"):
            yield from (f"{path.name}: {said}" for said in [film.faults(path)] if said)
        print(f"{line.out.name}: {len(before)} steps of before, {len(now)} now, {len(reels)} films", file=sys.stderr)


def rows(line, sql):
    """What a database says that nobody has open."""
    with contextlib.closing(sqlite3.connect(line.out / "data/nexus.db")) as data:
        return data.execute(sql).fetchall()


def main(nexus, old):
    adopt()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="nexus-upgrade-"))
    before = Old(old, nexus, folder)
    lines = [before.parked("parked"), *(before.killed(f"killed-{share}", share) for share in SHARES)]
    bad = 0
    for line in lines:
        faults = list(before.finish(line))
        bad += bool(faults)
        print(line.out.name, *faults or ["right"], sep="\n  ", file=sys.stderr)
    figures = f"{len(lines)} left in the middle, {before.finished} films finished (others had their clips looked at), wrong {bad}"
    print(f"| 12 | SQLite | what an older program began, parked or killed in the middle | {figures} |")
    assert before.finished >= len(lines) // 2, "too few had a film by then"
    if bad:
        sys.exit(f"{bad} films went wrong; what they left is kept in {folder}")
    shutil.rmtree(folder)


main(*sys.argv[1:])
