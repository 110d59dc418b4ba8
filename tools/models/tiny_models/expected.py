"""What the reference library answers, in a form that a test can read."""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

LIBRARIES = ["transformers", "torch", "torchvision", "tokenizers", "pillow", "sentence-transformers"]


def libraries() -> dict[str, str]:
    """Whose answers these are."""
    return {name: version(name) for name in LIBRARIES}


def digits(values) -> list[float]:
    """Eight digits behind the point: f32 has no more at this size."""
    return [round(float(value), 8) for value in np.asarray(values, dtype=np.float64).reshape(-1)]


def unit(vectors: torch.Tensor) -> torch.Tensor:
    """Each row divided by its length."""
    return vectors / vectors.norm(dim=-1, keepdim=True)


def features(answer) -> torch.Tensor:
    """The vector of an answer: older releases returned it bare."""
    return answer if isinstance(answer, torch.Tensor) else answer.pooler_output


def text_rows(texts: list[str], ids, masks, vectors) -> list[dict]:
    """A row per text."""
    return [{"text": text, "ids": list(map(int, row)), "mask": list(map(int, mask)), "vector": digits(vector)}
            for text, row, mask, vector in zip(texts, ids, masks, vectors, strict=True)]


def picture_rows(paths: list[Path], pixels, vectors) -> list[dict]:
    """A row per picture; `first` and `last` are of the flat [3, height, width] values."""
    return [{"file": path.name, "shape": list(values.shape), "first": digits(values.reshape(-1)[:16]),
             "last": digits(values.reshape(-1)[-16:]), "means": digits(values.mean(axis=(1, 2), dtype=np.float64)),
             "vector": digits(vector)}
            for path, values, vector in zip(paths, pixels, vectors, strict=True)]


def write(folder: Path, answers: dict) -> None:
    """One line per row: long lists of numbers one below the other are no use to a reader."""
    lines = []
    for key, value in answers.items():
        if isinstance(value, list):
            rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in value)
            lines.append(f' "{key}": [\n  {rows}\n ]')
        else:
            lines.append(f' "{key}": {json.dumps(value, ensure_ascii=False)}')
    (folder / "expected.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
