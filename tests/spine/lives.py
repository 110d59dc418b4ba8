"""Lives of the process that makes the demo's film: killed at a point of its journal, begun anew on the same folder."""

import collections
import dataclasses
import signal
import time
from collections.abc import Callable

from journal import Journal
from processes import adopted
from product import LOGS, PATIENCE_S, complaints, demo

LOOK_S = 0.002
# Pixels and effort count for nothing here.
QUICK = {**LOGS, "NEXUS__RENDER__PRESET": "ultrafast"}
OPEN = "select flow, state, awaits, datetime(wake / 1000, 'unixepoch') from runs where state not in ('done', 'failed')"
STUCK = "select id, state from runs where state not in ('done', 'failed') and wake is null and awaits is null"


@dataclasses.dataclass(frozen=True)
class Point:
    """A moment of a life: so many seconds after what the journal says, now and at the start, calls for it."""

    words: str
    is_due: Callable
    later_s: float = 0


class Wait:
    """For a point: it is over when its seconds have passed, or when the journal goes on before, on a quick machine."""

    def __init__(self, point):
        self.point, self.since = point, None

    def is_over(self, now, before, passed_s):
        if self.since is None and self.point.is_due(now, before):
            self.since = now.entries, passed_s
        return self.since is not None and (passed_s >= self.since[1] + self.point.later_s or now.entries > self.since[0])


def after(entry, later_s=0):
    """Once the journal has so many entries."""
    words = f"entry {entry}" + (f" and {later_s:.2f} s" if later_s else "")
    return Point(words, lambda now, _: now.entries >= entry, later_s)


def starting(later_s):
    return Point(f"{later_s} s after its start", lambda *_: True, later_s)


def going_on(later_s=0):
    """Once a run was taken up again."""
    words = "taken up again" + (f" and {later_s:.2f} s" if later_s else "")
    return Point(words, lambda now, before: now != before, later_s)


class Line:
    """A demo in its folder, and what was seen of its lives."""

    def __init__(self, nexus, out, material, settings=None):
        self.out, self.journal = out, Journal(out / "data")
        self.start = (nexus, out, {**QUICK, **(settings or {})}, "--aspect", "1:1", *material)
        self.lives, self.kills, self.faults, self.warnings = 0, 0, [], []
        # Runs whose step a kill broke off; seconds from a new start to the first claim and to the first new entry.
        self.begun_again, self.taken_up_s, self.told_s = collections.Counter(), [], []

    def live(self, kill=None, meanwhile=lambda now, before, passed_s: None, limit_s=PATIENCE_S):
        """Until it is killed at a point, or to its end; seconds."""
        self.lives += 1
        before, first, wait = self.journal.state(), {}, Wait(kill) if kill else None
        log = self.out.with_name(f"{self.out.name}-{self.lives}.log")
        with demo(*self.start, log=log) as made:
            while made.process.poll() is None:
                now, passed_s = self.journal.state(), time.monotonic() - made.began
                assert passed_s < limit_s, f"no film after {passed_s:.0f} s: {self.journal.rows(OPEN)}"
                meanwhile(now, before, passed_s)
                if now != before:
                    first.setdefault("claim", passed_s)
                if now.entries > before.entries:
                    first.setdefault("entry", passed_s)
                if wait and wait.is_over(now, before, passed_s):
                    made.process.kill()
                    made.process.wait()
                    break
                time.sleep(LOOK_S)
            seconds = time.monotonic() - made.began
            if made.process.returncode == -signal.SIGKILL:
                self.kills += 1
            else:
                made.film()
        if self.lives > 1:
            self.taken_up_s += [first["claim"]] if "claim" in first else []
            self.told_s += [first["entry"]] if "entry" in first else []
        self.look_back(log)
        return seconds

    def look_back(self, log):
        """After a life."""
        self.faults += [f"I6 left running: {words}" for words in adopted()]
        # What was committed last may not have reached the memory that readers share; who opens anew reads the log itself.
        self.journal.close()
        self.begun_again += self.journal.held()
        self.faults += [f"I3 stuck: {row}" for row in self.journal.rows(STUCK)]
        self.journal.close()
        self.faults += [f"logged as an error: {words}" for words in complaints(log, "ERROR")]
        self.warnings += complaints(log, "WARN")
