"""Row 7 of the fault matrix: somebody sets the clock by two days while one process makes the demo's film, or while it is
down between a kill and its next start. libfaketime sets the wall clock of that process alone; the time since boot goes on,
as it does on a machine whose clock is set. Prints rows of the table in docs/engine.md.
"""

import collections
import glob
import os
import pathlib
import shutil
import sys
import tempfile

import small
from lives import Line, Wait, after
from processes import adopt
from remains import Remains, wrong

LIBRARY = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
AHEAD, BACK, RIGHT = "+2d", "-2d", "+0d"
LEASE_S = 10
SET = "the clock of this machine was set; times go on as before until a new start"
BEHIND = "the clock of this machine was set back since the last start; times go on from what is written down"


class Clock:
    """The wall clock of the processes that are started with these settings."""

    def __init__(self, file):
        self.file = file
        self.settings = {
            "LD_PRELOAD": LIBRARY,
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        self.set(RIGHT)

    def set(self, offset):
        fresh = self.file.with_suffix(".new")
        fresh.write_text(offset + "\n")
        # It may be read at any moment.
        fresh.replace(self.file)


class Jumps:
    """Sets a clock at each point in turn."""

    def __init__(self, clock, jumps):
        self.clock, self.waiting = clock, [(Wait(point), offset) for point, offset in jumps]

    def __call__(self, now, before, passed_s):
        if self.waiting and self.waiting[0][0].is_over(now, before, passed_s):
            self.clock.set(self.waiting.pop(0)[1])


class Days:
    """The undisturbed film, and those that are made while the clock is set."""

    def __init__(self, nexus, folder):
        self.nexus, self.folder, self.bad = nexus, folder, 0
        self.material = small.material(folder / "material")
        line, _ = self.line("undisturbed")
        self.alone_s = line.live()
        self.want = Remains(line.out)
        faults = [*line.faults, *line.warnings, *wrong(self.want, self.want, collections.Counter())]
        assert not faults, faults
        gaps = self.want.gaps
        longest = max(range(len(gaps)), key=gaps.__getitem__)
        # The demo's second in which an approval may be undone is the last long pause.
        undo = max(number for number, gap in enumerate(gaps) if gap > 0.9)
        self.looking, self.rendering = after(3 * len(small.CLIPS), 0.1), after(longest + 1, gaps[longest] / 2)
        self.undoing = after(undo + 1, 0.2)

    def line(self, words):
        out = self.folder / words.replace(" ", "-")
        clock = Clock(self.folder / f"{out.name}.clock")
        return Line(self.nexus, out, self.material, clock.settings), clock

    def film(self, words, *jumps, down=None):
        """A film during which the clock is set at points, or while the process is down after it was killed at one."""
        line, clock = self.line(words)
        seconds, limit_s = 0, 1.5 * self.alone_s + LEASE_S
        set_back = bool(down) and down[1] == BACK
        try:
            if down:
                kill, offset = down
                seconds += line.live(kill)
                clock.set(offset)
            seconds += line.live(meanwhile=Jumps(clock, jumps), limit_s=limit_s)
            have = Remains(line.out)
            line.faults += wrong(have, self.want, line.begun_again)
            odd = [gap for gap in have.gaps if not -1 < gap < seconds]
            line.faults += [f"times of the journal: {odd}"] if len(odd) != (bool(down) and not set_back) else []
        except (AssertionError, ValueError) as error:
            line.faults.append(str(error))
        expected = [SET] * len(jumps) + [BEHIND] * set_back
        if line.warnings != expected:
            line.faults.append(f"warned {line.warnings}, and not {expected}")
        self.bad += bool(line.faults)
        if line.faults:
            print(words, *line.faults, sep="\n  ", file=sys.stderr)
        figures = f"{seconds:.1f} s (undisturbed {self.alone_s:.1f} s), wrong {int(bool(line.faults))}"
        print(f"| 7 | SQLite | the demo's film, the clock set {words} | {figures} |", flush=True)


def main(nexus):
    if not LIBRARY:
        words = "films while the clock is set, because libfaketime is missing; tools/setup.sh installs it"
        if os.environ.get("CI"):
            sys.exit(f"not tested: {words}")
        return print(f"skipped: {words}")
    adopt()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="nexus-clock-"))
    days = Days(nexus, folder)
    days.film("two days ahead while it renders", (days.rendering, AHEAD))
    days.film("two days back while it renders", (days.rendering, BACK))
    several = [(days.looking, AHEAD), (days.rendering, BACK), (days.undoing, AHEAD)]
    days.film("to and fro while it looks, renders and waits", *several)
    for doing, kill in (("renders", days.rendering), ("waits", days.undoing)):
        for where, offset in (("ahead", AHEAD), ("back", BACK)):
            days.film(f"two days {where} after a kill while it {doing}", down=(kill, offset))
    if days.bad:
        sys.exit(f"{days.bad} films went wrong; what they left is kept in {folder}")
    shutil.rmtree(folder)


main(*sys.argv[1:])
