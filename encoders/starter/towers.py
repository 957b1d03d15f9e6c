"""The starter's two halves as torch modules: needed once, to convert them."""

from pathlib import Path

import numpy as np
import torch
from efficientnet_lite_pytorch import EfficientNet
from open_clip.zero_shot_metadata import IMAGENET_CLASSNAMES
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertModel
from transformers.utils import logging

from encoders.runtime import Module

logging.set_verbosity_error()  # type: ignore[no-untyped-call]
logging.disable_progress_bar()  # type: ignore[no-untyped-call]

TEMPERATURE = 2.0  # softens the class probabilities, so that more than one class has a say


class Sentences(nn.Module):
    """MiniLM's tokens averaged to one unit vector a text, ``(n, 384)``."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.bert = BertModel.from_pretrained(folder)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        tokens = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(tokens.dtype)
        return nn.functional.normalize((tokens * weights).sum(1) / weights.sum(1), dim=-1)


class TextTower(nn.Module):
    """Sentences, seen from the middle of the classes."""

    centre: Tensor

    def __init__(self, sentences: Sentences, centre: Tensor) -> None:
        super().__init__()
        self.sentences = sentences
        self.register_buffer("centre", centre)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        return self.sentences(ids, mask) - self.centre  # type: ignore[no-any-return]


class ImageTower(nn.Module):
    """uint8 pixels ``(n, side, side, 3)`` to class probabilities to a mixture of class vectors."""

    classes: Tensor

    def __init__(self, cnn: nn.Module, classes: Tensor) -> None:
        super().__init__()
        self.cnn = cnn
        self.register_buffer("classes", classes)

    def forward(self, pixels: Tensor) -> Tensor:
        scaled = (pixels.permute(0, 3, 1, 2).to(torch.float32) - 127.0) / 128.0
        return torch.softmax(self.cnn(scaled) / TEMPERATURE, dim=1) @ self.classes


def text_tower(bert: Path) -> Module:
    """The text half, and an example of its input: token ids and mask, ``(n, tokens)`` int64."""
    sentences = Sentences(bert).eval()
    example = np.ones((2, 7), dtype=np.int64)
    return TextTower(sentences, _class_vectors(sentences, bert).mean(0)), (example, example)


def image_tower(cnn_weights: Path, bert: Path) -> Module:
    """The image half, and an example of its input: ``(n, 260, 260, 3)`` uint8."""
    vectors = _class_vectors(Sentences(bert).eval(), bert)
    cnn = EfficientNet.from_name("efficientnet-lite2")
    cnn.load_state_dict(torch.load(cnn_weights, map_location="cpu", weights_only=True))
    example = np.zeros((1, 260, 260, 3), dtype=np.uint8)
    return ImageTower(cnn.eval(), vectors - vectors.mean(0)), (example,)


@torch.inference_mode()
def _class_vectors(sentences: Sentences, bert: Path) -> Tensor:
    tokenizer = Tokenizer.from_file(str(bert / "tokenizer.json"))
    tokenizer.enable_padding()
    tokens = tokenizer.encode_batch([f"a photo of a {name}" for name in IMAGENET_CLASSNAMES])
    ids = torch.tensor([token.ids for token in tokens])
    mask = torch.tensor([token.attention_mask for token in tokens])
    return sentences(ids, mask).clone()  # type: ignore[no-any-return]
