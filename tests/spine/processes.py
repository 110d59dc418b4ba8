"""Which processes are there, and what they are started with."""

import contextlib
import ctypes
import os
import pathlib
import time

SET_CHILD_SUBREAPER = 36


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


def adopt():
    """Children of a process that dies become this one's, so that none is lost sight of."""
    ctypes.CDLL(None, use_errno=True).prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def adopted(within_s=2):
    """Adopted processes that live on after so long; this one must have no other children."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not below(os.getpid()):
            return []
        time.sleep(0.01)
    return sorted(pathlib.Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid, _ in below(os.getpid()))
