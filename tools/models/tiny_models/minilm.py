"""As sentence-transformers/all-MiniLM-L6-v2: BERT, mean of the tokens that are no padding, length one."""

import json
import re
import unicodedata
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import WordPiece
from transformers import BertConfig, BertModel

from .expected import digits, libraries, text_rows, unit, write
from .pairs import learn_pairs
from .texts import ASKED, LEARNED
from .weights import scatter

TOKENS = 16
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def make(folder: Path) -> BertModel:
    """Writes the whole folder, in the layout of the real one."""
    tokenizer = _tokenizer()
    config = BertConfig(vocab_size=tokenizer.get_vocab_size(), hidden_size=32, intermediate_size=48,
                        num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=24)
    model = BertModel(config).eval()
    scatter(model, seed=5)
    model.save_pretrained(folder)
    _write_tokenizer(folder, tokenizer)
    _write_modules(folder)
    sentences = SentenceTransformer(str(folder), device="cpu")
    vectors = torch.from_numpy(sentences.encode(ASKED, batch_size=len(ASKED)))
    encodings = _encodings(tokenizer)
    _agree(model, encodings, vectors)
    write(folder, {
        "libraries": libraries(),
        "texts": text_rows(ASKED, [each.ids for each in encodings], [each.attention_mask for each in encodings],
                           vectors),
        "cosines": [digits(row) for row in vectors @ vectors.T],
    })
    return model


def _tokenizer() -> Tokenizer:
    words = [re.findall(r"\w|[^\w\s]", word) for line in LEARNED for word in re.findall(r"\w+|[^\w\s]", _bare(line))]
    spelt = [[word[0], *(f"##{letter}" for letter in word[1:])] for word in words]
    letters = sorted({piece for word in spelt for piece in word} | {f"##{letter}" for word in words for letter in word})
    joined = [_join(*pair) for pair in learn_pairs(spelt, 190, _join)]
    vocabulary = {piece: number for number, piece in enumerate([*SPECIAL, *letters, *joined])}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


def _bare(line: str) -> str:
    """Lower case without accents, as the tokenizer makes it."""
    return "".join(letter for letter in unicodedata.normalize("NFD", line.lower()) if not unicodedata.combining(letter))


def _join(left: str, right: str) -> str:
    return left + right.removeprefix("##")


def _write_tokenizer(folder: Path, tokenizer: Tokenizer) -> None:
    """The real tokenizer.json pads and cuts at 128, which sentence_bert_config.json overrules with 256: so here too."""
    tokenizer.enable_truncation(TOKENS // 2)
    tokenizer.enable_padding(length=TOKENS // 2)
    tokenizer.save(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    _json(folder / "tokenizer_config.json", {
        "do_lower_case": True, "unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]",
        "mask_token": "[MASK]", "tokenize_chinese_chars": True, "strip_accents": None,
        "tokenizer_class": "BertTokenizer", "model_max_length": 24})


def _write_modules(folder: Path) -> None:
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    _json(folder / "modules.json", [{"idx": number, "name": str(number), "path": path,
                                     "type": f"sentence_transformers.models.{kind}"}
                                    for number, (path, kind) in enumerate(kinds)])
    _json(folder / "sentence_bert_config.json", {"max_seq_length": TOKENS, "do_lower_case": False})
    (folder / "1_Pooling").mkdir(exist_ok=True)
    _json(folder / "1_Pooling/config.json", {
        "word_embedding_dimension": 32, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True,
        "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False})


def _encodings(tokenizer: Tokenizer) -> list:
    """Cut as sentence_bert_config.json says, padded to the longest."""
    tokenizer.enable_truncation(TOKENS)
    tokenizer.enable_padding()
    return tokenizer.encode_batch(ASKED)


@torch.no_grad()
def _agree(model: BertModel, encodings: list, vectors: torch.Tensor) -> None:
    """The vectors by hand: so that what the package does is known and not only recorded."""
    ids = torch.tensor([each.ids for each in encodings])
    mask = torch.tensor([each.attention_mask for each in encodings])
    hidden = model(input_ids=ids, attention_mask=mask).last_hidden_state
    weights = mask.unsqueeze(-1).float()
    mean = (hidden * weights).sum(1) / weights.sum(1)
    assert torch.allclose(unit(mean), vectors, atol=1e-6), "mean over the mask, then length one"


def _json(path: Path, content) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n")
