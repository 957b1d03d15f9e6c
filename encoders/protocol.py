"""What every encoder offers, and how it says who it is."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Embeddings = NDArray[np.float32]
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Identity:
    """Everything that decides which numbers an encoder gives; only equal ones share a space."""

    name: str
    architecture: str
    weights: str
    preprocessing: str
    tokenizer: str
    dim: int

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of all fields, as 64 hex digits."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


class Encoder(Protocol):
    """Maps pictures and texts to unit vectors of one dimension, comparable by dot product."""

    @property
    def identity(self) -> Identity: ...

    @property
    def image_size(self) -> int:
        """The side of the square that the image tower sees, in pixels."""
        ...

    @property
    def batch_size(self) -> int:
        """How many pictures it likes at once: few on a CPU, many on a GPU."""
        ...

    @property
    def scale(self) -> float:
        """What a cosine is multiplied by to become a logit, as the model was trained to."""
        ...

    def prepare(self, image: Image.Image) -> Pixels:
        """An RGB picture as the image tower wants it: ``(image_size, image_size, 3)`` uint8.

        Safe to call from several threads at once.
        """
        ...

    def encode_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        """Embeddings of prepared pictures: ``(n, dim)`` float32, rows of unit length."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embeddings of texts: ``(n, dim)`` float32, rows of unit length."""
        ...


def unit(rows: Embeddings) -> Embeddings:
    """Each row of ``(n, dim)`` divided by its own length, as a new C-contiguous float32 matrix.

    A row of zeros stays zero. This is the one place where mindseye normalises.
    """
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.ascontiguousarray(rows / np.where(lengths == 0, 1, lengths), dtype=np.float32)
