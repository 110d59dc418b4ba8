"""How this benchmark calls ffmpeg: the options every contender shares, and commands that are not measured."""

import subprocess
from pathlib import Path

FF = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
# What `quality: high` means to our renderer; every contender encodes like this.
X264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p"]
# Without these words a 4K source and a 1080p source are taken for different colours by some contenders.
BT709 = ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"]


class Failed(Exception):
    """A command that should have worked did not."""


def run(command: list, **options) -> subprocess.CompletedProcess:
    """Runs a command that is not measured and returns what it said."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, **options)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()[-800:]
        raise Failed(f"'{words[0]}' ended with {done.returncode}: {said}")
    return done


def frames_of(film: Path) -> int:
    """The number of pictures in a film."""
    asked = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets", "-show_entries",
             "stream=nb_read_packets", "-of", "csv=p=0", film]
    return int(run(asked).stdout.split(b"\n")[0].strip(b", \r"))


def raw_frames(film: Path, out: Path) -> Path:
    """The pictures of a film as raw planes: what an encoder that does nothing else is fed with."""
    run([*FF, "-i", film, "-an", "-pix_fmt", "yuv420p", "-f", "rawvideo", out])
    return out


def encode_alone(raw: Path, size: str, out: Path) -> list:
    """The command of the floor's second half: x264 on raw pictures from a file."""
    return [*FF, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size", size, "-framerate", "30", "-i", raw,
            *X264, "-threads", "2", out]
