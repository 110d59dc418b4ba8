"""How right a list of boundaries, or of words, is."""

from dataclasses import dataclass

# How far from a gradual transition a boundary may lie and still mean it.
NEAR_FRAMES = 5


@dataclass(frozen=True)
class Join:
    """Where one take becomes the next: frames `first` to `last`. Of a hard cut both are the first frame of the new."""

    kind: str
    first: int
    last: int


@dataclass
class Score:
    """Counts, so that scores of several files can be added. `said` holds what was right, `wrong` what was not."""

    said: int = 0
    wrong: int = 0
    found: int = 0
    missed: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.said + other.said, self.wrong + other.wrong, self.found + other.found,
                     self.missed + other.missed)

    @property
    def precision(self) -> float | None:
        """`None` when nothing was said."""
        return self.said / (self.said + self.wrong) if self.said + self.wrong else None

    @property
    def recall(self) -> float | None:
        """`None` when there was nothing to find."""
        return self.found / (self.found + self.missed) if self.found + self.missed else None

    @property
    def f1(self) -> float | None:
        """0 when nothing right was said though there was something to find."""
        if self.recall is None:
            return None
        precision = self.precision or 0.0
        return 2 * precision * self.recall / (precision + self.recall) if precision + self.recall else 0.0


def hard_cuts(said: list[int], joins: list[Join], tolerance: int) -> Score:
    """Each boundary may mean one cut, each cut be meant by one boundary; the nearest pairs first."""
    pairs = sorted((abs(frame - join.first), number, place) for number, frame in enumerate(said)
                   for place, join in enumerate(joins) if abs(frame - join.first) <= tolerance)
    used, met = set(), set()
    for _, number, place in pairs:
        if number not in used and place not in met:
            used.add(number)
            met.add(place)
    return Score(len(used), len(said) - len(used), len(met), len(joins) - len(met))


def gradual(said: list[int], joins: list[Join]) -> Score:
    """Any boundary within a transition, or near it, is right, a second one too; the transition is found once."""
    def means(frame: int, join: Join) -> bool:
        return join.first - NEAR_FRAMES <= frame <= join.last + NEAR_FRAMES

    right = sum(any(means(frame, join) for join in joins) for frame in said)
    found = sum(any(means(frame, join) for frame in said) for join in joins)
    return Score(right, len(said) - right, found, len(joins) - found)


def words(said: list[str], obvious: list[list[str]], right: list[str]) -> tuple[Score, list[str], list[list[str]]]:
    """The score, the wrong words, and the obvious things of which no word was said."""
    allowed = {_plain(word) for word in right} | {_plain(word) for group in obvious for word in group}
    wrong = [word for word in said if _plain(word) not in allowed]
    spoken = {_plain(word) for word in said}
    missed = [group for group in obvious if not spoken & {_plain(word) for word in group}]
    return Score(len(said) - len(wrong), len(wrong), len(obvious) - len(missed), len(missed)), wrong, missed


def _plain(word: str) -> str:
    """Singular and plural, hyphen and blank are one word."""
    parts = word.lower().replace("-", " ").split()
    return " ".join(part[:-1] if len(part) > 3 and part.endswith("s") and not part.endswith("ss") else part
                    for part in parts)
