"""The towers as torch modules: needed once, to convert them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import timm
import torch
from efficientnet_lite_pytorch import EfficientNet
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import AutoModel
from transformers.utils import logging

from encoders.joint.weights import LITE, image_weights
from encoders.runtime import Module

logging.set_verbosity_error()  # type: ignore[no-untyped-call]
logging.disable_progress_bar()  # type: ignore[no-untyped-call]

TEMPERATURE = 2.0  # softens the class probabilities, so that more than one class has a say


class Lite(nn.Module):
    """An EfficientNet-Lite: pooled features ``(n, 1280)`` and ImageNet logits ``(n, 1000)``."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.side = LITE[name]
        self.cnn: Any = EfficientNet.from_name(name)
        weights = torch.load(image_weights(name), map_location="cpu", weights_only=True)
        self.cnn.load_state_dict(weights)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        maps = self.cnn.extract_features(_resized((pixels - 127.0) / 128.0, self.side))
        features = maps.mean((2, 3))
        return features, self.cnn._fc(features)


class Timm(nn.Module):
    """Any model of timm without its classifier: pooled features ``(n, width)``."""

    body: Any

    def __init__(self, name: str) -> None:
        super().__init__()
        model = name.removeprefix("timm:").partition("@")[0]
        self.body = timm.create_model(model, checkpoint_path=str(image_weights(name)))
        self.body.reset_classifier(0)
        facts: dict[str, Any] = self.body.pretrained_cfg
        self.side: int = facts["input_size"][-1]
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", 255 * torch.tensor(facts["mean"]).view(1, 3, 1, 1))
        self.register_buffer("std", 255 * torch.tensor(facts["std"]).view(1, 3, 1, 1))

    def forward(self, pixels: Tensor) -> tuple[Tensor, None]:
        return self.body(_resized((pixels - self.mean) / self.std, self.side)), None


class ImageTowers(nn.Module):
    """uint8 pixels ``(n, side, side, 3)`` to all features and, behind them, class probabilities.

    The probabilities are those of the mean logits of the towers that classify ImageNet.
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self.bodies: Any = nn.ModuleList(
            [Lite(name) if name in LITE else Timm(name) for name in names]
        )

    def forward(self, pixels: Tensor) -> Tensor:
        planes = pixels.permute(0, 3, 1, 2).to(torch.float32)
        outputs: list[tuple[Tensor, Tensor | None]] = [body(planes) for body in self.bodies]
        features = [features for features, _ in outputs]
        logits = [logits for _, logits in outputs if logits is not None]
        if logits:
            mean = torch.stack(logits).mean(0)
            features.append(torch.softmax(mean / TEMPERATURE, dim=1))
        return torch.cat(features, dim=1)


class Sentences(nn.Module):
    """A BERT's tokens pooled to one unit vector a text, ``(n, width)``."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.bert = AutoModel.from_pretrained(folder, attn_implementation="sdpa")
        pooling = folder / "1_Pooling" / "config.json"
        facts = json.loads(pooling.read_text()) if pooling.exists() else {}
        self.first_token = bool(facts.get("pooling_mode_cls_token", False))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        tokens = self.bert(input_ids=ids, attention_mask=mask).last_hidden_state
        if self.first_token:
            return nn.functional.normalize(tokens[:, 0], dim=-1)
        weights = mask.unsqueeze(-1).to(tokens.dtype)
        return nn.functional.normalize((tokens * weights).sum(1) / weights.sum(1), dim=-1)


def image_tower(names: Sequence[str], side: int) -> Module:
    """The image half, and an example of its input: ``(n, side, side, 3)`` uint8."""
    return ImageTowers(names).eval(), (np.zeros((1, side, side, 3), dtype=np.uint8),)


def classifier_rows(names: Sequence[str]) -> list[NDArray[np.float32]]:
    """The ImageNet classifier of each tower as ``(1000, width)``: directions in feature space."""
    return [Lite(name).cnn._fc.weight.detach().numpy() for name in names]


def text_tower(folder: Path) -> Module:
    """The text half, and an example of its input: token ids and mask, ``(n, tokens)`` int64."""
    example = np.ones((2, 7), dtype=np.int64)
    return Sentences(folder).eval(), (example, example)


def _resized(planes: Tensor, side: int) -> Tensor:
    if planes.shape[-1] == side:
        return planes
    return nn.functional.interpolate(planes, size=(side, side), mode="bilinear")
