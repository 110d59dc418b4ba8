"""A contender that lives in a process of its own and hears file after file: how a library is used when it is warm."""

import json
import os
import select
import subprocess
import tempfile
from pathlib import Path

from .answers import Answer, every_fourth
from .ffmpeg import Failed
from .measure import LONGEST_S

# One thread each: spinning pools would count as processor time against the contender.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# Its scripts stand in the sources, where no compiled files belong.
CLEAN = {"PYTHONDONTWRITEBYTECODE": "1"}


class Worker:
    """Speaks with `peers/NAME_beats.py`: a path per line in, a line of JSON out."""

    whole_process = False

    def __init__(self, name: str, command: list, rounds: int = 99):
        self.name, self.rounds = name, rounds
        self.said = tempfile.TemporaryFile()
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.said, env={**os.environ, **ONE_THREAD, **CLEAN})
        try:
            hello = self._line()
        except Failed:
            self.close()
            raise
        self.version, self.import_cpu_s, self.first_cpu_s = hello["version"], hello["cpu_s"], 0.0

    def warm_up(self, sound: Path) -> None:
        """The first call, which compiles in some libraries; it is told apart and not part of the cost."""
        answer, self.first_cpu_s = self.hear(sound)
        if answer.fault:
            raise Failed(answer.fault)

    def hear(self, sound: Path) -> tuple[Answer, float]:
        """The answer, and the processor time of this one call, children included."""
        try:
            self.process.stdin.write(f"{sound}\n".encode())
            self.process.stdin.flush()
            told = self._line()
        except (BrokenPipeError, Failed) as error:
            return Answer(fault=f"{self.name} has ended: {error}"), 0.0
        if "fault" in told:
            return Answer(fault=told["fault"]), told["cpu_s"]
        answer = Answer.of({"downbeats": every_fourth(told["beats"]), **told})
        return answer, told["cpu_s"]

    def close(self) -> None:
        """Ends the process."""
        try:
            self.process.stdin.close()
            self.process.wait(5)
        except BrokenPipeError:
            self.process.wait()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _line(self) -> dict:
        ready, _, _ = select.select([self.process.stdout], [], [], LONGEST_S)
        line = self.process.stdout.readline() if ready else b""
        if not line:
            self.process.kill()
            self.process.wait()
            raise Failed(f"{self.name} {'ended' if ready else 'hangs'}: {self._tail()}")
        return json.loads(line)

    def _tail(self) -> str:
        self.said.seek(0)
        return self.said.read().decode(errors="replace").strip()[-300:]
