"""All kinds of music that can be made."""

from . import chip, classical, clicks, dance, folk, hiphop, jazz, latin, negatives, pop, rock, vocal
from .style import Style

STYLES: dict[str, Style] = {
    style.name: style
    for family in (rock, pop, dance, hiphop, jazz, latin, folk, classical, vocal, chip, clicks, negatives)
    for style in family.STYLES
}

# How often the families come, per style of theirs.
FAMILY_WEIGHTS = {
    "rock": 1.4,
    "pop": 1.2,
    "electronic": 1.0,
    "hip-hop": 1.6,
    "jazz": 1.0,
    "latin": 0.7,
    "folk": 1.0,
    "classical": 0.9,
    "vocal": 1.3,
    "chiptune": 1.0,
    "percussion": 0.7,
    "none": 1.0,
}

__all__ = ["FAMILY_WEIGHTS", "STYLES", "Style"]
