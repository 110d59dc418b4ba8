"""Work that is not done twice: one caption changed, and a render that was killed."""

import statistics

from .. import edits
from ..ffmpeg import frames_of
from ..measure import measure
from ..nexus import segments
from ..table import Findings


def one_caption(bench) -> Findings:
    """30 s, twelve shots with a caption each; the middle one's words are changed, everything else is cached."""
    found, nexus = Findings(), bench.nexus
    cache = nexus.fresh_cache("caption")
    cold = nexus.render(edits.shots(12, 2.5), "cold", cache)
    before = segments(cache)
    bench.say(f"cold: {cold.cpu_s:.1f} CPU s, {len(before)} segments")
    warm = [nexus.render(edits.shots(12, 2.5, changed=f"Other words, take {take}"), "warm", cache)
            for take in range(max(bench.rounds, 1))]
    cpu, wall = (statistics.median(getattr(cost, name) for cost in warm) for name in ["cpu_s", "wall_s"])
    share = cpu / cold.cpu_s
    found.add("one caption changed in a film of 30 s: at most 15 % of the cold CPU",
              f"{share:.1%} ({cpu:.1f} of {cold.cpu_s:.1f} CPU s; {wall:.1f} of {cold.wall_s:.1f} s)", share <= 0.15)
    after = segments(cache)
    same = sum(after.get(name) == digest for name, digest in before.items())
    new = len(after) - len(before)
    found.add("untouched segments byte-identical", f"{same} of {len(before)} unchanged, {new / len(warm):.0f} new "
              "for each change", same == len(before) and new == len(warm))
    return found


def resume(bench) -> Findings:
    """15 s in six segments; killed when a third is finished, then rendered again."""
    found, nexus = Findings(), bench.nexus
    edit = edits.shots(6, 2.5)
    whole = nexus.render(edit, "resumed")
    count = len(segments(nexus.folder / "cache-resumed"))
    cache = nexus.fresh_cache("resumed")
    finished = lambda: len(list(cache.glob("segments/*.mp4"))) >= count // 3  # noqa: E731
    measure(nexus.command(edit, nexus.film("resumed"), cache), may_fail=True, until=finished)
    before = segments(cache)
    times = {name: (cache / "segments" / name).stat().st_mtime_ns for name in before}
    again = nexus.render(edit, "resumed", cache)
    after = segments(cache)
    reused = sum(after.get(name) == digest and (cache / "segments" / name).stat().st_mtime_ns == times[name]
                 for name, digest in before.items())
    left = [path.name for path in cache.rglob("*") if path.is_file() and path.suffix not in (".mp4", ".json", ".m4a")]
    share, due = again.cpu_s / whole.cpu_s, 1 - len(before) / count
    right = frames_of(nexus.film("resumed")) == 450 and reused == len(before)
    rest = f"; {len(left)} files left over" if left else ""
    found.add("killed in the middle and run again: finished segments are used",
              f"{reused} of {len(before)} finished segments kept of {count}; {share:.0%} of the whole CPU for the "
              f"{due:.0%} that were left{rest}", right and share <= due + 0.1)
    return found
