"""The parts of the benchmark in the order in which they run."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..nexus import Nexus
from ..table import Findings
from ..turns import Turns


@dataclass
class Bench:
    """What every part is given. `nexus` is `None` where our binary does not take part."""

    nexus: Nexus | None
    turns: Turns
    folder: Path
    rounds: int
    per_file: bool
    say: Callable[[str], None]


def parts() -> dict[str, Callable[[Bench], Findings]]:
    """Every part by its name."""
    from . import clicks, cost, memory, scores, timeline

    return {"scores": scores.scores, "cost": cost.cost, "memory": memory.memory, "clicks": clicks.clicks,
            "timeline": timeline.timeline}


# Parts that hear the excerpts; the others make their own sound and need our binary.
ON_EXCERPTS = ["scores", "cost"]
NAMES = [*ON_EXCERPTS, "memory", "clicks", "timeline"]
