"""Click tracks, whose truth is exact: latency, octaves, meters."""

from statistics import median

from ..answers import Answer, octave
from ..table import Findings
from ..sounds import click_track
from . import Bench

TEMPI = range(60, 201, 10)
KINDS = [(3, False), (4, False), (3, True), (4, True)]
# Outside of these, people themselves tap twice as fast or half as fast.
FIRM_BPM = (80, 160)
NEAR_S = 0.07


def clicks(bench: Bench) -> Findings:
    """A line per tempo; a cell tells the median offset of the beats that were found, and what else is wrong."""
    findings, lines = Findings(), []
    folder = bench.folder / "clicks"
    folder.mkdir(exist_ok=True)
    offsets, octaves, firm, meters = {}, 0, 0, 0
    for bpm in TEMPI:
        bench.say(f"  {bpm} bpm")
        cells = []
        for meter, swing in KINDS:
            track = f"{bpm} bpm {_kind(meter, swing)}"
            path = folder / f"{bpm}-{meter}{'-swung' if swing else ''}.wav"
            truth = click_track(path, bpm, meter, swing)
            answer, _ = bench.nexus.hear(path)
            offset, wrong = _offset_ms(truth, answer), octave(answer.beats, bpm)
            if FIRM_BPM[0] <= bpm <= FIRM_BPM[1]:
                firm, octaves = firm + 1, octaves + (wrong is not None)
            meters += answer.meter == meter
            offsets[track] = offset
            cells.append(_cell(answer, offset, wrong, meter))
            findings.raw[track] = {"offset_ms": offset, "octave": wrong, "meter": answer.meter, "fault": answer.fault}
        lines.append([str(bpm), *cells])
    findings.details.append("Click tracks: median offset of the hits in ms (late is positive), and behind it what else "
                            "is wrong: tempo octave, meter. Swung: a soft click at two thirds of the beat.")
    findings.table(["bpm", *(_kind(*kind) for kind in KINDS)], lines)
    worst = max(offsets, key=lambda track: float("inf") if offsets[track] is None else abs(offsets[track]))
    told = "no beat found" if offsets[worst] is None else f"{abs(offsets[worst]):.1f} ms"
    findings.add("clicks of 60 to 200 bpm: median offset at most 5 ms", f"worst {told} ({worst})",
                 offsets[worst] is not None and abs(offsets[worst]) <= 5)
    findings.add("clicks of 80 to 160 bpm: no octave errors", f"{octaves} of {firm} tracks", octaves == 0)
    findings.add("clicks: meters", f"{meters} of {len(offsets)} right")
    return findings


def _offset_ms(truth: list[float], answer: Answer) -> float | None:
    """Of each true beat's nearest answer, where there is one within 70 ms."""
    nearest = [min((found - beat for found in answer.beats), key=abs, default=1.0) for beat in truth]
    hits = [1000 * distance for distance in nearest if abs(distance) <= NEAR_S]
    return median(hits) if hits else None


def _kind(meter: int, swing: bool) -> str:
    return f"{meter}/4{' swung' if swing else ''}"


def _cell(answer: Answer, offset: float | None, wrong: float | None, meter: int) -> str:
    if answer.fault:
        return f"failed: {answer.fault[:60]}"
    words = ["no beat found" if offset is None else f"{offset:+.1f}"]
    if wrong is not None:
        words.append(f"tempo x {wrong:g}")
    if answer.meter != meter:
        words.append(f"meter {answer.meter}")
    return ", ".join(words)
