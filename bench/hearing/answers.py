"""What a tracker says about a piece of music, whoever said it."""

from dataclasses import dataclass, field
from statistics import median

# How far a tempo may be from the double or the half and still be called an octave error.
OCTAVE_NEAR = 0.08


@dataclass
class Answer:
    """Times in seconds. `meter` is `None` for trackers that do not tell one; `fault` says why there is no answer."""

    beats: list[float] = field(default_factory=list)
    downbeats: list[float] = field(default_factory=list)
    meter: int | None = None
    fault: str = ""

    @staticmethod
    def of(told: dict) -> "Answer":
        """Reads our command's document, and the workers' (whose beats are bare seconds)."""
        beats = [float(beat["t"] if isinstance(beat, dict) else beat) for beat in told["beats"]]
        return Answer(beats, [float(time) for time in told["downbeats"]], _meter(told.get("meter")))


def every_fourth(beats: list[float]) -> list[float]:
    """The downbeats of trackers that know of none."""
    return beats[::4]


def tempo_bpm(beats: list[float]) -> float:
    """By the median distance of beats; 0 when there are too few of them."""
    distances = [after - before for before, after in zip(beats, beats[1:]) if after > before]
    return 60 / median(distances) if distances else 0.0


def octave(beats: list[float], true_bpm: float) -> float | None:
    """2 or 0.5 when the tempo of `beats` is near the double or the half of the true one."""
    ratio = tempo_bpm(beats) / true_bpm
    return next((wrong for wrong in (2.0, 0.5) if abs(ratio / wrong - 1) <= OCTAVE_NEAR), None)


def _meter(told) -> int | None:
    """The beats of a bar, told as a number or as `3/4`."""
    return None if told is None else int(str(told).split("/")[0])
