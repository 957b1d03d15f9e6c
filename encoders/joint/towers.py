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
CALL = 16  # tokens that could be read in the time that one more call of the text tower takes
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
        self._tokenizer.no_padding()
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
        tokens = self._tokenizer.encode_batch(list(texts))
        parts = []
        groups = alike_in_length([len(one.ids) for one in tokens])
        for places in groups:
            some = [tokens[place] for place in places]
            longest = max(len(one.ids) for one in some)
            ids, mask = np.zeros((2, len(some), longest), dtype=np.int64)
            for row, one in enumerate(some):
                ids[row, : len(one.ids)] = one.ids
                mask[row, : len(one.ids)] = 1
            parts.append(self._text_tower(ids, mask))
        found = np.concatenate(parts)
        rows = np.empty_like(found)
        rows[np.concatenate(groups)] = found
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


def alike_in_length(lengths: Sequence[int]) -> list[list[int]]:
    """The places of texts in groups of like lengths, so that padding costs less than a call."""
    groups: list[list[int]] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        group = groups[-1] if groups else []
        padding = len(group) * (lengths[place] - lengths[group[-1]]) if group else CALL
        if padding >= CALL or len(group) == TEXTS_AT_ONCE:
            groups.append([])
        groups[-1].append(place)
    return groups


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
