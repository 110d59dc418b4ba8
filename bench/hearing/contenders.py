"""Who takes part: our binary, and the peers that are installed here."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from .ffmpeg import Failed
from .nexus import Nexus
from .worker import Worker

HOME = Path.home() / ".cache/nexus-engine/bench/beats"
PEERS = Path(__file__).parent / "peers"
SYSTEM_PYTHON = Path("/usr/bin/python3")
NAMES = ["nexus", "librosa", "aubio", "essentia", "madmom"]
# Repetitions of a contender that is a hundred times dearer than the others would take the whole afternoon.
ROUNDS = {"madmom": 1}


def python_of(name: str) -> Path:
    """The interpreter of a peer, or of the scores; aubio's is the system's, for it comes as a package of it."""
    return SYSTEM_PYTHON if name == "aubio" else HOME / name / "bin/python"


def reason_file(name: str) -> Path:
    """Where the installation notes why it could not install a peer."""
    return HOME / f"{name}.missing"


def contenders(names: list[str], binary: Path, folder: Path, sound: Path,
               say: Callable[[str], None]) -> tuple[list, dict[str, str]]:
    """Those that could be started and have heard a first file; and why the others could not."""
    found, missing = [], {}
    for name in names:
        say(f"starting {name}")
        contender = None
        try:
            contender = Nexus(binary, folder) if name == "nexus" else _peer(name)
            contender.warm_up(sound)
            found.append(contender)
        except Failed as failure:
            missing[name] = " ".join(str(failure).split())
            say(f"  {name} is missing: {missing[name]}")
            if contender is not None:
                contender.close()
    return found, missing


def _peer(name: str) -> Worker:
    python = python_of(name)
    remedy = reason_file(name).read_text().strip() if reason_file(name).exists() else "run 'bench/beats --install'"
    if not python.exists():
        raise Failed(f"not installed: {remedy}")
    if name == "aubio" and subprocess.run([python, "-c", "import aubio"], capture_output=True).returncode != 0:
        raise Failed(f"not installed: {remedy}")
    return Worker(name, [python, PEERS / f"{name}_beats.py"], ROUNDS.get(name, 99))
