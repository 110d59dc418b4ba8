"""What was found, as markdown."""

from dataclasses import dataclass, field


@dataclass
class Row:
    """A goal, what was found, whether it is met; `None` is for figures without a goal."""

    goal: str
    figure: str
    met: bool | None = None


@dataclass
class Findings:
    """What one part of the benchmark found: rows for the table of goals, tables or words of its own, raw figures."""

    rows: list[Row] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    raw: dict = field(default_factory=dict)

    def add(self, goal: str, figure: str, met: bool | None = None) -> None:
        """Notes one row."""
        self.rows.append(Row(goal, _plain(figure), met))

    def table(self, head: list[str], lines: list[list[str]]) -> None:
        """Notes a table of its own."""
        self.details.append("\n".join([_line(head), "|" + "---|" * len(head), *map(_line, lines)]))


def markdown(heading: str, found: dict[str, Findings]) -> str:
    """The whole answer."""
    words = {True: "met", False: "**missed**", None: "-"}
    lines = [heading]
    rows = [row for findings in found.values() for row in findings.rows]
    if rows:
        lines += ["", "| goal | figure | |", "|---|---|---|"]
        lines += [f"| {row.goal} | {row.figure} | {words[row.met]} |" for row in rows]
    for findings in found.values():
        for detail in findings.details:
            lines += ["", detail]
    return "\n".join(lines)


def figure(value: float | None, digits: int = 3, sign: str = "") -> str:
    """A number, or that there is none."""
    return "n/a" if value is None else f"{value:{sign}.{digits}f}"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(map(_plain, cells)) + " |"


def _plain(words: str) -> str:
    """A message of a program may hold what would break a table."""
    return " ".join(words.split()).replace("|", "/")
