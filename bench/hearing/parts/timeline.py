"""One piece of music in many containers: the grid must stay where it is, whatever a codec puts before the sound."""

from statistics import median

from ..ffmpeg import FF, run
from ..sounds import music
from ..table import Findings
from . import Bench

LENGTH_S = 60
PICTURE = ["-f", "lavfi", "-i", f"color=gray:s=160x90:r=25:d={LENGTH_S}"]
FORMATS = {
    "flac": ("flac", ["-c:a", "flac"]),
    "mp3, 128 kb/s": ("mp3", ["-c:a", "libmp3lame", "-b:a", "128k"]),
    "mp3, 320 kb/s": ("mp3", ["-c:a", "libmp3lame", "-b:a", "320k"]),
    "m4a (aac)": ("m4a", ["-c:a", "aac", "-b:a", "160k"]),
    "ogg (vorbis)": ("ogg", ["-c:a", "libvorbis", "-q:a", "5"]),
    "opus": ("opus", ["-c:a", "libopus", "-b:a", "128k"]),
    "sound of an mp4 (h264, aac)": ("mp4", ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-b:a", "160k"]),
    "sound of a webm (vp8, opus)": ("webm", ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8",
                                             "-c:a", "libopus", "-b:a", "128k"]),
}


def timeline(bench: Bench) -> Findings:
    """Beats of every container against those of the wav."""
    findings, lines, worst = Findings(), [], 0.0
    wave = bench.folder / "timeline.wav"
    music(wave, LENGTH_S)
    truth = _grid(bench, wave)
    for number, (name, (suffix, options)) in enumerate(FORMATS.items()):
        bench.say(f"  {name}")
        path = bench.folder / f"timeline-{number}.{suffix}"
        picture = PICTURE if "-c:v" in options else []
        run([*FF, *picture, "-i", wave, *options, path])
        grid = _grid(bench, path)
        pairs = [(1000 * (found - beat), beat) for beat in truth for found in [_nearest(grid, beat)]
                 if found is not None and abs(found - beat) < 0.1]
        largest = max((abs(difference) for difference, _ in pairs), default=None)
        alone = len(truth) + len(grid) - 2 * len(pairs)
        shift = median(difference for difference, _ in pairs) if pairs else None
        worst = float("inf") if largest is None else max(worst, largest)
        lines.append([name, *("none" if value is None else f"{value:.2f}" for value in (largest, shift)), str(alone)])
        findings.raw[name] = {"largest_ms": largest, "median_ms": shift, "beats_alone": alone}
    findings.table([f"against the wav's grid of {len(truth)} beats", "largest difference, ms", "median, ms",
                    "beats that only one of them has"], lines)
    findings.add("largest difference of a grid between containers", f"{worst:.2f} ms")
    return findings


def _grid(bench: Bench, path) -> list[float]:
    answer, _ = bench.nexus.hear(path)
    bench.say(f"    {len(answer.beats)} beats {answer.fault}")
    return answer.beats


def _nearest(grid: list[float], beat: float) -> float | None:
    return min(grid, key=lambda found: abs(found - beat), default=None)
