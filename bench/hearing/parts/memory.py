"""Ten minutes of music in one go: memory, and what a minute costs when the start no longer counts."""

from ..ffmpeg import FF, run
from ..sounds import music
from ..table import Findings
from . import Bench

LENGTH_S = 600


def memory(bench: Bench) -> Findings:
    """As wav and as mp3, for a decoder may keep more than the tracker."""
    findings, lines = Findings(), []
    wave = bench.folder / "ten-minutes.wav"
    music(wave, LENGTH_S)
    run([*FF, "-i", wave, "-c:a", "libmp3lame", "-b:a", "192k", wave.with_suffix(".mp3")])
    for path in [wave, wave.with_suffix(".mp3")]:
        bench.say(f"  {path.name}")
        measured = bench.nexus.cost(path, memory=True)
        per_minute = measured.cpu_s / (LENGTH_S / 60)
        raw = {"peak_kb": measured.peak_kb, "cpu_s": measured.cpu_s, "wall_s": measured.wall_s}
        findings.raw[path.suffix[1:]] = raw
        lines.append([path.suffix[1:], str(measured.peak_kb), f"{measured.cpu_s:.2f}", f"{per_minute:.3f}",
                      f"{measured.wall_s:.2f}"])
        findings.add(f"10 minutes of {path.suffix[1:]}: peak memory", f"{measured.peak_kb / 1000:.0f} MB")
    head = ["10 minutes of music", "max RSS, kB, sum of its processes", "CPU s", "CPU s per audio minute", "wall s"]
    findings.table(head, lines)
    return findings
