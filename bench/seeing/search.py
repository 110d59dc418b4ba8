"""Part `search`: questions in plain words, over everything that was uploaded."""

import shutil
from pathlib import Path

from hearing.ffmpeg import Failed
from hearing.table import Findings

# What may come first. Nothing: `best` has to be empty, so that the fallback begins.
QUESTIONS = {
    "sea and islands from above": ["editly_palawan.mp4", "editly_kohlipe1.mp4", "editly_kohlipe3.mp4",
                                   "editly_img3.jpg"],
    "somebody cooking": ["decord_pancake.mkv"],
    "waterfall indoors": ["editly_changi.mp4"],
    "beach": ["editly_kohlipe1.mp4", "editly_kohlipe3.mp4", "editly_img3.jpg", "gopro_karma.mp4"],
    "a flower": ["mdn_flower.mp4"],
    "wine or bottles on a table": ["intel_bottle.mp4", "immich_craft-beer.jpg"],
    "swans at golden hour": ["mei_515.mp4"],
    "oysters": [],
}


def measure_search(bench) -> Findings:
    """A new data folder, everything uploaded under names that tell nothing, then every question."""
    folders = [folder for folder in (bench.footage, bench.photos) if folder]
    if not bench.nexus or not folders:
        raise Failed("needs our binary and shared/data")
    shutil.rmtree(bench.nexus.folder / "data", ignore_errors=True)
    bench.say("  uploading")
    names = _renamed(folders, bench.work / "unnamed")
    told = bench.nexus.ingest([bench.work / "unnamed"])
    findings = Findings(raw={"ingest": told})
    lines, right = [], 0
    for question, wanted in QUESTIONS.items():
        found = {group: [names[name] for name in hits] for group, hits in bench.nexus.search(question).items()}
        best = found["best"]
        is_right = best[:1] and best[0] in wanted if wanted else not best
        right += bool(is_right)
        lines.append([question, "yes" if is_right else "**no**", ", ".join(best[:5]) or "nothing",
                      ", ".join(found["maybe"][:5]) or "nothing"])
        findings.raw[question] = found
        if not wanted:
            findings.add(f"'{question}' is said to be missing", "missing" if is_right else f"{len(best)} files",
                         bool(is_right))
    findings.add("questions answered rightly, the best first", f"{right} of {len(QUESTIONS)}", right == len(QUESTIONS))
    findings.table(["question", "right", "best", "maybe"], lines)
    if failed := told.get("failed"):
        findings.details.append("Not taken: " + "; ".join(str(each.get("reason")) for each in failed))
    return findings


def _renamed(folders: list[Path], into: Path) -> dict[str, str]:
    """Copies named by number, and what each was called: words of file names would answer half of the questions."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    names = {}
    files = sorted(path for folder in folders for path in folder.iterdir() if path.suffix not in {".csv", ".txt"})
    for number, path in enumerate(files):
        copy = into / f"{number:03}{path.suffix}"
        shutil.copyfile(path, copy)
        names[copy.name] = path.name
    return names
