"""PySceneDetect, in an environment of its own; without it our figures stand alone."""

import json
import shutil
import sys
from pathlib import Path

from hearing.ffmpeg import Failed, run

HOME = Path.home() / ".cache/nexus-engine/bench/vision"
VERSION = "0.7.2"
DETECTORS = {"adaptive": "PySceneDetect Adaptive", "tuned": "PySceneDetect Adaptive 3.5/3/0.6 s",
             "content": "PySceneDetect Content"}
_FOLDER = HOME / f"scenedetect=={VERSION}"
_SCRIPT = Path(__file__).parent / "peers/scenedetect_cuts.py"


def install() -> None:
    """Once; what is whole is left alone."""
    if is_installed():
        return
    shutil.rmtree(_FOLDER, ignore_errors=True)
    HOME.mkdir(parents=True, exist_ok=True)
    run([sys.executable, "-m", "venv", _FOLDER])
    run([_FOLDER / "bin/pip", "install", "-q", "--disable-pip-version-check", f"scenedetect=={VERSION}",
         "opencv-python-headless"])
    (_FOLDER / "whole").touch()


def is_installed() -> bool:
    """Whether the installation came to its end."""
    return (_FOLDER / "whole").exists()


def boundaries(detector: str, video: Path) -> list[int]:
    """The first frame of each new scene."""
    told = run([_FOLDER / "bin/python", _SCRIPT, detector, video]).stdout
    try:
        return json.loads(told)["starts"]
    except (ValueError, KeyError) as error:
        raise Failed(f"PySceneDetect's answer about {video.name} is not the expected one: {error!r}") from None
