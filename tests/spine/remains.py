"""What a finished demo of one process left behind, and what must hold of it whatever happened on the way."""

import hashlib
import json

import film
from journal import Journal

# Of the file of SQLite itself nothing but its content counts.
DATABASE = "nexus.db"


class Remains:
    """Rows, files and the film."""

    def __init__(self, out):
        self.out, self.journal = out, Journal(out / "data")
        self.trace, self.claims, self.gaps = self.journal.trace(out), self.journal.claims(), self.journal.gaps()
        self.objects = set(self.journal.rows("select bucket, object_key, size_bytes, etag from objects"))
        found = (path.relative_to(out) for path in out.rglob("*"))
        self.files = {path for path in found if not path.name.startswith(DATABASE)}
        self.publications = film.publications(out / "outbox")
        [self.film] = out.glob("film*.mp4")
        report = json.loads((out / "run.json").read_text())
        self.arrows = {row["arrow"]: row["status"] for row in report["arrows"]}
        self.counts = {words: self.journal.rows(sql) for words, sql in NOTHING.items()}
        self.integrity = self.journal.rows("pragma integrity_check")
        self.journal.close()

    def torn(self):
        """Objects whose file is not what its row says."""
        for bucket, key, size, etag in self.objects:
            content = (self.out / "data/blobs" / bucket / key).read_bytes()
            if (len(content), hashlib.md5(content).hexdigest()) != (size, etag):
                yield key

    def unplayable(self):
        """Films and clips that do not decode from their first frame to their last."""
        for bucket, key, _, _ in self.objects:
            if not key.endswith(".wav") and (said := film.faults(self.out / "data/blobs" / bucket / key)):
                yield f"{key}: {said}"


# What must find nothing, in words.
NOTHING = {
    "I1 arrivals that started no run": "select object_key from object_events where acked is null",
    "I1 reviews without a run": "select id from reviews where run not in (select id from runs)",
    "I2 effects whose outcome nobody knows": "select run, step, item from intents except select run, step, item from steps",
    "I3 runs that did not end well": "select id, flow, state, wake, awaits, error from runs where state <> 'done'",
    "steps told of more than once, or never": """select run, step, item, count(*) from (
        select run, step, item from steps union all
        select run, data ->> 'step', data ->> 'item' from events where kind = 'step')
        group by run, step, item having count(*) <> 2""",
}


def wrong(have, want, begun_again):
    """Sentences of what differs from the undisturbed run, whose runs were taken up as often, and `begun_again` more."""
    yield from (f"{words}: {rows}" for words, rows in have.counts.items() if rows)
    if have.integrity != [("ok",)]:
        yield f"the database: {have.integrity}"
    if have.arrows != want.arrows:
        yield f"arrows: {have.arrows}"
    if have.trace.keys() != want.trace.keys():
        yield f"I1 runs: {have.trace.keys() ^ want.trace.keys()}"
    for run in have.trace.keys() & want.trace.keys():
        differing = [pair for pair in zip(have.trace[run], want.trace[run]) if pair[0] != pair[1]]
        if differing or len(have.trace[run]) != len(want.trace[run]):
            yield f"trace of {run}: {len(have.trace[run])} of {len(want.trace[run])} steps, first {differing[:1]}"
    if have.claims != want.claims + begun_again:
        yield f"claims: {have.claims}, and not {want.claims} with {begun_again} more"
    if have.publications != want.publications:
        yield f"I2 publications: {have.publications}"
    if have.objects != want.objects:
        yield f"I5 objects: {have.objects ^ want.objects}"
    yield from (f"I5 torn: {key}" for key in have.torn())
    if have.files != want.files:
        left, missing = sorted(map(str, have.files - want.files)), sorted(map(str, want.files - have.files))
        yield f"I6 files left over: {left}, missing: {missing}"
    if have.film.read_bytes() != want.film.read_bytes():
        if film.pictures(have.film) != film.pictures(want.film) or film.sound(have.film) != film.sound(want.film):
            yield "I8 the film differs"
