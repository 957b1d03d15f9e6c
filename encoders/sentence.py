"""Any model of sentence-transformers that reads texts and sees pictures, or two that fit together.

https://sbert.net
"""

import hashlib
import json
import logging
import threading
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from huggingface_hub import try_to_load_from_cache
from PIL import Image
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn
from transformers.utils import logging as transformers_logging

from encoders import device
from encoders.cache import cache_dir
from encoders.clip_towers import ImageTower, digest
from encoders.errors import BrokenEncoderError
from encoders.hub import offline, require_hub
from encoders.protocol import Embeddings, Identity, Pixels, unit
from encoders.runtime import Module, Tower, tower

transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
logging.getLogger("sentence_transformers").setLevel(logging.ERROR)

PREFIX = "sentence-transformers:"
PROBES = ["a photo of a dog", "é 猫, two!", "word " * 300]  # what tells two tokenizers apart
# Models that take pictures of any size get them at most this large, in pixels a side.
LARGEST = 1024
USUAL_SCALE = 20.0  # sentence-transformers' own, where a model has learned none
ALIKE = 0.99999


class SentenceTransformers:
    """One model for texts and pictures, or a text model beside the model of its pictures."""

    def __init__(self, name: str) -> None:
        """Load ``sentence-transformers:NAME``, ``…:TEXT+IMAGE``, or a directory.

        Raises:
            UnknownEncoderError: a model is not there, and there is no hub.
            BrokenEncoderError: one cannot be loaded, or they cannot encode both texts and pictures
                in one space.
        """
        words = name.removeprefix(PREFIX)
        pair = [words] if Path(words).exists() else words.split("+", 1)
        self._texts = _open(pair[0])
        self._pictures = _open(pair[1]) if len(pair) > 1 else self._texts
        self._turn = threading.Lock()  # fast tokenizers are not made for several threads
        self.batch_size = device.best().batch_size
        self._name = PREFIX + "+".join(map(_absolute, pair))
        self._require_both(name)
        learned = getattr(self._pictures.transformers_model, "logit_scale", None)
        self.scale = USUAL_SCALE if learned is None else float(learned.detach().exp())
        self._pixels = _Pixels.of(self._pictures)
        self.image_size = self._pixels.side if self._pixels else LARGEST
        own = replace(self.identity, name="").fingerprint[:16]
        self._folder = cache_dir() / "sentence-transformers" / own

    def _require_both(self, name: str) -> None:
        if not self._pictures.supports("image"):
            raise BrokenEncoderError(
                f"{name!r} reads texts but sees no pictures; name the model of the pictures that "
                "it goes with too: sentence-transformers:TEXT+IMAGE"
            )
        seen = self._encode(self._pictures, [_odd_picture()]).shape[1]
        if seen != self._dim:
            raise BrokenEncoderError(
                f"the two models of {name!r} do not fit: texts get {self._dim} dimensions, "
                f"pictures {seen}"
            )

    @cached_property
    def _dim(self) -> int:
        return int(self._encode(self._texts, ["a"]).shape[1])

    @cached_property
    def identity(self) -> Identity:
        models = [self._texts] if self._texts is self._pictures else [self._texts, self._pictures]
        return Identity(
            name=self._name,
            architecture=" + ".join(map(_architecture, models)),
            weights=" + ".join(digest(model.state_dict()) for model in models),
            preprocessing=_preprocessing(self._pictures),
            tokenizer=_tokenizer(self._texts),
            dim=self._dim,
        )

    def prepare(self, image: Image.Image) -> Pixels:
        """The model's own resizing and cropping: ``(image_size, image_size, 3)`` uint8.

        A model whose processor does not work in two steps gets the picture itself, ``(height,
        width, 3)``, of at most ``LARGEST`` pixels a side.
        """
        if self._pixels:
            return self._pixels.cut(image)
        if max(image.size) > LARGEST:
            image = image.copy()
            image.thumbnail((LARGEST, LARGEST))
        return np.asarray(image)

    def encode_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        if not prepared:
            return np.empty((0, self._dim), dtype=np.float32)
        if self._pixels:
            return unit(self._image_tower(np.stack(prepared)))
        return self._encode(self._pictures, [Image.fromarray(pixels) for pixels in prepared])

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        if not texts:
            return np.empty((0, self._dim), dtype=np.float32)
        return self._encode(self._texts, list(texts))

    def _encode(self, model: SentenceTransformer, inputs: list[Any]) -> Embeddings:
        with self._turn:
            rows = model.encode(inputs, batch_size=self.batch_size, show_progress_bar=False)
        return unit(rows.astype(np.float32))

    @cached_property
    def _image_tower(self) -> Tower:
        def build() -> Module:
            assert self._pixels is not None  # noqa: S101 - the only caller has looked
            blank = self.prepare(Image.new("RGB", (LARGEST, LARGEST)))
            return self._pixels.tower(self._pictures), (np.stack([blank, blank]),)

        return tower(build, self._folder / "image.xml")


