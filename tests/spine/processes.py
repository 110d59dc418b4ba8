"""Which processes are there, and what they are started with."""

import contextlib
import os
import pathlib


def below(pid):
    """Every living process under this one, as (id, moment of its start): ids are used again, moments are not."""
    found, parents = set(), {pid}
    for _ in range(8):
        children = {facts for facts in living() if facts[2] in parents} - found
        if not children:
            break
        found |= children
        parents = {child for child, _, _ in children}
    return {(child, start) for child, start, _ in found}


def still_there(processes):
    return processes & {(pid, start) for pid, start, _ in living()}


def living():
    """(id, moment of its start, parent) of every process that is not a zombie."""
    for place in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            facts = (place / "stat").read_text().rpartition(")")[2].split()
            if facts[0] != "Z":
                yield int(place.name), int(facts[19]), int(facts[1])


def base_environment():
    """What a process of the product needs of the user's environment; its configuration does not come from there."""
    names = ("PATH", "HOME", "XDG_CACHE_HOME", "TMPDIR", "LANG")
    return {name: os.environ[name] for name in names if name in os.environ}
