"""As openai/clip-vit-base-patch32: quick GELU, causal text, byte pairs with `</w>`, bicubic pictures and a crop."""

import json
import re
from pathlib import Path

from tokenizers import Tokenizer, pre_tokenizers
from transformers import AutoImageProcessor, CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPTokenizer
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from .pairs import learn_pairs
from .texts import ASKED, LEARNED
from .two_towers import record
from .weights import scatter

TOKENS = 16
START, END = "<|startoftext|>", "<|endoftext|>"


def make(folder: Path, pictures: list[Path]) -> CLIPModel:
    """Writes the whole folder."""
    tokenizer = _tokenizer()
    # Towers of different widths, as the real ones are. The end is told as 2, as in the real file, which means: pool
    # where the highest id stands.
    text = {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
            "vocab_size": len(tokenizer), "max_position_embeddings": TOKENS, "hidden_act": "quick_gelu",
            "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}
    vision = {"hidden_size": 20, "intermediate_size": 28, "num_hidden_layers": 2, "num_attention_heads": 2,
              "image_size": 32, "patch_size": 8, "hidden_act": "quick_gelu"}
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=24)).eval()
    scatter(model, seed=3)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(_preprocessing(), indent=2) + "\n")
    processors = (CLIPImageProcessorPil.from_pretrained(folder), CLIPImageProcessor.from_pretrained(folder))
    assert isinstance(AutoImageProcessor.from_pretrained(folder), CLIPImageProcessor)

    words = tokenizer(ASKED, padding="max_length", max_length=TOKENS, truncation=True, return_tensors="pt")
    _agree(folder, words["input_ids"].tolist())
    model.taken_by_text = ["input_ids", "attention_mask"]
    record(folder, model, ASKED, words, pictures, processors)
    return model


def _preprocessing() -> dict:
    """The form of the real file, which is an old one: sizes are bare numbers, the class has its former name."""
    return {"crop_size": 32, "do_center_crop": True, "do_normalize": True, "do_resize": True,
            "feature_extractor_type": "CLIPFeatureExtractor", "image_mean": [0.48145466, 0.4578275, 0.40821073],
            "image_std": [0.26862954, 0.26130258, 0.27577711], "resample": 3, "size": 32}


def _tokenizer() -> CLIPTokenizer:
    """Bytes, bytes that end a word, pairs, start, end: the order of the real one, whose highest id is the end."""
    to_letters = pre_tokenizers.ByteLevel(add_prefix_space=False)
    spelt = [to_letters.pre_tokenize_str(word)[0][0] for line in LEARNED for word in re.findall(r"\w+|[^\w\s]+", line)]
    merges = learn_pairs([[*word[:-1], f"{word[-1]}</w>"] for word in spelt], 86)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    pieces = [*letters, *(f"{letter}</w>" for letter in letters), *(left + right for left, right in merges), START, END]
    return CLIPTokenizer(vocab={piece: number for number, piece in enumerate(pieces)}, merges=merges,
                         model_max_length=TOKENS)


def _agree(folder: Path, ids: list[list[int]]) -> None:
    """The file alone, as other languages read it, gives the same ids as the library's class."""
    alone = Tokenizer.from_file(str(folder / "tokenizer.json"))
    alone.enable_truncation(TOKENS)
    alone.enable_padding(length=TOKENS, pad_id=alone.token_to_id(END), pad_token=END)
    assert [encoding.ids for encoding in alone.encode_batch(ASKED)] == ids, "tokenizer.json is not the whole truth"
