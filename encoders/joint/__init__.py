"""Encoders that `mindseye train` makes: frozen towers with trained heads, in a directory.

The starter is one of them, and so is an adapter over any other encoder.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from encoders.errors import UnknownEncoderError
from encoders.joint.heads import Affine, Block, Heads
from encoders.joint.towers import Frozen, Pair, Towers
from encoders.joint.weights import sha256
from encoders.protocol import Embeddings, Encoder, Identity, Pixels

Load = Callable[[str], Encoder]
"""Opens an encoder by its name."""

CONFIG = "mindseye.json"
WEIGHTS = "heads.safetensors"


class Joint:
    """Towers and heads as one encoder; read from a directory that training wrote."""

    def __init__(
        self, folder: Path, load: Load, name: str | None = None, block: int | None = None
    ) -> None:
        """Open the encoder in ``folder``; ``load`` opens the one that an adapter stands on.

        ``name`` is what it calls itself, if not by its folder; ``block`` leaves it only that one
        of its spaces.

        Raises:
            UnknownEncoderError: the directory is not one that training wrote.
        """
        try:
            config: dict[str, Any] = json.loads((folder / CONFIG).read_text())
            heads = Heads.load(folder / WEIGHTS, config["blocks"])
        except (OSError, ValueError, KeyError) as error:
            raise UnknownEncoderError(f"{folder} holds no trained encoder: {error}") from error
        self.heads = heads if block is None else Heads([heads.blocks[block]])
        self.towers = open_towers(config["towers"], load)
        self.scale: float = config["scale"]
        self.image_size = self.towers.image_size
        self.batch_size = self.towers.batch_size
        own = sha256(folder / WEIGHTS) + ("" if block is None else f", only block {block}")
        self.identity = replace(
            self.towers.identity,
            name=name or str(folder.resolve()),
            weights=f"{self.towers.identity.weights} + {own}",
            dim=self.heads.dim,
        )

    @property
    def base(self) -> Identity | None:
        """The encoder that this one adapts, if it is an adapter."""
        return self.towers.identity if isinstance(self.towers, Frozen) else None

    def adapt(self, rows: Embeddings) -> Embeddings:
        """Embeddings ``(n, base.dim)`` of pictures by `base` to this encoder's own ``(n, dim)``."""
        return self.heads.images(rows)

    def prepare(self, image: Image.Image) -> Pixels:
        return self.towers.prepare(image)

    def encode_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        return self.heads.images(self.towers.image_features(prepared))

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        return self.heads.texts(self.towers.text_features(texts))


def open_towers(config: Mapping[str, Any], load: Load) -> Towers:
    """The towers that a configuration names: an encoder to adapt, or a pair."""
    if "encoder" in config:
        return Frozen(load(config["encoder"]))
    return Pair(config["image"], config["text"])


__all__ = ["CONFIG", "WEIGHTS", "Affine", "Block", "Frozen", "Heads", "Joint", "Pair", "Towers"]
