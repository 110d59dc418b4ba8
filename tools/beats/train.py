#!/usr/bin/env python3
"""Trains everything that the ear has learned, on music that this folder makes and, where given, on real excerpts.

    tools/beats/train.py WORK --study PATH [--excerpts FOLDER] [--steps 2600] [--tuning 400]

WORK keeps what is made on the way: the music (`make_music.py WORK/music` makes it), what is heard of it, and each
finished network, so that an interrupted training goes on. `--study` is the example `study` of nexus-beats. Writes
`crates/nexus-beats/model/ear.onnx` and `crates/nexus-beats/src/weights.rs`, and prints what cross-validation says about
the excerpts, each judged by models that never heard it.
"""

import argparse
import pickle
import sys
from pathlib import Path

import jax.numpy as jnp
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from ear import corpus, export, judging, network, rust  # noqa: E402 (the package lies beside this file)
from ear.choice import DownbeatModel, Study  # noqa: E402
from ear.learn import learn  # noqa: E402
from ear.seen import Seen, study  # noqa: E402

CRATE = Path(__file__).resolve().parents[2] / "crates/nexus-beats"
FOLDS = 3
EXCERPT_SHARE = 0.3
"""Share of the excerpts in the tuning."""
METRONOME_SHARE = 2.0
"""How much more often a metronome is heard in the tuning than another track."""

def main() -> None:
    arguments = read_arguments()
    work: Path = arguments.work
    music, heard = work / "music", work / "heard"
    study(arguments.study, "bands", music, heard)
    made = corpus.load(music, heard)
    if len(made) < 50:
        sys.exit(f"{music} holds {len(made)} tracks; make some first: tools/beats/make_music.py {music} --count 1000")
    watched = {track.name for track in made[::18] if len(track.beats)}
    taught = [track for track in made if track.name not in watched]
    base = kept(work / "base.pkl", lambda: learn(
        network.fresh(1), taught, np.ones(len(taught)), arguments.steps, 3e-3, 1,
        watch=[track for track in made if track.name in watched], every=200,
    ))
    excerpts: list[corpus.Track] = []
    if arguments.excerpts:
        study(arguments.study, "bands", arguments.excerpts, work / "heard-excerpts")
        excerpts = corpus.load(arguments.excerpts, work / "heard-excerpts")

    def tuned(name: str, own: list[corpus.Track]) -> Path:
        """A network that also heard `own`, as a file."""
        often = np.array([METRONOME_SHARE if track.name.endswith("metronome") else 1.0 for track in made])
        shares = np.concatenate([
            often / often.sum() * (1 - EXCERPT_SHARE), np.full(len(own), EXCERPT_SHARE / max(1, len(own))),
        ])
        weights = kept(work / f"{name}.pkl", lambda: learn(base, made + own, shares, arguments.tuning, 1e-3, 2))
        export.write(weights, work / f"{name}.onnx")
        return work / f"{name}.onnx"

    final = tuned("final", excerpts)
    own = Seen(arguments.study, final, music, work / "final")
    folds = [Fold(arguments, work, excerpts, fold, tuned) for fold in range(FOLDS if excerpts else 0)]
    # The small models learn from excerpts as networks see them that did not learn from these.
    downbeats = own.downbeats([beats for fold in folds for beats in fold.beats])
    for fold in folds:
        fold.see(own.downbeats([beats for other in folds if other is not fold for beats in other.beats]))
    level = own.level(downbeats, [study for fold in folds for study in fold.studies])
    rows = []
    for fold in folds:
        others = [study for other in folds if other is not fold for study in other.studies]
        rows += judging.judge(own.level(downbeats, others), fold.studies)
    if rows:
        judging.report(rows)
    export.write(pickle.loads((work / "final.pkl").read_bytes()), CRATE / "model/ear.onnx")
    rust.write(level, downbeats, CRATE / "src/weights.rs")


class Fold:
    """Excerpts as seen by a network that never heard them."""

    def __init__(self, arguments: argparse.Namespace, work: Path, excerpts: list[corpus.Track], fold: int, tuned) -> None:
        self.names = {track.name for index, track in enumerate(excerpts) if index % FOLDS == fold}
        file = tuned(f"fold{fold}", [track for track in excerpts if track.name not in self.names])
        self.seen = Seen(arguments.study, file, arguments.excerpts, work / f"fold{fold}")
        self.beats = [one for one in self.seen.beats() if one.name in self.names]
        self.studies: list[Study] = []

    def see(self, downbeats: DownbeatModel) -> None:
        """Has the excerpts read with a downbeat model that did not learn from them."""
        self.studies = [one for one in self.seen.studies(downbeats) if one.name in self.names]


def kept(file: Path, make) -> dict:
    """Weights from a file, or made and written there."""
    if not file.exists():
        weights = make()
        file.write_bytes(pickle.dumps({name: np.asarray(value) for name, value in weights.items()}))
    return {name: jnp.asarray(value) for name, value in pickle.loads(file.read_bytes()).items()}


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--study", type=Path, required=True, help="the example `study` of nexus-beats")
    parser.add_argument("--excerpts", type=Path, help="folder of NAME.beats and NAME.wav (mono, 16 bits)")
    parser.add_argument("--steps", type=int, default=2600)
    parser.add_argument("--tuning", type=int, default=400)
    return parser.parse_args()


if __name__ == "__main__":
    main()
