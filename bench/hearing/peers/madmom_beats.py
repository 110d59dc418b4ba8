"""madmom's downbeat tracker: its networks, then its model of bars of three and four beats (the default of its program).

Its last release is older than Python 3.10; the name that it misses is put back before it is imported.
"""

import collections
import collections.abc
import warnings

collections.MutableSequence = collections.abc.MutableSequence
warnings.simplefilter("ignore")

import madmom  # noqa: E402 (needs the name above)
from madmom.features.downbeats import DBNDownBeatTrackingProcessor, RNNDownBeatProcessor  # noqa: E402
from serve import serve  # noqa: E402

FRAMES_PER_S = 100
activations = RNNDownBeatProcessor(fps=FRAMES_PER_S)
bars = DBNDownBeatTrackingProcessor(beats_per_bar=[3, 4], fps=FRAMES_PER_S)


def track(path):
    """Beats with their positions; the meter is the highest of them."""
    found = bars(activations(path))
    return {"beats": [float(time) for time, _ in found],
            "downbeats": [float(time) for time, position in found if int(position) == 1],
            "meter": max((int(position) for _, position in found), default=None)}


serve(f"madmom {madmom.__version__}", track)
