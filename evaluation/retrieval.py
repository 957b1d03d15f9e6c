"""How well an encoder finds pictures by their captions, and captions by their pictures."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from encoders import Embeddings, Encoder, PictureError, Pixels, open_picture
from evaluation.dataset import Dataset
from evaluation.errors import DatasetError
from evaluation.metrics import Ranks, median_rank, ranks, recall_at

BATCH = 32  # pictures encoded at once

Progress = Callable[[int, int], None]
"""Called with pictures encoded so far, and in all."""


@dataclass(frozen=True)
class Retrieval:
    """Ranks of the right answers, both ways, and the pictures that could not be opened."""

    pictures: int
    captions: int
    text_to_image: Ranks
    image_to_text: Ranks
    failures: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """Both directions as recall@1, 5, 10 and the median rank."""
        return {
            "pictures": self.pictures,
            "captions": self.captions,
            "text_to_image": _measures(self.text_to_image),
            "image_to_text": _measures(self.image_to_text),
            "failures": [{"path": path, "reason": reason} for path, reason in self.failures],
        }


def evaluate(encoder: Encoder, dataset: Dataset, progress: Progress = lambda *_: None) -> Retrieval:
    """Rank all pictures for each caption, and all captions for each picture, exactly.

    Raises:
        DatasetError: not one of the pictures can be opened.
    """
    images, opened, failures = _encode(encoder, dataset, progress)
    captions = [caption for place in opened for caption in dataset.captions[place]]
    owners = [one for one, place in enumerate(opened) for _ in dataset.captions[place]]
    scores = encoder.encode_texts(captions) @ images.T
    own_captions: list[list[int]] = [[] for _ in opened]
    for caption, owner in enumerate(owners):
        own_captions[owner].append(caption)
    return Retrieval(
        len(opened),
        len(captions),
        ranks(scores, [[owner] for owner in owners]),
        ranks(scores.T, own_captions),
        failures,
    )


def _encode(
    encoder: Encoder, dataset: Dataset, progress: Progress
) -> tuple[Embeddings, list[int], tuple[tuple[str, str], ...]]:
    """Embeddings ``(n, dim)``, their places in the data set, and what could not be opened."""

    def prepare(path: Path) -> Pixels | str:
        try:
            return encoder.prepare(open_picture(path.read_bytes(), at_least=side).image)
        except (PictureError, OSError) as error:
            return str(error)

    side = encoder.image_size
    found, opened, failures = [], [], []
    with ThreadPoolExecutor() as pool:
        for start in range(0, len(dataset.pictures), BATCH):
            batch = dataset.pictures[start : start + BATCH]
            results = list(enumerate(pool.map(prepare, batch), start))
            good = [(place, pixels) for place, pixels in results if not isinstance(pixels, str)]
            failures += [
                (str(dataset.pictures[at]), why) for at, why in results if isinstance(why, str)
            ]
            opened += [place for place, _ in good]
            if good:
                found.append(encoder.encode_images([pixels for _, pixels in good]))
            progress(start + len(batch), len(dataset.pictures))
    if not found:
        raise DatasetError(f"no picture can be opened; the first is {': '.join(failures[0])}")
    return np.concatenate(found), opened, tuple(failures)


def _measures(found: Ranks) -> dict[str, float]:
    recalls = {f"r@{k}": round(recall_at(found, k), 4) for k in (1, 5, 10)}
    return recalls | {"median_rank": median_rank(found)}
