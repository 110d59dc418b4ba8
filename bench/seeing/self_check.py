"""Are the scores themselves right? Small cases with known answers, and films whose joins are looked for by pixels."""

from pathlib import Path

from hearing.ffmpeg import Failed, run

from .joins import films
from .scores import Join, gradual, hard_cuts, words

CUTS = [Join("cut", 30, 30), Join("cut", 76, 76)]
SLOW = [Join("dissolve", 100, 125)]
# name, what the score counts, what it has to be: right, wrong, found, missed.
CASES = [
    ("all exact", lambda: hard_cuts([30, 76], CUTS, 0), (2, 0, 2, 0)),
    ("one frame late is wrong", lambda: hard_cuts([31, 76], CUTS, 0), (1, 1, 1, 1)),
    ("one frame late is near", lambda: hard_cuts([31, 76], CUTS, 1), (2, 0, 2, 0)),
    ("two for one cut", lambda: hard_cuts([30, 31, 76], CUTS, 1), (2, 1, 2, 0)),
    ("nothing said", lambda: hard_cuts([], CUTS, 0), (0, 0, 0, 2)),
    ("within a dissolve, twice", lambda: gradual([104, 120], SLOW), (2, 0, 1, 0)),
    ("five frames after it", lambda: gradual([130], SLOW), (1, 0, 1, 0)),
    ("six frames before it", lambda: gradual([94], SLOW), (0, 1, 0, 1)),
    ("a synonym, a plural, a wrong word", lambda: words(["lakes", "golden-hour", "cow"],
                                                         [["swan", "goose"], ["pond", "lake"]], ["golden hour"])[0],
     (2, 1, 1, 1)),
]


def self_check(work: Path, say) -> int:
    """1 when something is not as it should be."""
    faults = []
    for name, count, wanted in CASES:
        score = count()
        got = (score.said, score.wrong, score.found, score.missed)
        if got != wanted:
            faults.append(f"{name}: {got} and not {wanted}")
    for film in films(work / "joins", None, say):
        jumps = _jumps(film.path)
        if film.kind == "cut":
            faults += [f"{film.path.name}: no jump at frame {join.first}" for join in film.joins
                       if jumps[join.first] < 4 * max(jumps[join.first - 1], jumps[join.first + 1], 0.5)]
        elif film.kind == "fade":
            brightness = _brightness(film.path)
            faults += [f"{film.path.name}: no black near frame {(join.first + join.last) // 2}" for join in film.joins
                       if min(brightness[join.first:join.last + 1]) > 20]
    for fault in faults:
        say(fault)
    print(f"{'failed' if faults else 'right'}: {len(CASES)} cases, {len(faults)} faults")
    return int(bool(faults))


def _jumps(path: Path) -> list[float]:
    """How much each frame differs from the one before, mean of the luma."""
    frames = _luma(path)
    return [0.0] + [sum(abs(a - b) for a, b in zip(before, after)) / len(after)
                    for before, after in zip(frames, frames[1:])]


def _brightness(path: Path) -> list[float]:
    return [sum(frame) / len(frame) for frame in _luma(path)]


def _luma(path: Path) -> list[bytes]:
    """Each frame as 32 x 18 grey values."""
    told = run(["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-vf", "scale=32:18,format=gray", "-f", "rawvideo",
                "-"]).stdout
    if not told:
        raise Failed(f"{path} cannot be read")
    return [told[start:start + 576] for start in range(0, len(told), 576)]
