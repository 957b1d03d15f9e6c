"""Any model of open_clip, with exactly its own preprocessing and tokenizer.

https://github.com/mlfoundations/open_clip
"""

import contextlib
import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import open_clip
import torch
from numpy.typing import NDArray
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image

from encoders import device, published
from encoders.cache import cache_dir
from encoders.clip_towers import CausalText, ImageTower, WholeText, digest, is_causal
from encoders.errors import BrokenEncoderError, EncoderError
from encoders.hub import offline, require_hub
from encoders.protocol import Embeddings, Identity, Pixels, unit
from encoders.runtime import Module, Tower, tower

TEXTS_AT_ONCE = 64
PROBES = ["a photo of a dog", "é 猫, two!", "word " * 300]  # what tells two tokenizers apart


class Source(NamedTuple):
    """Where a model comes from: open_clip's own two words for it, and ours."""

    model: str
    pretrained: str | None
    name: str

    @property
    def tag(self) -> str | None:
        """The tag of published weights, if it is one and not a file."""
        return None if "@" in self.name else self.pretrained

    @classmethod
    def parse(cls, name: str) -> "Source":
        """``open_clip:ARCH/TAG``, ``open_clip:ARCH@FILE``, ``open_clip:hf-hub:ID`` or a directory.

        Raises:
            UnknownEncoderError: the name has another form, or means nothing.
        """
        rest = name.removeprefix(published.PREFIX)
        if Path(rest).is_dir():
            folder = Path(rest).resolve()
            return cls(f"local-dir:{folder}", None, str(folder))
        if rest.startswith(published.HUB):
            return cls(rest, None, name)
        model, at, file = rest.partition("@")
        if at:
            found = published.checkpoint(model, Path(file))
            return cls(model, str(found), f"{published.PREFIX}{model}@{found}")
        model, tag = published.model_and_tag(rest)
        return cls(model, tag, name)


class OpenClip:
    """A model of open_clip; ``scale`` is its learned temperature."""

    def __init__(self, name: str) -> None:
        """Load the model, from this machine if it is there, else from the hub.

        Raises:
            UnknownEncoderError: there is none of that name, or it cannot be fetched.
            BrokenEncoderError: its files do not belong together.
        """
        self._source = Source.parse(name)
        with _explained(name), _from_here(self._source):
            self._model: Any = self._loaded()
            self._tokenizer = open_clip.get_tokenizer(self._source.model)
        self._preprocessing: dict[str, Any] = self._model.visual.preprocess_cfg
        config = PreprocessCfg(**self._preprocessing)
        steps = image_transform_v2(config, is_train=False).transforms
        self._steps = steps[:-2]  # the last two, to floats and normalised, run in the tower
        size = self._preprocessing["size"]
        self.image_size: int = size if isinstance(size, int) else max(size)
        self.batch_size = device.best().batch_size
        self.scale = float(self._model.logit_scale.detach().exp())
        self._folder = cache_dir() / "open_clip" / replace(self.identity, name="").fingerprint[:16]

    def _loaded(self) -> Any:
        model = open_clip.create_model(
            self._source.model,
            self._source.pretrained,
            require_pretrained=True,
            pretrained_text=False,
        )
        return model.eval()

    @cached_property
    def identity(self) -> Identity:
        with torch.inference_mode():
            probe = self._model.encode_text(self._tokenizer(["a"]))
        return Identity(
            name=self._source.name,
            architecture=f"open_clip {self._architecture()}",
            weights=digest(self._model.state_dict()),
            preprocessing=json.dumps(self._preprocessing, sort_keys=True),
            tokenizer=self._tokenizer_identity(),
            dim=probe.shape[1],
        )

    def _architecture(self) -> str:
        """The name of a built-in architecture, or a short hash of what a directory describes."""
        if ":" not in self._source.model:
            return self._source.model
        config = open_clip.get_model_config(self._source.model)
        return hashlib.sha256(json.dumps(config, sort_keys=True).encode()).hexdigest()[:16]

    def _tokenizer_identity(self) -> str:
        tokens = self._tokenizer(PROBES)
        found = hashlib.sha256(tokens.numpy().astype("<i8").tobytes()).hexdigest()
        return f"{type(self._tokenizer).__name__}, {tokens.shape[1]} tokens, {found}"

    def prepare(self, image: Image.Image) -> Pixels:
        """open_clip's own resizing and cropping: ``(image_size, image_size, 3)`` uint8."""
        for step in self._steps:
            image = step(image)
        return np.asarray(image)

    def encode_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        if not prepared:
            return np.empty((0, self.identity.dim), dtype=np.float32)
        return unit(self._image_tower(np.stack(prepared)))

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        found = np.empty((len(texts), self.identity.dim), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(texts), TEXTS_AT_ONCE):  # like lengths together: little padding
            places = by_length[start : start + TEXTS_AT_ONCE]
            found[places] = self._text_tower(self._tokens([texts[place] for place in places]))
        return unit(found)

    def _tokens(self, texts: list[str]) -> NDArray[np.int64]:
        """Token ids ``(n, tokens)``; what follows the last end token is cut where none sees it."""
        ids: NDArray[np.int64] = self._tokenizer(texts).numpy()
        if not is_causal(self._model):
            return ids
        return np.ascontiguousarray(ids[:, : int(self._text_module.ends(ids).max()) + 1])

    @cached_property
    def _text_module(self) -> Any:
        return (CausalText if is_causal(self._model) else WholeText)(self._model)

    @cached_property
    def _image_tower(self) -> Tower:
        def build() -> Module:
            mean, std = self._preprocessing["mean"], self._preprocessing["std"]
            blank = self.prepare(Image.new("RGB", (self.image_size, self.image_size)))
            module = ImageTower(self._model, mean, std)
            return module, (np.stack([blank, blank]),)

        return tower(build, self._folder / "image.xml")

    @cached_property
    def _text_tower(self) -> Tower:
        def build() -> Module:
            return self._text_module, (self._tokens(["a dog", "two dogs on a beach"]),)

        return tower(build, self._folder / "text.xml")


def _from_here(source: Source) -> contextlib.AbstractContextManager[None]:
    """Keeps away from the hub what does not need it; what does is refused if there is none."""
    if source.model.startswith("local-dir:") or published.cached(source.model, source.tag):
        return offline()
    require_hub(source.name)
    return contextlib.nullcontext()


@contextlib.contextmanager
def _explained(name: str) -> Iterator[None]:
    """open_clip's many ways to fail, as one; and its remarks kept from the root logger."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        yield
    except EncoderError:
        raise
    except Exception as error:  # what damaged files can make torch and open_clip raise has no end
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise BrokenEncoderError(f"open_clip cannot load {name!r}: {reason}") from error
    finally:
        logging.disable(before)
