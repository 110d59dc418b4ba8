"""The parts of the benchmark in the order in which they run."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..nexus import Nexus
from ..table import Findings


@dataclass
class Bench:
    """What every part is given."""

    nexus: Nexus
    files: dict[str, Path]
    folder: Path
    rounds: int
    say: Callable[[str], None]


def parts() -> dict[str, Callable[[Bench], Findings]]:
    """Every part by its name."""
    from . import changes, exactness, memory, preview, promo, still, workers

    return {"frame": still.one_frame, "promo": promo.promo, "caption": changes.one_caption, "resume": changes.resume,
            "preview": preview.preview, "workers": workers.two_against_one, "memory": memory.memory,
            "exact": exactness.exactness, "hour": exactness.an_hour}
