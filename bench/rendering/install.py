"""Installs the peers; only on request, for nothing of the product needs them."""

import os
import shutil
import subprocess
import sys

from .contenders import HOME, MOVIEPY, SYSTEM_PYTHON


def install() -> None:
    """moviepy into a folder of its own, melt and libopenshot as packages of the system. What is there is left alone."""
    if not MOVIEPY.exists():
        HOME.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, "-m", "venv", HOME / "moviepy"], check=True)
        subprocess.run([HOME / "moviepy/bin/pip", "install", "-q", "moviepy==2.2.1"], check=True)
    wanted = [] if shutil.which("melt") else ["melt"]
    if subprocess.run([SYSTEM_PYTHON, "-c", "import openshot"], capture_output=True).returncode != 0:
        wanted.append("python3-openshot")
    # libopenshot 0.2.7 dies without it: see contenders.py.
    if subprocess.run(["dpkg", "-s", "libjemalloc2"], capture_output=True).returncode != 0:
        wanted.append("libjemalloc2")
    if wanted:
        root = [] if os.geteuid() == 0 else ["sudo"]
        subprocess.run([*root, "apt-get", "update", "-qq"], check=True)
        subprocess.run([*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-y", "-qq",
                        "--no-install-recommends", *wanted], check=True)
