"""Row 1 of the fault matrix for the whole product: one process makes the demo's film and is killed at points of its
journal, once and twice; what it leaves behind in the end is what the undisturbed run leaves behind. Prints rows of the
table in docs/engine.md.
"""

import collections
import pathlib
import shutil
import statistics
import sys
import tempfile

import small
from lives import Line, after, going_on, starting
from processes import adopt
from remains import Remains, wrong

# A step that is longer than this is also broken off in its middle, and the longest one at these parts of it.
LONG_S, SHARES = 0.25, (0.1, 0.35, 0.6, 0.85, 0.97)


class Matrix:
    """The undisturbed run, and rounds that are compared with it."""

    def __init__(self, nexus, folder):
        self.nexus, self.folder = nexus, folder
        self.material = small.material(folder / "material")
        alone = Line(nexus, folder / "undisturbed", self.material)
        seconds = alone.live()
        self.want = Remains(alone.out)
        faults = [*alone.faults, *wrong(self.want, self.want, collections.Counter()), *self.want.unplayable()]
        assert not faults and set(self.want.arrows.values()) == {"done"}, (faults, self.want.arrows)
        print(f"undisturbed: {len(self.want.gaps) + 1} entries, {seconds:.1f} s", file=sys.stderr)

    def round(self, name, kills):
        """A film whose process was killed at each of these points."""
        line = Line(self.nexus, self.folder / name, self.material)
        try:
            for kill in kills:
                line.live(kill)
            line.live()
            line.faults += wrong(Remains(line.out), self.want, line.begun_again)
        except (AssertionError, ValueError) as error:
            line.faults.append(str(error))
        where = "; ".join(kill.words for kill in kills)
        print(f"killed at {where}: {line.begun_again.total()} steps begun again", *line.faults, sep="\n  ", file=sys.stderr)
        if not line.faults:
            shutil.rmtree(line.out)
        return line

    def row(self, words, rounds):
        """One kind of rounds; how many of them went wrong."""
        lines = [self.round(f"{words}-{number}".replace(" ", "-"), kills) for number, kills in enumerate(rounds)]
        bad = sum(bool(line.faults) for line in lines)
        figures = [
            f"points {len(lines)}",
            f"kills {sum(line.kills for line in lines)}",
            f"wrong {bad}",
            f"steps begun again {sum(line.begun_again.total() for line in lines)}",
            f"recovery p50 {middle_and_worst([seconds for line in lines for seconds in line.taken_up_s])}",
            f"next entry p50 {middle_and_worst([seconds for line in lines for seconds in line.told_s])}",
        ]
        print(f"| 1 | SQLite | the demo's film, its process {words} | {', '.join(figures)} |", flush=True)
        for said in {said for line in lines for said in line.warnings}:
            print(f"warned: {said}", file=sys.stderr)
        return bad


def middle_and_worst(seconds):
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return f"{cuts[49]:.2f} s, p99 {cuts[98]:.2f} s"


def points(gaps):
    """Every entry of the journal; and the middles of long steps."""
    longest = max(range(len(gaps)), key=gaps.__getitem__)
    shares = {number: [0.5] for number, gap in enumerate(gaps) if gap > LONG_S} | {longest: SHARES}
    inside = [after(number + 1, gaps[number] * share) for number in sorted(shares) for share in shares[number]]
    return [after(entry + 1) for entry in range(len(gaps) + 1)], inside


def spread(items, count):
    """So many of them, the first and the last among them."""
    return [items[number * (len(items) - 1) // (count - 1)] for number in range(count)]


def main(nexus, *arguments):
    is_long = "--long" in arguments
    adopt()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="nexus-kills-"))
    matrix = Matrix(nexus, folder)
    entries, inside = points(matrix.want.gaps)
    once = [starting(0.05), *entries, *inside] if is_long else [*spread(entries, 6), *spread(inside, 6)]
    again = [starting(0.03), starting(0.1), going_on(), going_on(0.3)]
    first = spread(inside, 6 if is_long else 4)
    pairs = [[kill, second] for number, kill in enumerate(first) for second in (again if is_long else [again[number]])]
    bad = matrix.row("killed once", [[kill] for kill in once]) + matrix.row("killed again as it recovered", pairs)
    if bad:
        sys.exit(f"{bad} rounds went wrong; what they left is kept in {folder}")
    shutil.rmtree(folder)


main(*sys.argv[1:])
