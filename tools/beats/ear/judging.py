"""What cross-validation says, in the measures of mir_eval."""

import mir_eval.beat
import numpy as np

from .choice import LevelModel, Study


def judge(level: LevelModel, studies: list[Study]) -> list[tuple[str, float, float, float, float]]:
    """Name, beat F, AMLt, downbeat F and beat F of the best reading of each track, the first five seconds left out."""
    rows = []
    for study in studies:
        chosen = level.choose(study)
        truth, downs = (mir_eval.beat.trim_beats(times) for times in (study.truth, study.truth[study.positions == 1]))
        beats = mir_eval.beat.trim_beats(study.beats[chosen])
        amlt = mir_eval.beat.continuity(truth, beats)[3]
        down_f = mir_eval.beat.f_measure(downs, mir_eval.beat.trim_beats(study.downbeats[chosen]))
        rows.append((study.name, mir_eval.beat.f_measure(truth, beats), amlt, down_f, float(study.scores.max())))
    return rows


def report(rows: list[tuple[str, float, float, float, float]]) -> None:
    """Prints a table and its means."""
    for name, *figures in sorted(rows):
        print(f"{name:<36}" + "".join(f"{figure:>8.2f}" for figure in figures))
    means = np.mean([figures for _, *figures in rows], axis=0)
    print(f"{'mean':<36}" + "".join(f"{figure:>8.3f}" for figure in means) + "   beat F, AMLt, downbeat F, best beat F")
