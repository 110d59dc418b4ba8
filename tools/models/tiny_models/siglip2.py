"""As google/siglip2-base-patch16-224: SigLIP's classes, Gemma's tokenizer, squashed bilinear pictures."""

import json
import re
from pathlib import Path

from tokenizers import Tokenizer
from transformers import GemmaTokenizer, SiglipConfig, SiglipImageProcessor, SiglipModel
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

from .pairs import learn_pairs
from .texts import ASKED, LEARNED
from .two_towers import record
from .weights import scatter

SPECIAL = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>"]
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
TOKENS = 64
TOWER = {"hidden_size": 20, "intermediate_size": 28, "num_hidden_layers": 2, "num_attention_heads": 2}


def make(folder: Path, pictures: list[Path]) -> SiglipModel:
    """Writes the whole folder."""
    tokenizer = _tokenizer()
    vision = {**TOWER, "image_size": 32, "patch_size": 8}
    # The real file leaves out these ids as well, and most sizes: whoever reads it must know the defaults.
    text = {**TOWER, "vocab_size": len(tokenizer)}
    model = SiglipModel(SiglipConfig(text_config=text, vision_config=vision)).eval()
    scatter(model, seed=2)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    processor = SiglipImageProcessorPil(**_preprocessing())
    (folder / "preprocessor_config.json").write_text(json.dumps(_preprocessing(), indent=2) + "\n")

    # Trained on lower case, but neither tokenizer.json nor the tokenizer's class does it.
    lowered = [text.lower() for text in ASKED]
    words = tokenizer(lowered, padding="max_length", max_length=TOKENS, truncation=True, return_tensors="pt",
                      return_attention_mask=True)
    _agree(folder, lowered, words["input_ids"].tolist())
    # The model never saw a mask: padding takes part in the attention, and the last position is what is pooled.
    model.taken_by_text = ["input_ids"]
    record(folder, model, ASKED, words, pictures, (processor, SiglipImageProcessor(**_preprocessing())))
    return model


def _preprocessing() -> dict:
    """The real file's keys and values, but for the size. 2 is bilinear; the library's default is 3, bicubic."""
    return {"do_convert_rgb": None, "do_normalize": True, "do_rescale": True, "do_resize": True,
            "image_mean": [0.5, 0.5, 0.5], "image_processor_type": "SiglipImageProcessor", "image_std": [0.5, 0.5, 0.5],
            "processor_class": "SiglipProcessor", "resample": 2, "rescale_factor": 1 / 255,
            "size": {"height": 32, "width": 32}}


def _tokenizer() -> GemmaTokenizer:
    # Gemma's own pieces begin with the blank and never hold one inside; runs of blanks are pieces too.
    words = [list(word) for line in LEARNED for word in re.findall("▁?[^▁]+", line.replace(" ", "▁"))]
    merges = [("▁", "▁"), *learn_pairs(words, 80)]
    letters = sorted({letter for word in words for letter in word})
    pieces = [*SPECIAL, *BYTES, *letters, *(left + right for left, right in merges)]
    vocabulary = {piece: number for number, piece in enumerate(pieces)}
    return GemmaTokenizer(vocab=vocabulary, merges=merges, add_bos_token=False, add_eos_token=True,
                          padding_side="right", do_lower_case=True, model_input_names=["input_ids"],
                          processor_class="SiglipProcessor")


def _agree(folder: Path, texts: list[str], ids: list[list[int]]) -> None:
    """The file alone, as other languages read it, gives the same ids as the library's class."""
    alone = Tokenizer.from_file(str(folder / "tokenizer.json"))
    alone.enable_truncation(TOKENS)
    alone.enable_padding(length=TOKENS, pad_id=0, pad_token="<pad>")
    assert [encoding.ids for encoding in alone.encode_batch(texts)] == ids, "tokenizer.json is not the whole truth"
