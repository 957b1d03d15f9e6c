"""Linear heads: what training learns, and how features become one joint embedding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

from encoders.protocol import Embeddings, unit


@dataclass(frozen=True)
class Affine:
    """``x @ matrix + bias``: ``(n, width)`` to ``(n, dim)``, float32."""

    matrix: Embeddings
    bias: Embeddings

    def __call__(self, rows: Embeddings) -> Embeddings:
        return np.asarray(rows @ self.matrix + self.bias, dtype=np.float32)


@dataclass(frozen=True)
class Block:
    """One joint space: a head for some columns of the picture's features, and one for the text's.

    Blocks stand side by side in the embedding, each a unit vector times ``weight``, so the score is
    the sum of their cosines weighted by ``weight`` squared.
    """

    weight: float
    columns: tuple[int, int]
    image: Affine
    text: Affine


class Heads:
    """The blocks of a trained encoder."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = tuple(blocks)
        self.dim = sum(block.image.matrix.shape[1] for block in blocks)

    def images(self, features: Embeddings) -> Embeddings:
        """Features of pictures ``(n, width)`` to unit vectors ``(n, dim)``."""
        parts = [
            block.weight * unit(block.image(features[:, slice(*block.columns)]))
            for block in self.blocks
        ]
        return unit(np.concatenate(parts, axis=1))

    def texts(self, features: Embeddings) -> Embeddings:
        """Features of texts ``(n, width)`` to unit vectors ``(n, dim)``."""
        parts = [block.weight * unit(block.text(features)) for block in self.blocks]
        return unit(np.concatenate(parts, axis=1))

    def save(self, file: Path) -> None:
        """Write the matrices as float16."""
        tensors: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float16]]] = {}
        for number, block in enumerate(self.blocks):
            for side, head in (("image", block.image), ("text", block.text)):
                # In C order: safetensors writes memory as it lies, and a transpose lies otherwise.
                tensors[f"{number}.{side}.matrix"] = head.matrix.astype(np.float16, order="C")
                tensors[f"{number}.{side}.bias"] = head.bias.astype(np.float16)
        save_file(tensors, file)

    @property
    def shape(self) -> list[dict[str, object]]:
        """What `load` needs besides the matrices."""
        return [{"weight": one.weight, "columns": list(one.columns)} for one in self.blocks]

    @classmethod
    def load(cls, file: Path, shape: Sequence[Mapping[str, object]]) -> "Heads":
        """Read what `save` wrote, with the ``shape`` that went with it."""
        tensors = {name: rows.astype(np.float32) for name, rows in load_file(file).items()}

        def affine(name: str) -> Affine:
            return Affine(tensors[f"{name}.matrix"], tensors[f"{name}.bias"])

        return cls(
            [
                Block(
                    float(str(one["weight"])),
                    _pair(one["columns"]),
                    affine(f"{number}.image"),
                    affine(f"{number}.text"),
                )
                for number, one in enumerate(shape)
            ]
        )


def _pair(columns: object) -> tuple[int, int]:
    if not isinstance(columns, list | tuple):
        raise TypeError(f"columns are {columns!r}, expected a pair")
    first, last = columns
    return int(first), int(last)
