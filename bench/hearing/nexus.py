"""Our own tracker as a command: a whole process for every file, as people use it."""

import json
import shutil
from pathlib import Path

from .answers import Answer
from .ffmpeg import Failed, run
from .measure import Cost, measure


class Nexus:
    """The binary under test, working in a folder of its own."""

    name, whole_process, rounds = "nexus", True, 99

    def __init__(self, binary: Path, folder: Path):
        self.binary, self.folder = binary.resolve(), folder
        self.version = run([self.binary, "--version"]).stdout.decode().strip()

    def warm_up(self, sound: Path) -> None:
        """Only for the disk's sake: every call starts anew. Tells early when the binary cannot do this at all."""
        answer, _ = self.hear(sound)
        if answer.fault:
            raise Failed(answer.fault)

    def hear(self, sound: Path) -> tuple[Answer, float]:
        """The answer, and the processor time of the whole process tree."""
        try:
            cost = self.cost(sound)
        except Failed as failure:
            return Answer(fault=str(failure)), 0.0
        try:
            return Answer.of(json.loads(cost.told)), cost.cpu_s
        except (ValueError, KeyError, TypeError) as error:
            return Answer(fault=f"its answer about {sound.name} is not the promised JSON: {error!r}"), cost.cpu_s

    def cost(self, sound: Path, memory: bool = False) -> Cost:
        """What one file costs in an empty folder: nothing may be remembered from the last time."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return measure([self.binary, "beats", sound, "--json"], self.folder, memory)

    def close(self) -> None:
        """Nothing lives on."""
