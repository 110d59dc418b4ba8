"""Whether every frame is the planned one: cuts, drift, joints, colours."""

import math
import random

from .. import edits
from ..compare import frame_hashes, frame_numbers, last_timestamp, psnr
from ..ffmpeg import BT709, FF, Failed, frames_of, run
from ..table import Findings

RATE = 30000 / 1001


def exactness(bench) -> Findings:
    """The quick ones of them."""
    found = Findings()
    _cuts(bench, found)
    _joints(bench, found)
    _composite(bench, found)
    return found


def an_hour(bench) -> Findings:
    """60 minutes at 29.97 from shots of a minute, at the size of a thumbnail; every frame tells its number."""
    found, cache = Findings(), bench.nexus.fresh_cache("hour")
    try:
        _minutes(bench, found, 60, cache)
    except Failed as failure:
        found.add("0 frames of drift over 60 min at 29.97", f"no film: {failure}", False)
        # What can be said of a shorter one; its segments are those of the hour.
        _minutes(bench, found, 9, cache)
    return found


def _minutes(bench, found: Findings, minutes: int, cache) -> None:
    wanted = [number for minute in range(minutes)
              for number in range(_frame((minute + 1) * 60) - _frame(minute * 60))]
    edit = edits.coded([(minute * 60, 60, 0) for minute in range(minutes)], 29.97)
    cost = bench.nexus.render(edit, "hour", cache)
    film = bench.nexus.film("hour")
    ticks, tick = last_timestamp(film)
    late, count = ticks - (len(wanted) - 1) * 1001, frames_of(film)
    found.add(f"0 frames of drift over {minutes} min at 29.97", f"{count} of {len(wanted)} frames, last time stamp "
              f"{late} ticks of {tick} s late ({cost.cpu_s:.0f} CPU s, {cost.rss_mb:.0f} MB)",
              count == len(wanted) and late == 0 and tick == "1/30000")
    _compare(found, f"every frame of the {minutes} min the planned one", list(frame_numbers(film)), wanted)


def _cuts(bench, found: Findings) -> None:
    """Forty cuts at odd moments and odd trims; lengths and trims come from a fixed seed."""
    dice = random.Random(4)
    cuts, wanted, at = [], [], 0
    for _ in range(40):
        length, trim = dice.randint(3, 40), dice.randint(0, 1700)
        # Written with three digits, as people and programs do.
        cuts.append((round(at / RATE, 3), round(length / RATE, 3), round(trim / RATE, 3)))
        wanted += range(trim, trim + length)
        at += length
    bench.nexus.render(edits.coded(cuts, 29.97), "cuts")
    _compare(found, "every cut on its frame (40 cuts at 29.97)", list(frame_numbers(bench.nexus.film("cuts"))), wanted)


def _compare(found: Findings, goal: str, shown: list[int], wanted: list[int]) -> None:
    wrong = [index for index, pair in enumerate(zip(shown, wanted)) if pair[0] != pair[1]]
    first = f", the first at {wrong[0]}: {shown[wrong[0]]} instead of {wanted[wrong[0]]}" if wrong else ""
    found.add(goal, f"{len(wrong)} of {len(wanted)} frames wrong{first}", not wrong and len(shown) == len(wanted))


def _joints(bench, found: Findings) -> None:
    """The film's frames are those of its segments, each in one run."""
    nexus = bench.nexus
    cache = nexus.fresh_cache("joints")
    nexus.render(edits.shots(4, 2.5, size=(360, 640)), "joints", cache)
    film = frame_hashes(nexus.film("joints"))
    pieces = [frame_hashes(path) for path in cache.glob("segments/*.mp4")]
    at = 0
    while piece := next((piece for piece in pieces if film[at:at + len(piece)] == piece), None):
        at += len(piece)
        pieces.remove(piece)
    found.add("frame MD5s of the film equal those of its segments", f"{at} of {len(film)} frames equal",
              at == len(film) and not pieces)


def _composite(bench, found: Findings) -> None:
    """A scaled still and a half transparent picture, against the same by one filter graph."""
    nexus, reference = bench.nexus, bench.folder / "composite-reference.mkv"
    # Scaled as RGB, blended in the film's own colours: no encoder between.
    graph = ("[0:v]scale=1080:1920:flags=bicubic,scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd,"
             "format=yuv420p[a];[1:v]format=rgba,scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd,"
             "format=yuva420p[b];[a][b]overlay=108:192:format=yuv420[v]")
    run([*FF, "-i", bench.files["still"], "-i", bench.files["badge"], "-filter_complex", graph, "-map", "[v]",
         "-c:v", "ffv1", "-pix_fmt", "yuv420p", *BT709, reference])
    still = bench.folder / "composite.png"
    nexus.render_to(edits.composite(), still, "--frame", "0.5")
    nexus.render(edits.composite(), "composite")
    drawn, encoded = psnr(still, reference), psnr(nexus.film("composite"), reference)
    found.add("PSNR of a static composite at least 45 dB against a reference graph",
              f"{drawn:.1f} dB drawn, {encoded:.1f} dB after x264 at crf 17", drawn >= 45)


def _frame(second: float) -> int:
    return math.floor(second * RATE + 0.5)
