"""Part `tags`: what is said about clips and photos, against what we judged by eye."""

import json
from collections import defaultdict
from pathlib import Path

from hearing.ffmpeg import Failed
from hearing.table import Findings, figure

from .scores import Score, words

TRUTH = Path(__file__).parent / "truth.json"
# Scores are calibrated: from here on a tag is said.
THRESHOLD = 0.5
MOST_WRONG, LEAST_FOUND = 1 / 20, 0.6


def measure_tags(bench) -> Findings:
    """Sums over all files, and by who said it."""
    folders = [folder for folder in (bench.footage, bench.photos) if folder]
    if not bench.nexus or not folders:
        raise Failed("needs our binary and shared/data")
    truth = json.loads(TRUTH.read_text())
    measured = set(truth["measured"])
    sums: dict[str, Score] = defaultdict(Score)
    lines, raw = [], {}
    files, rungs = bench.nexus.tags(folders)
    for told in files:
        judged = truth["files"].get(told.file)
        if judged is None:
            bench.say(f"  {told.file} was not judged")
            continue
        said = [tag for tag in told.said if tag.score >= THRESHOLD and tag.word not in measured]
        score, wrong, missed = words([tag.word for tag in said], judged["obvious"], judged["right"])
        sums["all"] += score
        for tag in said:
            sums[tag.source] += Score(int(tag.word not in wrong), int(tag.word in wrong))
        shown = ", ".join(_shown(tag, wrong) for tag in said)
        lines.append([told.file, shown, "; ".join(group[0] for group in missed)])
        raw[told.file] = {"said": [vars(tag) for tag in told.said], "wrong": wrong, "missed": missed}
    findings = _findings(sums, lines, raw)
    findings.details.insert(0, f"Seen by {', '.join(rungs) or 'nobody says'}.")
    return findings


def _shown(tag, wrong: list[str]) -> str:
    shown = f"{tag.word} {tag.score:.2f} ({tag.source})"
    return f"**wrong: {shown}**" if tag.word in wrong else shown


def _findings(sums: dict[str, Score], lines: list[list[str]], raw: dict) -> Findings:
    findings = Findings(raw=raw)
    total = sums.pop("all", Score())
    share = 1 - total.precision if total.precision is not None else None
    findings.add("wrong tags at or above the threshold: at most 1 in 20",
                 f"{figure(share)} ({total.wrong} of {total.said + total.wrong} over {len(lines)} files)",
                 share is not None and share <= MOST_WRONG)
    findings.add("obvious things that are said: >= 60 %",
                 f"{figure(total.recall)} ({total.found} of {total.found + total.missed})",
                 (total.recall or 0) >= LEAST_FOUND)
    findings.table(["said by", "right", "wrong", "precision"],
                   [[source, str(score.said), str(score.wrong), figure(score.precision)]
                    for source, score in sorted(sums.items())])
    findings.table(["file", "said", "obvious and not said"], lines)
    return findings
