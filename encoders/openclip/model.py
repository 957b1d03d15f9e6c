"""A model of open_clip in torch: what it says of itself, its tokens, and its two towers."""

import contextlib
import hashlib
import json
import logging
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import open_clip
import torch
from numpy.typing import NDArray
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image

from encoders import published
from encoders.clip_towers import CausalText, ImageTower, WholeText, digest, is_causal
from encoders.errors import BrokenEncoderError, EncoderError
from encoders.hub import offline, require_hub
from encoders.openclip.known import Facts
from encoders.protocol import Identity, Pixels

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


class Model:
    """A model that open_clip has loaded."""

    def __init__(self, name: str) -> None:
        """Load it, from this machine if it is there, else from the hub.

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

    def _loaded(self) -> Any:
        model = open_clip.create_model(
            self._source.model,
            self._source.pretrained,
            require_pretrained=True,
            pretrained_text=False,
        )
        return model.eval()

    @cached_property
    def facts(self) -> Facts:
        """Its identity, and its learned temperature."""
        with torch.inference_mode():
            probe = self._model.encode_text(self._tokenizer(["a"]))
        identity = Identity(
            name=self._source.name,
            architecture=f"open_clip {self._architecture()}",
            weights=digest(self._model.state_dict()),
            preprocessing=json.dumps(self._preprocessing, sort_keys=True),
            tokenizer=self._tokenizer_identity(),
            dim=probe.shape[1],
        )
        return Facts(identity, float(self._model.logit_scale.detach().exp()))

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
        """open_clip's own resizing and cropping: ``(side, side, 3)`` uint8."""
        for step in self._steps:
            image = step(image)
        return np.asarray(image)

    def tokens(self, texts: list[str]) -> NDArray[np.int64]:
        """Token ids ``(n, tokens)``; what follows the last end token is cut where none sees it."""
        ids: NDArray[np.int64] = self._tokenizer(texts).numpy()
        if not is_causal(self._model):
            return ids
        return np.ascontiguousarray(ids[:, : int(self.text_module.ends(ids).max()) + 1])

    @cached_property
    def text_module(self) -> Any:
        """The tower of texts, which takes token ids."""
        return (CausalText if is_causal(self._model) else WholeText)(self._model)

    def image_module(self) -> torch.nn.Module:
        """The tower of pictures, which takes bytes."""
        return ImageTower(self._model, self._preprocessing["mean"], self._preprocessing["std"])


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
