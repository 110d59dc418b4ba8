"""The journal of one process in its SQLite file, read beside it: how far it is, and what was recorded."""

import collections
import contextlib
import re
import sqlite3

State = collections.namedtuple("State", "entries claims")
# What differs between two runs that are the same: moments, the folder's own secret, and ids of requests.
MOMENTS = re.compile(r'\b1\d{12}\b|\d{4}-\d\d-\d\dT[\d:.]+Z|"x-amz-[^,}]*|"sequencer":"\w*"|(?<=\.)[\w-]{43}(?=")')


class Journal:
    """Reads and never writes. It is closed before another process begins, which must find the file as it was left."""

    def __init__(self, data):
        self.file, self.connection = data / "nexus.db", None

    def rows(self, sql):
        """Nothing before the tables are there: until the log is, somebody may be changing how the file is written."""
        if not self.file.with_name("nexus.db-wal").exists():
            return []
        try:
            if self.connection is None:
                self.connection = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)
            return self.connection.execute(sql).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error) or "locked" in str(error):
                return []
            raise

    def close(self):
        with contextlib.suppress(AttributeError):
            self.connection.close()
        self.connection = None

    def state(self):
        """How many entries there are, and how often a run was taken up."""
        sql = "select (select coalesce(max(seq), 0) from events), (select coalesce(sum(epoch), 0) from runs)"
        return State(*(self.rows(sql) or [(0, 0)])[0])

    def held(self):
        """Runs that somebody works on."""
        return collections.Counter(run for (run,) in self.rows("select id from runs where state = 'running'"))

    def claims(self):
        """How often each run was taken up."""
        return collections.Counter(dict(self.rows("select id, epoch from runs")))

    def trace(self, out):
        """Every step of every run, in order, and what came of it. Clips are looked at side by side, so their order counts
        in their own run alone."""
        sql = "select run, step, item, status, adapter, output from steps order by seq"
        trace = {}
        for run, *place, output in self.rows(sql):
            trace.setdefault(run, []).append((*place, MOMENTS.sub("", output.replace(str(out), "."))))
        return trace

    def gaps(self):
        """Seconds from each entry of the journal to the next."""
        moments = [at / 1000 for (at,) in self.rows("select at from events order by seq")]
        return [later - earlier for earlier, later in zip(moments, moments[1:])]
