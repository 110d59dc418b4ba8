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

# A contender that hangs is ended.
LONGEST_S = 900
LOOK_EVERY_S = 0.02
_SET_CHILD_SUBREAPER = 36


@dataclass
class Cost:
    """Seconds; `peak_kb` is the sum over the tree of each process's own peak, 0 when nobody looked."""

    cpu_s: float
    wall_s: float
    peak_kb: int
    told: bytes


def adopt_orphans() -> None:
    """Children that lose their parent become ours, so that their processor time is not lost either."""
    ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def measure(command: list, folder: Path, memory: bool = False) -> Cost:
    """Runs a command in `folder`. Only `memory` looks at the tree meanwhile: looking costs time of its own."""
    begun = time.monotonic()
    try:
        child = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, cwd=folder, start_new_session=True)
    except OSError as error:
        raise Failed(f"'{command[0]}' cannot be started: {error.strerror}") from None
    said: dict[str, bytes] = {}
    drains = [threading.Thread(target=lambda name=name, pipe=pipe: said.__setitem__(name, pipe.read()), daemon=True)
              for name, pipe in (("out", child.stdout), ("err", child.stderr))]
    peaks: dict[int, int] = {}
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(child.pid, peaks, ended), daemon=True)
    limit = threading.Timer(LONGEST_S, lambda: os.killpg(child.pid, signal.SIGKILL))
    limit.daemon = True
    for thread in [*drains, limit, *([watcher] if memory else [])]:
        thread.start()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    ended.set()
    limit.cancel()
    for drain in drains:
        drain.join(5)
    if memory:
        watcher.join()
    if status != 0:
        tail = said.get("err", b"").decode(errors="replace").strip()[-400:]
        raise Failed(f"'{' '.join(str(word) for word in command[:2])}' ended with {child.returncode}: {tail}")
    return Cost(usage.ru_utime + usage.ru_stime + _left_behind(), wall, sum(peaks.values()), said.get("out", b""))


def _watch(root: int, peaks: dict[int, int], ended: threading.Event) -> None:
    # The kernel keeps each process's peak itself (VmHWM); ru_maxrss would count this process's memory at the fork too.
    while not ended.wait(LOOK_EVERY_S):
        waiting = [root]
        while waiting:
            process = waiting.pop()
            try:
                lines = Path(f"/proc/{process}/status").read_text().splitlines()
                peaks[process] = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")),
                                      peaks.get(process, 0))
                for task in Path(f"/proc/{process}/task").iterdir():
                    waiting += [int(child) for child in (task / "children").read_text().split()]
            except (OSError, ValueError):
                continue


def _left_behind() -> float:
    """Processor time of orphans that have ended; workers of other contenders live on and are not waited for."""
    cpu = 0.0
    while True:
        try:
            pid, _, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return cpu
        if pid == 0:
            return cpu
        cpu += usage.ru_utime + usage.ru_stime
