"""The promo edit: we, two hand-written graphs, other editors, and the floor below which nobody comes."""

import statistics

from .. import contenders, edits
from ..compare import what_is_wrong
from ..contenders import Contender
from ..ffmpeg import FF, Failed, encode_alone, raw_frames
from ..measure import Cost, measure
from ..table import Findings

OURS = "nexus render, nothing cached"
WORSE_GRAPH, BETTER_GRAPH = "ffmpeg graph, scale then crop", "ffmpeg graph, crop then scale"
# How many times less processor time the others' figure must be worth.
LEAST = {"moviepy 2.2.1": 3.0, "melt": 1.1, "libopenshot": 1.05}


def promo(bench) -> Findings:
    """Turn by turn, medians."""
    references = contenders.references(bench.files, bench.folder)
    raw = raw_frames(references["whole"], bench.folder / "raw.yuv")
    others, missing = contenders.peers(bench.files, bench.folder)
    ours = Contender(OURS, [], bench.nexus.film("promo"))
    everyone = [ours, *contenders.graphs(bench.files, bench.folder), *others]
    floors = {"floor: decode of the 4K range": [*FF, "-t", "2.3", "-i", bench.files["wide"], "-f", "null", "-"],
              "floor: decode of the 1080p range": [*FF, "-t", "2.2", "-i", bench.files["tall"], "-f", "null", "-"],
              "floor: x264 alone": encode_alone(raw, "1080x1920", bench.folder / "floor.mp4")}
    costs: dict[str, list[Cost]] = {}
    wrong: dict[str, str] = {}
    likeness: dict[str, object] = {}
    for number in range(bench.rounds):
        for contender in everyone:
            if number >= contender.rounds or wrong.get(contender.name, "").startswith("failed"):
                continue
            try:
                cost = (bench.nexus.render(edits.promo(), "promo") if contender is ours
                        else measure(contender.command, contender.environment))
            except Failed as failure:
                wrong[contender.name] = "failed: " + " ".join(str(failure).split())[:200]
                bench.say(f"{contender.name}: {wrong[contender.name]}")
                continue
            costs.setdefault(contender.name, []).append(cost)
            bench.say(f"round {number + 1}: {contender.name}: {cost.cpu_s:.1f} CPU s, {cost.wall_s:.1f} s")
            if contender.name not in likeness:
                likeness[contender.name], wrong[contender.name] = what_is_wrong(
                    contender.film, edits.PROMO_FRAMES, references, edits.PROMO_MARKS)
        for name, command in floors.items():
            costs.setdefault(name, []).append(measure(command))
    raw.unlink()
    middle = {name: _median(values) for name, values in costs.items()}
    floor = sum(middle[name].cpu_s for name in floors)
    found = Findings(details=_table(middle, floor, likeness, wrong, missing))
    _judge(found, middle, floor, wrong, missing)
    return found


def _median(costs: list[Cost]) -> Cost:
    return Cost(*(statistics.median(values) for values in zip(*(vars(cost).values() for cost in costs))))


def _judge(found: Findings, middle: dict[str, Cost], floor: float, wrong: dict[str, str], missing: list[str]) -> None:
    if OURS not in middle or wrong.get(OURS):
        found.add("the promo edit", f"ours is wrong: {wrong.get(OURS)}", False)
    if OURS not in middle:
        return
    ours = middle[OURS]
    found.add("promo edit, cold: CPU at most 1.05 x the decode + encode floor", f"{ours.cpu_s / floor:.2f} x "
              f"({ours.cpu_s:.1f} of {floor:.1f} CPU s)", ours.cpu_s <= 1.05 * floor)
    graph = middle[WORSE_GRAPH]
    found.add("never above a scale-then-crop graph", f"{ours.cpu_s / graph.cpu_s:.2f} x", ours.cpu_s <= graph.cpu_s)
    wall = ours.wall_s / graph.wall_s
    found.add("wall time at most 0.85 x one ffmpeg, x264 threads=2", f"{wall:.2f} x the scale-then-crop graph, "
              f"{ours.wall_s / middle[BETTER_GRAPH].wall_s:.2f} x crop-then-scale", wall <= 0.85)
    for name, least in LEAST.items():
        goal = f"at least {least} x less CPU than {name.split()[0]}, less memory"
        if name not in middle:
            found.add(goal, wrong.get(name, "not installed"))
            continue
        factor, theirs = middle[name].cpu_s / ours.cpu_s, middle[name]
        figure = f"{factor:.2f} x; {ours.rss_mb:.0f} against {theirs.rss_mb:.0f} MB"
        remark = f" (its film is invalid: {wrong[name]})" if wrong[name] else ""
        found.add(goal, figure + remark, None if wrong[name] else factor >= least and ours.rss_mb < theirs.rss_mb)
    found.add("memory of the tree at 1080x1920 at most 500 MB", f"{ours.rss_mb:.0f} MB (shared pages counted once: "
              f"{ours.pss_mb:.0f}; our own process alone: {ours.root_mb:.0f})", ours.rss_mb <= 500)


def _table(middle, floor, likeness, wrong, missing) -> str:
    lines = [f"| promo edit | CPU s | of the floor ({floor:.1f} CPU s) | wall s | peak MB of the tree | shared pages "
             "once | SSIM, mean (worst frame) | |", "|---|---|---|---|---|---|---|---|"]
    for name, cost in middle.items():
        like = likeness.get(name)
        shown = f"{like.mean:.3f} ({like.worst:.3f})" if like else ""
        remark = f"**invalid**: {wrong[name]}" if wrong.get(name) else ""
        lines.append(f"| {name} | {cost.cpu_s:.1f} | {cost.cpu_s / floor:.2f} | {cost.wall_s:.1f} | {cost.rss_mb:.0f} "
                     f"| {cost.pss_mb:.0f} | {shown} | {remark} |")
    if missing:
        lines += ["", f"Not installed, left out: {', '.join(missing)} (`bench/render --install`)."]
    return "\n".join(lines)
