"""What training sees: features of captioned pictures, encoded once and kept in the cache."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from encoders.files import Progress
from encoders.joint import Towers
from encoders.kept import kept_pictures, kept_texts
from encoders.protocol import Embeddings


@dataclass(frozen=True)
class Part:
    """Captioned pictures that are drawn together.

    ``weight`` scales their loss; ``fraction`` of them is seen in an epoch; with ``classes``, the
    classes of ImageNet join them as pseudo-pictures. One epoch draws each picture once, so naming
    a picture three times makes it three times as frequent.
    """

    pictures: Sequence[Path]
    captions: Sequence[Sequence[str]]
    weight: float = 1.0
    fraction: float = 1.0
    classes: bool = False


@dataclass
class Material:
    """The features of a part: pictures ``(n, width)``, texts ``(m, width)``, and who owns which.

    ``owned[i]`` are the rows of ``texts`` that describe picture ``i``; rows with the same ``ids``
    are the same picture.
    """

    pictures: Embeddings
    texts: Embeddings
    owned: list[NDArray[np.int64]]
    ids: NDArray[np.int64]
    weight: float = 1.0
    fraction: float = 1.0
    classes: bool = False
    failures: list[tuple[str, str]] = field(default_factory=list)


def encode(towers: Towers, part: Part, progress: Progress = lambda *_: None) -> Material:
    """Features of a part, from the cache where the same towers saw the same files before.

    Raises:
        PictureError: not one picture can be opened.
    """
    files = sorted(set(part.pictures))
    encoded = kept_pictures(files, towers, towers.image_features, progress)
    row = {files[place]: number for number, place in enumerate(encoded.places)}
    opened = [place for place, path in enumerate(part.pictures) if path in row]
    ids = np.array([row[part.pictures[place]] for place in opened])
    texts = [text for place in opened for text in part.captions[place]]
    lengths = np.cumsum([0, *(len(part.captions[place]) for place in opened)])
    return Material(
        encoded.rows[ids],
        kept_texts(texts, towers, towers.text_features, progress),
        [np.arange(first, last) for first, last in pairwise(lengths)],
        ids,
        part.weight,
        part.fraction,
        part.classes,
        encoded.failures,
    )
