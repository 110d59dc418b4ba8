"""Two workers against one."""

import statistics

from .. import edits
from ..table import Findings


def two_against_one(bench) -> Findings:
    """10 s in four segments, by turns."""
    found, walls, cpus = Findings(), {1: [], 2: []}, {1: [], 2: []}
    for _ in range(min(bench.rounds, 2)):
        for workers in walls:
            cost = bench.nexus.render(edits.shots(4, 2.5), "workers", None, "--workers", workers)
            walls[workers].append(cost.wall_s)
            cpus[workers].append(cost.cpu_s)
    one, two = (statistics.median(walls[workers]) for workers in (1, 2))
    busy = [statistics.median(cpus[workers]) / statistics.median(walls[workers]) for workers in (1, 2)]
    found.add("two workers: at least 1.8 x the throughput of one", f"{one / two:.2f} x ({one:.1f} against {two:.1f} s; "
              f"{busy[0]:.2f} and {busy[1]:.2f} processors busy)", one / two >= 1.8)
    return found
