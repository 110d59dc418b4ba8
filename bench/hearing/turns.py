"""Every contender hears every excerpt, turn by turn, so that a busy moment of the machine meets all of them alike."""

from collections.abc import Callable

from .answers import Answer
from .excerpts import Excerpt


class Turns:
    """The answers of the first round, the processor time of all rounds, and what was not the same twice."""

    def __init__(self, contenders: list, excerpts: list[Excerpt], say: Callable[[str], None]):
        self.contenders, self.excerpts, self.say = contenders, excerpts, say
        self.answers: dict[str, list[Answer]] = {}
        self.cpu_s: dict[str, list[list[float]]] = {each.name: [] for each in contenders}
        self.unsteady: set[str] = set()
        self.done = 0

    def rounds(self, wanted: int) -> None:
        """Sees to it that so many rounds are done; dear contenders take part in their first ones only."""
        while self.done < wanted:
            self.done += 1
            self._round([each for each in self.contenders if self.done <= each.rounds])

    def _round(self, contenders: list) -> None:
        heard: dict[str, list[Answer]] = {each.name: [] for each in contenders}
        for each in contenders:
            self.cpu_s[each.name].append([])
        for number, excerpt in enumerate(self.excerpts, 1):
            self.say(f"  round {self.done}, {number} of {len(self.excerpts)}: {excerpt.name}")
            # Whoever came first comes last the next time.
            for each in contenders if number % 2 else reversed(contenders):
                answer, cpu_s = each.hear(excerpt.sound)
                heard[each.name].append(answer)
                self.cpu_s[each.name][-1].append(cpu_s)
        for name, answers in heard.items():
            if self.answers.setdefault(name, answers) != answers:
                self.unsteady.add(name)
