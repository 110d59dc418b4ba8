"""The towers as ONNX, in the layout of the hub: onnx/vision_model.onnx and onnx/text_model.onnx beside the rest."""

import shutil
from pathlib import Path

import onnx
import torch

from .expected import features


class _Tower(torch.nn.Module):
    """One tower as a function of its input alone."""

    def __init__(self, model: torch.nn.Module, answer) -> None:
        super().__init__()
        self.model, self.answer = model, answer

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        return features(self.answer(self.model, given))


def export_towers(model, made: Path, folder: Path) -> None:
    """Copies the folder of `made` and adds both towers; their vectors are not yet of length one."""
    shutil.copytree(made, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "onnx").mkdir(exist_ok=True)
    tokens, side = model.config.text_config.max_position_embeddings, model.config.vision_config.image_size
    siglip = model.config.model_type == "siglip"
    vision = _Tower(model, lambda model, pixels: model.get_image_features(pixel_values=pixels))
    text = _Tower(model, lambda model, ids: model.get_text_features(input_ids=ids))
    _export(vision, torch.zeros(2, 3, side, side), folder / "onnx/vision_model.onnx", "pixel_values",
            "pooler_output" if siglip else "image_embeds", {0: "batch_size"})
    _export(text, torch.ones(2, tokens, dtype=torch.int64), folder / "onnx/text_model.onnx", "input_ids",
            "pooler_output" if siglip else "text_embeds", {0: "batch_size"})


def _export(tower: _Tower, given: torch.Tensor, path: Path, entry: str, exit_name: str, axes: dict) -> None:
    torch.onnx.export(tower.eval(), (given,), str(path), input_names=[entry], output_names=[exit_name],
                      dynamic_axes={entry: axes, exit_name: axes}, opset_version=17, dynamo=False)
    graph = onnx.load(path).graph
    told = [f"{each.name} {[axis.dim_param or axis.dim_value for axis in each.type.tensor_type.shape.dim]}"
            for each in [*graph.input, *graph.output]]
    kinds = sorted({node.op_type for node in graph.node})
    print(f"{path}: {', '.join(told)}; {len(graph.node)} nodes: {' '.join(kinds)}")
