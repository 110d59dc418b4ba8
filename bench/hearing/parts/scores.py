"""How right everybody is on the excerpts."""

from dataclasses import asdict, replace

from ..answers import Answer
from ..excerpts import Excerpt
from ..scores import Score, average, score
from ..table import Findings, figure
from . import Bench

HEAD = ["beat F", "CMLt", "AMLt", "Cemgil", "downbeat F", "meter", "octave errors", "offset ms"]
LEGEND = ("Means by mir_eval: hits within 70 ms, beats of the first 5 s left out. Meter: share of the excerpts whose "
          "most common bar length was told. Octave errors: share whose tempo is within 8 % of the double or the half. "
          "Offset: median over excerpts of the hits' median, late is positive. Trackers that know of no bars are given "
          "every fourth beat as downbeat.")


def scores(bench: Bench) -> Findings:
    """One round is enough: a tracker that answers differently twice is told of."""
    bench.turns.rounds(1)
    excerpts, findings = bench.turns.excerpts, Findings()
    found = {name: _scored(excerpts, answers) for name, answers in bench.turns.answers.items()}
    findings.details.append(LEGEND)
    groups = ["all", *sorted({excerpt.group for excerpt in excerpts})]
    for group in groups if len(groups) > 2 else ["all"]:
        chosen = [index for index, excerpt in enumerate(excerpts) if group in ("all", excerpt.group)]
        findings.table([f"{group} ({len(chosen)} excerpts)", *HEAD],
                       [[name, *_cells(average([each[index] for index in chosen]))] for name, each in found.items()])
    if bench.per_file:
        findings.table(["excerpt", "tracker", *HEAD],
                       [[excerpt.name, name, *_cells(each[index])]
                        for index, excerpt in enumerate(excerpts) for name, each in found.items()])
    _faults(bench, findings)
    if "nexus" in found:
        _goals(findings, average(found["nexus"]))
    findings.raw = {name: {excerpt.name: asdict(one) for excerpt, one in zip(excerpts, each)}
                    for name, each in found.items()}
    return findings


def _scored(excerpts: list[Excerpt], answers: list[Answer]) -> list[Score]:
    """Who tells meters at all is wrong where it tells none."""
    found = [score(*pair) for pair in zip(excerpts, answers)]
    if any(answer.meter is not None for answer in answers):
        found = [replace(one, meter=one.meter or 0.0) for one in found]
    return found


def _goals(findings: Findings, ours: Score) -> None:
    for goal, name, least in [("beats: F at least 0.85", "beat_f", 0.85), ("beats: AMLt at least 0.90", "amlt", 0.9),
                              ("downbeats: F at least 0.72", "downbeat_f", 0.72),
                              ("meter right in at least 90 % of the excerpts", "meter", 0.9)]:
        value = getattr(ours, name)
        findings.add(goal, figure(value), value is not None and value >= least)


def _faults(bench: Bench, findings: Findings) -> None:
    for name, answers in bench.turns.answers.items():
        wrong = [(excerpt.name, answer.fault) for excerpt, answer in zip(bench.turns.excerpts, answers) if answer.fault]
        if wrong:
            findings.details.append(f"{name} failed on {len(wrong)} of {len(answers)} excerpts, scored as without "
                                    f"beats; {wrong[0][0]}: {' '.join(wrong[0][1].split())}")


def _cells(one: Score) -> list[str]:
    return [*(figure(value) for value in (one.beat_f, one.cmlt, one.amlt, one.cemgil, one.downbeat_f)),
            *("n/a" if value is None else f"{100 * value:.0f} %" for value in (one.meter, one.octave)),
            figure(one.offset_ms, 1, "+")]
