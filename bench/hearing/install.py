"""Installs the peers and the tools of the scores; only on request, for nothing of the product needs them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from .contenders import HOME, SYSTEM_PYTHON, python_of, reason_file
from .ffmpeg import Failed

PACKAGES = {
    "scoring": [["mir_eval==0.8.2", "numpy"]],
    "librosa": [["librosa==0.11.0"]],
    "essentia": [["essentia"]],
    # An old release that must be built against an old numpy, and does not say so itself.
    "madmom": [["cython", "numpy<1.24", "scipy<1.11", "mido", "setuptools<70", "wheel"],
               ["--no-build-isolation", "--no-deps", "madmom==0.16.1"]],
}
# The newest Python that numpy 1.23 is built for.
OLD_PYTHONS = ["python3.11", "python3.10", "python3.9", "python3.8"]


def install(say: Callable[[str], None]) -> int:
    """Each peer apart: one that fails is noted with its reason, and the others go on. 2 when the scores cannot run."""
    HOME.mkdir(parents=True, exist_ok=True)
    wanting = 0
    for name in [*PACKAGES, "aubio"]:
        try:
            say(f"{name}: {_aubio(say) if name == 'aubio' else _environment(name)}")
            reason_file(name).unlink(missing_ok=True)
        except Failed as failure:
            say(f"{name}: cannot be installed: {failure}")
            reason_file(name).write_text(f"{failure}\n")
            wanting = max(wanting, 2 if name == "scoring" else 0)
    return wanting


def _environment(name: str) -> str:
    """A folder of its own with its own interpreter; what is whole is left alone."""
    folder = HOME / name
    if (folder / "whole").exists():
        return "is there"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        _work([_interpreter(name), "-m", "venv", folder])
        for packages in PACKAGES[name]:
            _work([folder / "bin/pip", "install", "-q", "--disable-pip-version-check", *packages])
    except Failed:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    (folder / "whole").touch()
    return f"installed into {folder}"


def _interpreter(name: str) -> str:
    if name != "madmom" or sys.version_info < (3, 12):
        return sys.executable
    for old in OLD_PYTHONS:
        if shutil.which(old) and subprocess.run([old, "--version"], capture_output=True).returncode == 0:
            return old
    raise Failed(f"needs one of {', '.join(OLD_PYTHONS)}: its last release does not work with a newer numpy")


def _aubio(say: Callable[[str], None]) -> str:
    """A package of the system: the release on PyPI no longer builds with a present numpy."""
    asked = [python_of("aubio"), "-c", "import aubio"]
    if SYSTEM_PYTHON.exists() and subprocess.run(asked, capture_output=True).returncode == 0:
        return "is there"
    if shutil.which("apt-get") is None:
        raise Failed("comes as the Debian package python3-aubio, and there is no apt-get here")
    say("aubio: installing the Debian package python3-aubio for the whole system")
    root = [] if os.geteuid() == 0 else ["sudo"]
    _work([*root, "apt-get", "update", "-qq"])
    _work([*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq",
           "--no-install-recommends", "python3-aubio"])
    _work(asked)
    return "installed python3-aubio"


def _work(command: list) -> None:
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError as error:
        raise Failed(f"'{words[0]}' cannot be started: {error.strerror}") from None
    if done.returncode != 0:
        last = " ".join(done.stdout.decode(errors="replace").split())[-300:]
        raise Failed(f"'{Path(words[0]).name} {words[1]}' ended with {done.returncode}: {last}")
