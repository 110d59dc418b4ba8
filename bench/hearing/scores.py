"""How right an answer is, by mir_eval; and means over many."""

import warnings
from dataclasses import dataclass, fields
from statistics import mean, median

import mir_eval
import numpy

from .answers import Answer, octave, tempo_bpm
from .excerpts import Excerpt

# Beats before this are not counted, as is usual: trackers and listeners need a moment.
FIRST_S = 5.0
HIT_S = 0.07


@dataclass
class Score:
    """From 0 to 1, `offset_ms` apart (of the hits; late is positive). `None` is for what a contender does not tell."""

    beat_f: float
    cmlt: float
    amlt: float
    cemgil: float
    downbeat_f: float | None
    meter: float | None
    octave: float
    offset_ms: float | None


def score(excerpt: Excerpt, answer: Answer) -> Score:
    """Compares one answer with the truth; an answer that failed has found no beats."""
    truth, found = _counted(excerpt.beats), _counted(answer.beats)
    bars, found_bars = _counted(excerpt.downbeats), _counted(answer.downbeats)
    with warnings.catch_warnings():
        # It warns of empty answers, which are scored as what they are.
        warnings.simplefilter("ignore")
        _, cmlt, _, amlt = mir_eval.beat.continuity(truth, found)
        beat_f = mir_eval.beat.f_measure(truth, found, HIT_S)
        cemgil, _ = mir_eval.beat.cemgil(truth, found)
        downbeat_f = mir_eval.beat.f_measure(bars, found_bars, HIT_S) if len(bars) else None
    hits = mir_eval.util.match_events(truth, found, HIT_S) if len(found) else []
    offsets = [1000 * (found[there] - truth[here]) for here, there in hits]
    right = None if answer.meter is None else float(answer.meter == excerpt.meter)
    wrong_octave = octave(answer.beats, tempo_bpm(excerpt.beats)) is not None
    return Score(float(beat_f), float(cmlt), float(amlt), float(cemgil),
                 None if downbeat_f is None else float(downbeat_f), right, float(wrong_octave),
                 float(numpy.median(offsets)) if offsets else None)


def average(scores: list[Score]) -> Score:
    """Means of everything, of the offset the median; `None` where nothing was told."""
    def of(name: str) -> float | None:
        values = [value for each in scores if (value := getattr(each, name)) is not None]
        return (median if name == "offset_ms" else mean)(values) if values else None

    return Score(**{field.name: of(field.name) for field in fields(Score)})


def _counted(times: list[float]) -> numpy.ndarray:
    return mir_eval.beat.trim_beats(numpy.unique(numpy.asarray(times, dtype=float)), FIRST_S)
