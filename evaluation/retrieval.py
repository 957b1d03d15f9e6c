"""How well an encoder finds pictures by their captions, and captions by their pictures."""

from dataclasses import dataclass
from typing import Any

from encoders import Encoder, PictureError, Progress, encode_files
from evaluation.dataset import Dataset
from evaluation.errors import DatasetError
from evaluation.metrics import Ranks, median_rank, ranks, recall_at


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
    try:
        encoded = encode_files(dataset.pictures, encoder, encoder.encode_images, progress)
    except PictureError as error:
        raise DatasetError(str(error)) from error
    opened = encoded.places
    captions = [caption for place in opened for caption in dataset.captions[place]]
    owners = [one for one, place in enumerate(opened) for _ in dataset.captions[place]]
    scores = encoder.encode_texts(captions) @ encoded.rows.T
    own_captions: list[list[int]] = [[] for _ in opened]
    for caption, owner in enumerate(owners):
        own_captions[owner].append(caption)
    return Retrieval(
        len(opened),
        len(captions),
        ranks(scores, [[owner] for owner in owners]),
        ranks(scores.T, own_captions),
        tuple(encoded.failures),
    )


def _measures(found: Ranks) -> dict[str, float]:
    recalls = {f"r@{k}": round(recall_at(found, k), 4) for k in (1, 5, 10)}
    return recalls | {"median_rank": median_rank(found)}
