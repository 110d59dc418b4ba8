#!/usr/bin/env python3
"""Makes the tiny models by which the crate's tests know that ours answers as the reference library does.

    venv/bin/python tools/models/tiny.py                    writes crates/nexus-vision/tests/data/tiny
    venv/bin/python tools/models/tiny.py --keys             and lists each parameter with its shape
    venv/bin/python tools/models/tiny.py --onnx FOLDER      and exports the towers of SigLIP2 and CLIP
"""

import argparse
import os
import sys
from pathlib import Path

# Said before the libraries are read: nothing is asked for over the network, and sums have one order.
os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false")
sys.dont_write_bytecode = True

import torch  # noqa: E402
import transformers  # noqa: E402

from tiny_models import clip, minilm, siglip2  # noqa: E402
from tiny_models.pictures import write_pictures  # noqa: E402

HOME = Path(__file__).resolve().parents[2] / "crates/nexus-vision/tests/data/tiny"


def main() -> int:
    """Writes every folder anew; the same bytes each time."""
    reader = argparse.ArgumentParser(description="Makes tiny models and what the reference library answers with them.")
    reader.add_argument("--into", type=Path, default=HOME, help="where the folders go [default: %(default)s]")
    reader.add_argument("--keys", action="store_true", help="list the parameters with their shapes")
    reader.add_argument("--onnx", type=Path, metavar="FOLDER", help="export the towers as onnx/*_model.onnx")
    chosen = reader.parse_args()
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    pictures = write_pictures(chosen.into / "pictures")
    models = {}
    for name, make in [("siglip2", siglip2.make), ("clip", clip.make)]:
        models[name] = make(_folder(chosen.into, name), pictures)
    models["minilm"] = minilm.make(_folder(chosen.into, "minilm"))
    for name, model in models.items():
        size = sum(path.stat().st_size for path in (chosen.into / name).rglob("*") if path.is_file())
        print(f"{name}: {sum(values.numel() for values in model.parameters())} parameters, {size / 1000:.0f} kB")
    if chosen.keys:
        _list_keys(chosen.into)
    if chosen.onnx:
        from tiny_models.export import export_towers

        for name in ["siglip2", "clip"]:
            export_towers(models[name], chosen.into / name, chosen.onnx / name)
    return 0


def _folder(home: Path, name: str) -> Path:
    folder = home / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _list_keys(home: Path) -> None:
    from safetensors import safe_open

    for name in ["siglip2", "clip", "minilm"]:
        print(f"\n{name}/model.safetensors")
        with safe_open(home / name / "model.safetensors", "pt") as stored:
            for key in stored.keys():
                values = stored.get_tensor(key)
                print(f"  {key} {list(values.shape)} {str(values.dtype).removeprefix('torch.')}")


if __name__ == "__main__":
    sys.exit(main())
