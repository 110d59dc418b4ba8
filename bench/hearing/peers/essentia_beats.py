"""essentia's RhythmExtractor2013, method multifeature: the more exact one of its two."""

import essentia
import essentia.standard as standard
from serve import serve

essentia.log.infoActive = False
essentia.log.warningActive = False


def track(path):
    """Five onset functions that vote, at 44,100 Hz; it knows nothing of bars."""
    samples = standard.MonoLoader(filename=path, sampleRate=44100)()
    _, beats, _, _, _ = standard.RhythmExtractor2013(method="multifeature")(samples)
    return {"beats": [float(time) for time in beats]}


serve(f"essentia {essentia.__version__}", track)
