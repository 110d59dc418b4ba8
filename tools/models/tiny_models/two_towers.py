"""What SigLIP2 and CLIP have in common: a text and a picture become vectors of one space."""

from pathlib import Path

import torch
from PIL import Image

from .expected import digits, features, libraries, picture_rows, text_rows, unit, write


@torch.no_grad()
def record(folder: Path, model, texts: list[str], words: dict, pictures: list[Path], processors: tuple) -> None:
    """Writes expected.json. `words`: `input_ids` and `attention_mask`; `processors`: the PIL one, then the other."""
    opened = [Image.open(path).convert("RGB") for path in pictures]
    pixels, fast_pixels = [processor(opened, return_tensors="pt")["pixel_values"] for processor in processors]
    given = {name: words[name] for name in model.taken_by_text}
    text_vectors = unit(features(model.get_text_features(**given)))
    vectors = unit(features(model.get_image_features(pixel_values=pixels)))
    fast_vectors = unit(features(model.get_image_features(pixel_values=fast_pixels)))
    logits = model(pixel_values=pixels, **given).logits_per_image
    bias = getattr(model, "logit_bias", None)
    ours = vectors @ text_vectors.T * model.logit_scale.exp() + (0 if bias is None else bias)
    assert torch.allclose(ours, logits, atol=1e-5), "the score is scale x cosine + bias"
    write(folder, {
        "libraries": libraries(),
        "logit_scale": digits(model.logit_scale.exp())[0],
        "logit_bias": 0.0 if bias is None else digits(bias)[0],
        "apart": {"pixels": float((pixels - fast_pixels).abs().max()),
                  "vectors": float((vectors - fast_vectors).abs().max()),
                  "cosine": float((vectors * fast_vectors).sum(-1).min())},
        "texts": text_rows(texts, words["input_ids"], words["attention_mask"], text_vectors),
        "pictures": picture_rows(pictures, pixels.numpy(), vectors),
        "logits_per_image": [digits(row) for row in logits],
    })
