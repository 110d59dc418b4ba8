"""Processes that end with the test, whatever happens to it."""

import contextlib
import ctypes
import os
import pathlib
import signal
import subprocess

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
LIBC = ctypes.CDLL(None)


def tied():
    LIBC.prctl(DIE_WITH_PARENT, signal.SIGKILL)


@contextlib.contextmanager
def process(command, log, environment, **others):
    """Starts a process that writes into a log; ends it by its id when the block ends."""
    with open(log, "wb") as out:
        started = subprocess.Popen(
            [str(part) for part in command], env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            preexec_fn=tied, **others,
        )  # fmt: skip
    try:
        yield started
    finally:
        if started.poll() is None:
            started.kill()
        started.wait()


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
    """What a process of the product needs of the user's environment: nothing of its own configuration comes from there."""
    names = ("PATH", "HOME", "XDG_CACHE_HOME", "TMPDIR", "LANG")
    return {name: os.environ[name] for name in names if name in os.environ}
