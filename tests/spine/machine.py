"""Who used the processor: a process and all that it started, everybody, and a neighbour that keeps another core busy."""

import contextlib
import os
import pathlib
import subprocess
import time

from processes import below

TICKS = os.sysconf("SC_CLK_TCK")


def process_s(pid):
    """Processor seconds of a process and of its children that have ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def tree_s():
    """Processor seconds of this process and of all below it."""
    seconds = process_s(os.getpid())
    for pid, _ in below(os.getpid()):
        with contextlib.suppress(OSError):
            seconds += process_s(pid)
    return seconds


def busy_s():
    """Processor seconds of everybody, and those that the machine beneath took away."""
    user, nice, system, _, _, irq, softirq, steal, *_ = map(int, open("/proc/stat").readline().split()[1:])
    return (user + nice + system + irq + softirq + steal) / TICKS


def encoder(core, length_s, niceness=0):
    """ffmpeg's part of rendering alone: one thread of x264 on one core."""
    encode = f"-f lavfi -i testsrc2=size=1080x1920:rate=30:duration={length_s} -c:v libx264 -preset veryfast -threads 1"
    command = ["nice", "-n", str(niceness), "taskset", "--cpu-list", str(core), "ffmpeg", "-v", "error", *encode.split()]
    return subprocess.Popen([*command, "-f", "null", "-"], stdin=subprocess.DEVNULL)


@contextlib.contextmanager
def neighbour(core):
    """Keeps a core busy with what is left of it."""
    started = encoder(core, 24 * 3600, niceness=19)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def gain(cores):
    """How much more encoders on all of these cores do than one: more than that no worker can gain."""
    seconds = []
    for together in (cores[:1], cores):
        began = time.monotonic()
        for started in [encoder(core, 4) for core in together]:
            assert started.wait() == 0
        seconds.append(time.monotonic() - began)
    return len(cores) * seconds[0] / seconds[1]
