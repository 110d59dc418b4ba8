"""Who renders the promo edit, and by which command. All make the same picture with the same settings of x264."""

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from .ffmpeg import BT709, FF, X264, run

HOME = Path.home() / ".cache/nexus-engine/bench"
MOVIEPY = HOME / "moviepy/bin/python"
SYSTEM_PYTHON = "/usr/bin/python3"
PEERS = Path(__file__).parent / "peers"
ORDER = ["wide", "tall", "logo", "caption", "music"]


@dataclass
class Contender:
    """A command that makes `film`, how often it is worth repeating, and what it needs to be told around it."""

    name: str
    command: list
    film: Path
    rounds: int = 99
    environment: dict = field(default_factory=dict)


def graphs(files: dict[str, Path], folder: Path) -> list[Contender]:
    """The same picture by one hand-written filter graph, in the two orders that people write."""
    orders = {"scale then crop": "scale=3414:1920:flags=bicubic,crop=1080:1920:1167:0",
              "crop then scale": "crop=1216:2160:1312:0,scale=1080:1920:flags=bicubic"}
    return [Contender(f"ffmpeg graph, {name}", graph(files, wide, folder / f"{name.replace(' ', '-')}.mp4"),
                      folder / f"{name.replace(' ', '-')}.mp4") for name, wide in orders.items()]


def graph(files: dict[str, Path], wide: str, out: Path) -> list:
    """The command of a graph that reads the 4K clip through `wide`."""
    sound = "[4:a]atrim=0:4,afade=t=out:st=2:d=2,loudnorm=I=-14:TP=-1.5[s]"
    return [*_inputs(files), "-filter_complex", f"{_base(wide)};{_marks('base')};{sound}", "-map", "[v]", "-map", "[s]",
            *X264, *BT709, "-threads", "2", "-c:a", "aac", "-ar", "48000", "-t", "4", "-movflags", "+faststart", out]


def references(files: dict[str, Path], folder: Path) -> dict[str, Path]:
    """What everyone's film is compared with: the whole picture, and the bare one without logo and caption."""
    found = {name: folder / f"reference-{name}.mp4" for name in ["whole", "bare"]}
    best = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "4", *BT709, "-t", "4"]
    split = f"{_base('crop=1216:2160:1312:0,scale=1080:1920:flags=bicubic')};[base]split[bare][under];{_marks('under')}"
    run([*_inputs(files), "-filter_complex", split, "-map", "[v]", *best, found["whole"],
         "-map", "[bare]", *best, found["bare"]])
    return found


def peers(files: dict[str, Path], folder: Path) -> tuple[list[Contender], list[str]]:
    """Other editors that are installed here, and a word about those that are not."""
    paths = [files[name] for name in ORDER]
    found, missing = [], []
    if MOVIEPY.exists():
        film = folder / "moviepy.mp4"
        # Its own ffmpeg is another version than everybody else's here.
        found.append(Contender("moviepy 2.2.1", [MOVIEPY, PEERS / "moviepy_promo.py", *paths, film], film, 1,
                               {"IMAGEIO_FFMPEG_EXE": shutil.which("ffmpeg") or "ffmpeg"}))
    else:
        missing.append("moviepy")
    if shutil.which("melt"):
        text = (PEERS / "promo.mlt").read_text()
        for name in ORDER:
            text = text.replace(f"@{name}@", str(files[name]))
        (folder / "promo.mlt").write_text(text)
        film = folder / "melt.mp4"
        # Its Qt parts ask for the name of a display, even where nothing is ever shown, and draw black without one.
        found.append(Contender("melt", ["melt", "-silent", folder / "promo.mlt", "-consumer", f"avformat:{film}",
                                        "vcodec=libx264", "preset=veryfast", "crf=20", "threads=2", "acodec=aac",
                                        "ar=48000", "real_time=-1"], film, 2,
                               {"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":99"}))
    else:
        missing.append("melt")
    if subprocess.run([SYSTEM_PYTHON, "-c", "import openshot"], capture_output=True).returncode == 0:
        film = folder / "openshot.mp4"
        # It writes a few bytes past pictures 1080 wide; with glibc's allocator it then dies, with this one it lives.
        found.append(Contender("libopenshot", [SYSTEM_PYTHON, PEERS / "openshot_promo.py", *paths, film], film, 2,
                               {"QT_QPA_PLATFORM": "offscreen", "LD_PRELOAD": "libjemalloc.so.2"}))
    else:
        missing.append("libopenshot")
    return found, missing


def _inputs(files: dict[str, Path]) -> list:
    return [*FF, *(word for name in ORDER for word in ("-i", files[name]))]


def _base(wide: str) -> str:
    return (f"[0:v]trim=0:2.3,setpts=PTS-STARTPTS,{wide},format=yuv420p[a];"
            "[1:v]trim=0:2.2,setpts=PTS-STARTPTS,format=yuv420p[b];"
            "[a][b]xfade=transition=fade:duration=0.5:offset=1.8[base]")


def _marks(under: str) -> str:
    return (f"[{under}][2:v]overlay=786:96[marked];"
            "[marked][3:v]overlay=90:810:enable='gte(t,0.29)*lt(t,3.29)'[v]")
