"""Whether pictures are the right ones: likeness to a reference, hashes of frames, numbers that frames tell."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .ffmpeg import FF, frames_of, run


@dataclass
class Likeness:
    """SSIM over all frames and of the worst one."""

    mean: float
    worst: float


def ssim(film: Path, reference: Path, crop: str = "") -> Likeness:
    """Compares frame by number: whole, or small and blurred what lies within `crop`."""
    cut = f"crop={crop},scale=iw/5:ih/5:flags=area,gblur=sigma=3," if crop else ""
    ready = "format=yuv420p,setpts=N/30/TB"
    graph = f"[0:v]{cut}{ready}[a];[1:v]{cut}{ready}[b];[a][b]ssim=stats_file=-"
    told = run([*FF, "-i", film, "-i", reference, "-lavfi", graph, "-f", "null", "-"]).stdout.decode()
    values = [float(value) for value in re.findall(r"All:([0-9.]+)", told)]
    return Likeness(sum(values) / len(values), min(values))


def psnr(picture: Path, reference: Path) -> float:
    """Decibels between the first frames of two files."""
    ready = ("scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd,format=yuv420p,"
             "trim=end_frame=1,setpts=PTS-STARTPTS")
    graph = f"[0:v]{ready}[a];[1:v]{ready}[b];[a][b]psnr=stats_file=-"
    told = run([*FF, "-i", picture, "-i", reference, "-lavfi", graph, "-f", "null", "-"]).stdout.decode()
    return float(re.search(r"psnr_avg:([0-9.a-z]+)", told).group(1))


def what_is_wrong(film: Path, frames: int, references: dict[str, Path], marks: dict[str, str]) -> tuple[Likeness, str]:
    """Likeness of a contender's film, and what it does not show, empty when all is there.

    A mark (caption, logo) is there when its place looks more like the reference with it than like the one without:
    letters set by other hands stand a few pixels elsewhere, which small and blurred pictures hide.
    """
    found = frames_of(film)
    whole = ssim(film, references["whole"])
    wrong = []
    if found != frames:
        wrong.append(f"{found} frames instead of {frames}")
    if whole.mean < 0.9 or whole.worst < 0.75:
        wrong.append("another picture")
    for mark, place in marks.items():
        if ssim(film, references["whole"], place).mean <= ssim(film, references["bare"], place).mean:
            wrong.append(f"no {mark}")
    return whole, ", ".join(wrong)


def frame_hashes(film: Path) -> list[str]:
    """One MD5 for each decoded picture."""
    told = run([*FF, "-i", film, "-map", "0:v", "-f", "framemd5", "-"]).stdout.decode()
    return [line.rsplit(",", 1)[1].strip() for line in told.splitlines() if not line.startswith("#")]


def frame_numbers(film: Path, width: int = 96, height: int = 54, bits: int = 12):
    """The number that each frame of coded material tells, in order."""
    command = [*FF, "-i", film, "-map", "0:v", "-fps_mode", "passthrough", "-pix_fmt", "gray", "-f", "rawvideo", "-"]
    middle, column = width * (height // 2), width // bits
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE) as decoder:
        while len(frame := decoder.stdout.read(width * height)) == width * height:
            line = frame[middle:middle + width]
            yield sum(1 << bit for bit in range(bits) if line[bit * column + column // 2] > 125)


def last_timestamp(film: Path) -> tuple[int, str]:
    """The last picture's time stamp in ticks, and the tick as a fraction of a second."""
    asked = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts:stream=time_base",
             "-of", "compact=p=0:nk=1", film]
    lines = run(asked).stdout.decode().split()
    return max(int(line.strip("|")) for line in lines if "/" not in line), next(line for line in lines if "/" in line)
