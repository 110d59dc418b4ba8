"""All drum patterns by name."""

from __future__ import annotations

from .kit_grooves import KIT_GROOVES
from .percussion import PERCUSSION_KEYS, Groove
from .world_grooves import WORLD_GROOVES

GROOVES: dict[str, Groove] = {**KIT_GROOVES, **WORLD_GROOVES}

__all__ = ["GROOVES", "PERCUSSION_KEYS", "Groove"]
