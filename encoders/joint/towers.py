"""What heads stand on: frozen towers that turn pictures and texts into features."""

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from PIL import Image
from tokenizers import Tokenizer

from encoders import device
from encoders.cache import cache_dir
from encoders.joint.weights import LITE, bert_folder, image_weights, sha256
from encoders.protocol import Embeddings, Encoder, Identity, Pixels
from encoders.runtime import Module, Tower, tower

TEXTS_AT_ONCE = 64
CLASSES = 1000  # of ImageNet


class Towers(Protocol):
    """A frozen image tower and a frozen text tower; their features need not be comparable."""

    @property
    def identity(self) -> Identity:
        """Who they are; ``dim`` means nothing before there are heads."""
        ...

    @property
    def image_size(self) -> int: ...

    @property
    def batch_size(self) -> int: ...

    @property
    def classes(self) -> int:
        """How many of the last columns of picture features are class probabilities."""
        ...

    def prepare(self, image: Image.Image) -> Pixels:
        """As `Encoder.prepare`."""
        ...

    def image_features(self, prepared: Sequence[Pixels]) -> Embeddings:
        """Features of prepared pictures: ``(n, width)`` float32."""
        ...

    def text_features(self, texts: Sequence[str]) -> Embeddings:
        """Features of texts: ``(n, width)`` float32."""
        ...


class Pair:
    """CNNs or ViTs, side by side, and a sentence BERT; the starter is one such pair.

    An image tower is one of ``LITE`` or any model of timm (``timm:resnet50``; ``timm:vgg16@FILE``
    for weights of your own). The text tower is ``minilm``, or a BERT's folder or hub name.
    """

    def __init__(self, image_towers: Sequence[str], text_tower: str) -> None:
        """Find the weights of all towers; nothing heavy is loaded yet.

        Raises:
            UnknownEncoderError: a tower does not exist, or its weights cannot be had.
        """
        self.image_towers = tuple(image_towers)
        self._bert = bert_folder(text_tower)
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(self._bert / "tokenizer.json"))
        self._tokenizer.enable_padding()
        self.classes = CLASSES if any(name in LITE for name in image_towers) else 0
        self.batch_size = device.best().batch_size
        self.image_size = max(LITE.get(name, 224) for name in image_towers)
        files = [image_weights(name) for name in image_towers]
        self.identity = Identity(
            name=" + ".join((*image_towers, text_tower)),
            architecture=" + ".join((*(name.split("@")[0] for name in image_towers), "BERT")),
            weights=sha256(*files, self._bert / "model.safetensors"),
            preprocessing=f"pad to a square with white, {self.image_size} bicubic",
            tokenizer=sha256(self._bert / "tokenizer.json"),
            dim=0,
        )
        self._folder = cache_dir() / "towers" / self.identity.fingerprint[:16]

    def prepare(self, image: Image.Image) -> Pixels:
        square = image
        if image.width != image.height:  # white is what the stamps and clip art stand on
            square = Image.new("RGB", (max(image.size),) * 2, "white")
            left, top = ((square.width - side) // 2 for side in image.size)
            square.paste(image, (left, top))
        side = (self.image_size, self.image_size)
        return np.asarray(square.resize(side, Image.Resampling.BICUBIC, reducing_gap=2.0))

    def image_features(self, prepared: Sequence[Pixels]) -> Embeddings:
        return self._image_tower(np.stack(prepared))

    def text_features(self, texts: Sequence[str]) -> Embeddings:
        by_length = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        parts = []
        for start in range(0, len(texts), TEXTS_AT_ONCE):  # like lengths together: little padding
            places = by_length[start : start + TEXTS_AT_ONCE]
            tokens = self._tokenizer.encode_batch([texts[place] for place in places])
            ids = np.array([token.ids for token in tokens], dtype=np.int64)
            mask = np.array([token.attention_mask for token in tokens], dtype=np.int64)
            parts.append(self._text_tower(ids, mask))
        found = np.concatenate(parts)
        rows = np.empty_like(found)
        rows[by_length] = found
        return rows

    @cached_property
    def _image_tower(self) -> Tower:
        def build() -> Module:
            from encoders.joint.modules import image_tower  # imports torch

            return image_tower(self.image_towers, self.image_size)

        # Heads standardise features, which magnifies what half precision would round off.
        return tower(build, self._folder / "image.xml", exact=True)

    @cached_property
    def _text_tower(self) -> Tower:
        def build() -> Module:
            from encoders.joint.modules import text_tower  # imports torch

            return text_tower(self._bert)

        return tower(build, self._folder / "text.xml", exact=True)


class Frozen:
    """Another encoder as towers: heads over it make an adapter."""

    classes = 0

    def __init__(self, encoder: Encoder) -> None:
        self.identity = encoder.identity
        self.image_size = encoder.image_size
        self.batch_size = encoder.batch_size
        self.prepare = encoder.prepare
        self.image_features = encoder.encode_images
        self.text_features = encoder.encode_texts
