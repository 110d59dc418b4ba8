"""What a command costs with everything it starts: processor time, wall time, memory."""

import ctypes
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from .ffmpeg import Failed

PAGE = os.sysconf("SC_PAGE_SIZE")
# A contender that hangs is ended: the slowest of them takes about two minutes on a quiet machine.
LONGEST_S = 900
# Shared pages are counted once by Pss, but asking for it walks page tables: not as often.
RSS_EVERY_S, PSS_EVERY_S = 0.04, 0.4
_SET_CHILD_SUBREAPER = 36


@dataclass
class Cost:
    """Seconds, and the peaks of memory in MB: sum of the tree, sum with shared pages counted once, the root alone."""

    cpu_s: float
    wall_s: float
    rss_mb: float
    pss_mb: float
    root_mb: float


def adopt_orphans() -> None:
    """Children that lose their parent become ours, so that their processor time is not lost either."""
    ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def measure(command: list, environment: dict | None = None, may_fail: bool = False, until=None) -> Cost:
    """Runs a command. `until` is asked every 40 ms; when it says true, the root process alone is killed."""
    begun = time.monotonic()
    child = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             env={**os.environ, **(environment or {})})
    tail: list[bytes] = []
    peaks, ended = {"rss": 0, "pss": 0, "root": 0}, threading.Event()
    watcher = threading.Thread(target=_watch, args=(child.pid, peaks, ended, until))
    drain = threading.Thread(target=lambda: tail.append(child.stderr.read()), daemon=True)
    watcher.start()
    drain.start()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    ended.set()
    watcher.join()
    drain.join(5)
    cpu = usage.ru_utime + usage.ru_stime + _reap_orphans()
    if status != 0 and not may_fail:
        said = b"".join(tail).decode(errors="replace").strip()[-600:]
        raise Failed(f"'{command[0]}' ended with {child.returncode}: {said}")
    return Cost(cpu, wall, peaks["rss"] / 1e6, peaks["pss"] / 1e6, peaks["root"] / 1e6)


def tree(pid: int) -> list[int]:
    """A process and all below it."""
    found, waiting = [], [pid]
    while waiting:
        process = waiting.pop()
        found.append(process)
        try:
            for task in Path(f"/proc/{process}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
        except (OSError, ValueError):
            continue
    return found


def _watch(pid: int, peaks: dict, ended: threading.Event, until) -> None:
    next_pss, deadline = time.monotonic() + PSS_EVERY_S, time.monotonic() + LONGEST_S
    while not ended.wait(RSS_EVERY_S):
        processes = tree(pid)
        sizes = [_resident(process) for process in processes]
        peaks["rss"] = max(peaks["rss"], sum(sizes))
        peaks["root"] = max(peaks["root"], sizes[0])
        if time.monotonic() > next_pss:
            peaks["pss"] = max(peaks["pss"], sum(_proportional(process) for process in processes))
            next_pss = time.monotonic() + PSS_EVERY_S
        if until is not None and until():
            os.kill(pid, signal.SIGKILL)
            return
        if time.monotonic() > deadline:
            for process in processes:
                os.kill(process, signal.SIGKILL)
            return


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, ValueError, IndexError):
        return 0


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    except (OSError, ValueError, StopIteration):
        return 0


def _reap_orphans() -> float:
    """Waits for what a killed command left behind, at most 10 s; its processor time."""
    cpu, deadline = 0.0, time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            pid, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return cpu
        if pid == 0:
            time.sleep(0.05)
        else:
            cpu += usage.ru_utime + usage.ru_stime
    raise Failed("processes were left running after the command had ended")
