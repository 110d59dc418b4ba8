"""One frame of an edit of 4K originals, as an editor asks for it while somebody waits."""

import statistics

from .. import edits
from ..table import Findings


def one_frame(bench):
    """Wall time of `--frame 3.2`, source and frame both 4K, nothing cached."""
    found = Findings()
    edit = edits.shots(2, 4, "original", trims=[6, 14], size=(2160, 3840))
    costs = []
    for _ in range(max(bench.rounds, 3)):
        out = bench.folder / "frame.png"
        out.unlink(missing_ok=True)
        costs.append(bench.nexus.render_to(edit, out, "--frame", "3.2"))
    wall = statistics.median(cost.wall_s for cost in costs)
    cpu = statistics.median(cost.cpu_s for cost in costs)
    found.add("one frame of a 4K edit in under 1 s", f"{wall:.2f} s ({cpu:.1f} CPU s; its source frame stands "
              "1.2 s after a keyframe)", wall < 1)
    return found
