"""What was found, as markdown; and what of it is kept, so that an interrupted run can go on."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass
class Row:
    """A goal, what was found, whether it is met; `None` is for figures without a goal."""

    goal: str
    figure: str
    met: bool | None = None


@dataclass
class Findings:
    """What one part of the benchmark found: rows for the table of goals, and a table or words of its own."""

    rows: list[Row] = field(default_factory=list)
    details: str = ""

    def add(self, goal: str, figure: str, met: bool | None = None) -> None:
        """Notes one row."""
        # A message of a program may hold what would break a table.
        self.rows.append(Row(goal, " ".join(figure.split()).replace("|", "/"), met))


class Kept:
    """Findings of this binary on disk, part by part."""

    def __init__(self, path: Path, stamp: str, go_on: bool):
        self.path, self.stamp = path, stamp
        stored = json.loads(path.read_text()) if go_on and path.exists() else {}
        self.parts = stored.get("parts", {}) if stored.get("stamp") == stamp else {}

    def get(self, part: str) -> Findings | None:
        """What an earlier run found."""
        if part not in self.parts:
            return None
        stored = self.parts[part]
        return Findings([Row(**row) for row in stored["rows"]], stored["details"])

    def put(self, part: str, findings: Findings) -> None:
        """Keeps what was found; the file is whole at any time."""
        self.parts[part] = asdict(findings)
        fresh = self.path.with_suffix(".part")
        fresh.write_text(json.dumps({"stamp": self.stamp, "parts": self.parts}, indent=1))
        fresh.replace(self.path)


def markdown(heading: str, found: dict[str, Findings]) -> str:
    """The whole answer."""
    words = {True: "met", False: "**missed**", None: "-"}
    lines = [heading, "", "| goal | figure | |", "|---|---|---|"]
    for findings in found.values():
        lines += [f"| {row.goal} | {row.figure} | {words[row.met]} |" for row in findings.rows]
    for findings in found.values():
        if findings.details:
            lines += ["", findings.details]
    return "\n".join(lines)
