"""Memory: of a 4K film, and whether it grows with the number of clips."""

from .. import edits
from ..table import Findings


def memory(bench) -> Findings:
    """Peaks of the process tree."""
    found, nexus = Findings(), bench.nexus
    large = nexus.render(edits.shots(2, 1.5, "wide", size=(2160, 3840)), "memory")
    found.add("memory of the tree at 2160x3840 at most 1.5 GB", f"{large.rss_mb:.0f} MB (shared pages counted once: "
              f"{large.pss_mb:.0f}; our own process alone: {large.root_mb:.0f})", large.rss_mb <= 1500)
    few, many = (nexus.render(edits.shots(count, 8 / count), "memory") for count in (2, 40))
    found.add("whatever the number of clips (8 s at 1080x1920)", f"2 clips {few.rss_mb:.0f} MB, 40 clips "
              f"{many.rss_mb:.0f} MB", many.rss_mb <= 500)
    own = max(few.root_mb, many.root_mb)
    found.add("the compositor itself at most 150 MB", f"{own:.0f} MB at 1080x1920, {large.root_mb:.0f} MB at 2160x3840",
              own <= 150)
    return found
