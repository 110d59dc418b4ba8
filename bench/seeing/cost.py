"""Part `cost`: what it takes to look at 4K, and how often it is decoded."""

from statistics import median

from hearing.ffmpeg import Failed, length_s
from hearing.table import Findings

from .joins import frames_of

CLIP = "editly_changi.mp4"
CORES = 2


def measure_cost(bench) -> Findings:
    """Medians over the rounds, each in a new process."""
    if not bench.nexus or not bench.footage:
        raise Failed("needs our binary and shared/data/footage")
    clip = bench.footage / CLIP
    length, frames = length_s(clip), frames_of(clip)
    costs, decoded = [], set()
    for _ in range(bench.rounds):
        cost, told = bench.nexus.tag_cost(clip)
        costs.append(cost)
        decoded.add(told.frames)
    cpu, wall = (median(values) for values in ([cost.cpu_s for cost in costs], [cost.wall_s for cost in costs]))
    findings = Findings(raw={"cpu_s": cpu, "wall_s": wall, "length_s": length, "frames": frames,
                             "decoded": sorted(decoded, key=str)})
    findings.add(f"looking at 4K: <= {CORES} CPU s per second of film",
                 f"{cpu / length:.2f} ({cpu:.1f} CPU s for {length:.1f} s; wall {wall:.1f} s)", cpu / length <= CORES)
    told = ", ".join(map(str, decoded))
    findings.add("exactly one decode", f"{told} frames decoded of {frames}", decoded == {frames})
    return findings
