"""Any model of open_clip, with exactly its own preprocessing and tokenizer.

https://github.com/mlfoundations/open_clip

`model` is the model in torch. Once it was loaded here, `known` says who it is without it, and
pictures need no more than the converted tower and the steps in `cut`: torch takes seconds to load.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from encoders import device
from encoders.cache import cache_dir
from encoders.errors import BrokenEncoderError
from encoders.openclip.cut import Cut
from encoders.openclip.known import Facts, keep, known
from encoders.protocol import Embeddings, Pixels, unit
from encoders.runtime import Module, Tower, tower

if TYPE_CHECKING:
    from encoders.openclip.model import Model

TEXTS_AT_ONCE = 64


class OpenClip:
    """A model of open_clip; ``scale`` is its learned temperature."""

    def __init__(self, name: str) -> None:
        """Open the model, from this machine if it is there, else from the hub.

        Raises:
            UnknownEncoderError: there is none of that name, or it cannot be fetched.
            BrokenEncoderError: its files do not belong together.
        """
        self._name = name
        self._facts = known(name) or self._learned()
        self.identity, self.scale = self._facts
        self._cut = Cut.of(self.identity.preprocessing)
        self.image_size = self._cut.side
        self.batch_size = device.best().batch_size
        self._folder = cache_dir() / "open_clip" / self._facts.anonymous[:16]

    def _learned(self) -> Facts:
        from encoders.openclip.model import Model

        self._model = Model(self._name)
        keep(self._name, self._model.facts)
        return self._model.facts

    @cached_property
    def _model(self) -> "Model":
        from encoders.openclip.model import Model

        model = Model(self._name)
        if model.facts != self._facts:
            raise BrokenEncoderError(f"{self._name} was changed while it was in use; start again")
        return model

    def prepare(self, image: Image.Image) -> Pixels:
        """open_clip's own resizing and cropping: ``(image_size, image_size, 3)`` uint8."""
        return self._cut(image) if self._cut.usual else self._model.prepare(image)

    def encode_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        if not prepared:
            return np.empty((0, self.identity.dim), dtype=np.float32)
        return unit(self._image_tower(np.stack(prepared)))

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        found = np.empty((len(texts), self.identity.dim), dtype=np.float32)
        by_length = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(texts), TEXTS_AT_ONCE):  # like lengths together: little padding
            places = by_length[start : start + TEXTS_AT_ONCE]
            tokens = self._model.tokens([texts[place] for place in places])
            found[places] = self._text_tower(tokens)
        return unit(found)

    @cached_property
    def _image_tower(self) -> Tower:
        def build() -> Module:
            blank = self.prepare(Image.new("RGB", (self.image_size, self.image_size)))
            return self._model.image_module(), (np.stack([blank, blank]),)

        return tower(build, self._folder / "image.xml")

    @cached_property
    def _text_tower(self) -> Tower:
        def build() -> Module:
            tokens = self._model.tokens(["a dog", "two dogs on a beach"])
            return self._model.text_module, (tokens,)

        return tower(build, self._folder / "text.xml")


__all__ = ["OpenClip"]