class _Pictures(nn.Module):
    """All modules of a model, for pictures: floats ``(n, 3, height, width)`` to ``(n, dim)``."""

    def __init__(self, model: SentenceTransformer) -> None:
        super().__init__()
        self.model = model

    def encode_image(self, pixels: Tensor) -> Tensor:
        features = {"pixel_values": pixels, "modality": "image"}
        return self.model(features)["sentence_embedding"]  # type: ignore[no-any-return]


@dataclass(frozen=True)
class _Pixels:
    """A processor in two steps: it cuts pictures to bytes, and the tower normalises the bytes."""

    processor: Any
    side: int
    mean: Sequence[float]
    std: Sequence[float]
    rescale: float

    @classmethod
    def of(cls, model: SentenceTransformer) -> "_Pixels | None":
        """The two steps, if they give what the model's own ``encode`` does for an odd picture."""
        processor: Any = getattr(model.processor, "image_processor", None)
        if not getattr(processor, "do_normalize", False) or model.truncate_dim is not None:
            return None
        try:
            own = cls(processor, 0, processor.image_mean, processor.image_std, _rescale(processor))
            pixels = own.cut(_odd_picture())
            with torch.inference_mode():
                ours = own.tower(model)(torch.from_numpy(pixels[None])).float().numpy()
        except (AttributeError, KeyError, TypeError, ValueError, RuntimeError):
            return None  # a processor of its own kind: whatever it wants, `encode` gives it
        theirs = model.encode([_odd_picture()], show_progress_bar=False)
        same = float((unit(ours) * unit(theirs)).sum())
        return replace(own, side=max(pixels.shape[:2])) if same >= ALIKE else None

    def cut(self, image: Image.Image) -> Pixels:
        steps = {"do_rescale": False, "do_normalize": False, "return_tensors": "pt"}
        pixels = self.processor(image, **steps)["pixel_values"][0]
        return np.ascontiguousarray(pixels.permute(1, 2, 0).to(torch.uint8).numpy())

    def tower(self, model: SentenceTransformer) -> nn.Module:
        return ImageTower(_Pictures(model), self.mean, self.std, self.rescale).eval()


def _rescale(processor: Any) -> float:
    return float(processor.rescale_factor) if processor.do_rescale else 1.0


def _odd_picture() -> Image.Image:
    noise = np.random.default_rng(0).integers(0, 256, (211, 307, 3), dtype=np.uint8)
    return Image.fromarray(noise)


def _open(words: str) -> SentenceTransformer:
    here = Path(words).is_dir() or any(
        _cached(words, file) for file in ("modules.json", "config.json")
    )
    if not here:
        require_hub(PREFIX + words)
    try:
        with offline() if here else nullcontext():
            return SentenceTransformer(words, device=device.best().names()[0]).eval()
    except Exception as error:  # what damaged files can make torch and transformers raise: all
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise BrokenEncoderError(
            f"sentence-transformers cannot load {words!r}: {reason}"
        ) from error


def _cached(words: str, file: str) -> bool:
    repository = words if "/" in words else f"sentence-transformers/{words}"
    try:
        return isinstance(try_to_load_from_cache(repository, file), str)
    except ValueError:  # not a name that a hub could have
        return False


def _absolute(words: str) -> str:
    return str(Path(words).resolve()) if Path(words).is_dir() else words


def _architecture(model: SentenceTransformer) -> str:
    kinds = ", ".join(type(module).__name__ for module in model.children())
    inner = type(model.transformers_model).__name__
    described = hashlib.sha256(str(model).encode()).hexdigest()[:16]
    return f"sentence-transformers {kinds} of {inner}, {described}"


def _preprocessing(model: SentenceTransformer) -> str:
    processor = getattr(model.processor, "image_processor", model.processor)
    settings = processor.to_dict() if hasattr(processor, "to_dict") else {}
    return json.dumps(settings, sort_keys=True, default=str)


def _tokenizer(model: SentenceTransformer) -> str:
    tokens = [model.tokenizer(text)["input_ids"] for text in PROBES]
    found = hashlib.sha256(json.dumps(tokens).encode()).hexdigest()
    return f"{type(model.tokenizer).__name__}, {model.max_seq_length} tokens, {found}"
