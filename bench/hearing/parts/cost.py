"""What hearing the excerpts costs: ours as whole processes, the libraries warm in one process each."""

from dataclasses import asdict, dataclass
from statistics import median

from ..table import Findings, figure
from ..turns import Turns
from . import Bench

LEGEND = ("CPU seconds (user and system, children included) per minute of audio, medians over rounds; all contenders "
          "by turns, file by file. Ours is a whole process for every file, its start included. The libraries are warm "
          "and have one thread each: one process hears all files. Its start with the import, and its first call (which "
          "compiles in some), stand apart; 'start included' spreads the start, not the first call, over the {:.0f} "
          "minutes of one round.")
HEAD = ["tracker", "", "CPU s per audio minute", "of all rounds", "rounds", "times ours", "start included",
        "start and import CPU s", "first call CPU s"]


@dataclass
class Rates:
    """CPU seconds per audio minute, round by round, of the excerpts that were answered; and with the start in them."""

    warm: list[float]
    started: list[float]


def cost(bench: Bench) -> Findings:
    """All rounds; the one of part `scores` counts as the first."""
    turns, findings = bench.turns, Findings()
    turns.rounds(bench.rounds)
    found = {each.name: rates for each in turns.contenders if (rates := _rates(turns, each))}
    ours = found.get("nexus")
    findings.details.append(LEGEND.format(sum(excerpt.length_s for excerpt in turns.excerpts) / 60))
    findings.table(HEAD, [_line(each, found[each.name], ours) for each in turns.contenders if each.name in found])
    for each in turns.contenders:
        if each.name not in found:
            findings.details.append(f"{each.name} has answered nothing, so its cost is not told.")
    if turns.unsteady:
        findings.details.append(f"Not the same answers in every round: {', '.join(sorted(turns.unsteady))}.")
    if ours:
        mine = median(ours.warm)
        findings.add("at most 0.14 CPU s per audio minute, whole process", f"{mine:.3f} s", mine <= 0.14)
    if ours and "librosa" in found:
        theirs = found["librosa"]
        ratio = _ratio(theirs.warm, ours.warm)
        findings.add("at least 5 x less CPU than warm librosa in the same run",
                     f"{ratio:.2f} x ({median(theirs.warm):.3f} s of librosa); "
                     f"{_ratio(theirs.started, ours.warm):.2f} x with librosa's start included "
                     f"({median(theirs.started):.3f} s)", ratio >= 5)
    findings.raw = {name: asdict(rates) for name, rates in found.items()}
    return findings


def _rates(turns: Turns, contender) -> Rates | None:
    heard = [index for index, answer in enumerate(turns.answers[contender.name]) if not answer.fault]
    if not heard:
        return None
    minutes = sum(turns.excerpts[index].length_s for index in heard) / 60
    start = 0 if contender.whole_process else contender.import_cpu_s
    spent = [sum(one[index] for index in heard) for one in turns.cpu_s[contender.name]]
    return Rates([cpu_s / minutes for cpu_s in spent], [(cpu_s + start) / minutes for cpu_s in spent])


def _line(contender, rates: Rates, ours: Rates | None) -> list[str]:
    other = ours is not None and not contender.whole_process
    line = [contender.version, "whole process" if contender.whole_process else "warm", figure(median(rates.warm)),
            f"{min(rates.warm):.3f} to {max(rates.warm):.3f}", str(len(rates.warm)),
            f"{_ratio(rates.warm, ours.warm):.2f}" if other else "-", figure(median(rates.started))]
    apart = [] if contender.whole_process else [contender.import_cpu_s, contender.first_cpu_s]
    return [*line, *([figure(cpu_s, 2) for cpu_s in apart] or ["-", "-"])]


def _ratio(theirs: list[float], ours: list[float]) -> float:
    """The median of the rounds that both took part in, each by itself: a busy round is busy for both."""
    return median(one / other for one, other in zip(theirs, ours))
