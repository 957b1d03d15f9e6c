"""How well an encoder finds pictures by their captions, and captions by their pictures."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import chain
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from encoders import Embeddings, Encoder, PictureError, Progress
from encoders.kept import kept_pictures, kept_texts
from evaluation.bootstrap import Bootstrap, Clusters, Interval
from evaluation.dataset import Dataset
from evaluation.errors import DatasetError
from evaluation.metrics import Outcome, Ranks, Scores, outcome, padded, relevant_ranks

WAYS: tuple[Literal["text_to_image"], Literal["image_to_text"]] = ("text_to_image", "image_to_text")
SHOWN = 5  # answers that are kept of each query, to look at
BLOCK = 64 * 2**20  # bytes of scores in memory at a time


@dataclass(frozen=True)
class Embedded:
    """A data set through an encoder: pictures ``(n, dim)``, texts ``(m, dim)``, and who owns which.

    ``dataset`` holds the pictures that could be opened; ``texts[i]`` belongs to its picture
    ``owners[i]``. ``failures`` are the others, with the reason.
    """

    dataset: Dataset
    pictures: Embeddings
    texts: Embeddings
    owners: Clusters
    failures: tuple[tuple[str, str], ...] = ()

    @cached_property
    def captions(self) -> list[str]:
        """All captions, in the order of ``texts``."""
        return list(chain.from_iterable(self.dataset.captions))


@dataclass(frozen=True)
class Direction:
    """One direction: each query's outcome, its picture, and the answers that it got first.

    ``score`` is that of the best right answer ``(queries,)``; ``best`` and ``best_scores`` are the
    first answers, by place in the gallery, ``(queries, up to SHOWN)``.
    """

    outcome: Outcome
    clusters: Clusters
    score: Scores
    best: NDArray[np.int64]
    best_scores: Scores


@dataclass(frozen=True)
class Retrieval:
    """Both directions of one data set through one encoder."""

    embedded: Embedded
    text_to_image: Direction
    image_to_text: Direction

    def measures(self, bootstrap: Bootstrap | None = None) -> dict[str, dict[str, Interval]]:
        """Every measure both ways, with its interval."""
        drawn = bootstrap or Bootstrap()
        ways = zip(WAYS, (self.text_to_image, self.image_to_text), strict=True)
        return {way: drawn.measures(found.outcome, found.clusters) for way, found in ways}


def evaluate(
    encoder: Encoder,
    dataset: Dataset,
    progress: Progress = lambda *_: None,
    *,
    duplicates: bool = False,
) -> Retrieval:
    """Rank all pictures for each caption, and all captions for each picture, exactly.

    With ``duplicates``, pictures with the same bytes are one picture and captions with the same
    words one caption: whatever a right answer equals is right too.

    Raises:
        DatasetError: not one of the pictures can be opened.
    """
    return from_embeddings(embed(encoder, dataset, progress), duplicates=duplicates)


def embed(encoder: Encoder, dataset: Dataset, progress: Progress = lambda *_: None) -> Embedded:
    """Pictures and captions as embeddings, from the cache where the encoder saw them before.

    Raises:
        DatasetError: not one of the pictures can be opened.
    """
    try:
        encoded = kept_pictures(dataset.pictures, encoder, encoder.encode_images, progress)
    except PictureError as error:
        raise DatasetError(str(error)) from error
    opened = dataset.only(encoded.places)
    counts = [len(lines) for lines in opened.captions]
    captions = list(chain.from_iterable(opened.captions))
    texts = kept_texts(captions, encoder, encoder.encode_texts, progress)
    owners = np.repeat(np.arange(len(counts)), counts)
    return Embedded(opened, encoded.rows, texts, owners, tuple(encoded.failures))


def from_embeddings(embedded: Embedded, *, duplicates: bool = False) -> Retrieval:
    """Both directions from embeddings, in blocks that keep the memory small."""
    pictures_of, captions_of = relevance(embedded, duplicates=duplicates)
    alone = np.arange(len(embedded.pictures))
    return Retrieval(
        embedded,
        _ranked(embedded.texts, embedded.pictures, pictures_of, embedded.owners),
        _ranked(embedded.pictures, embedded.texts, captions_of, alone),
    )


def relevance(embedded: Embedded, *, duplicates: bool) -> tuple[Ranks, Ranks]:
    """The pictures that are right for each caption and the captions right for each picture.

    Both as `metrics.padded` makes them.
    """
    pictures: Sequence[Hashable] = range(len(embedded.pictures))
    texts: Sequence[Hashable] = range(len(embedded.texts))
    if duplicates:
        pictures = [sha256(file.read_bytes()).digest() for file in embedded.dataset.pictures]
        texts = [" ".join(caption.casefold().split()) for caption in embedded.captions]
    owners = embedded.owners.tolist()
    told = {(texts[caption], pictures[owner]) for caption, owner in enumerate(owners)}
    return _right(texts, pictures, told), _right(pictures, texts, {(b, a) for a, b in told})


def _right(
    queries: Sequence[Hashable], gallery: Sequence[Hashable], told: set[tuple[Hashable, Hashable]]
) -> Ranks:
    places: dict[Hashable, list[int]] = defaultdict(list)
    for place, key in enumerate(gallery):
        places[key].append(place)
    answers: dict[Hashable, list[int]] = defaultdict(list)
    for query, key in told:
        answers[query] += places[key]
    return padded([sorted(answers[query]) for query in queries])


def _ranked(
    queries: Embeddings, gallery: Embeddings, relevant: Ranks, clusters: Clusters
) -> Direction:
    rows = max(1, BLOCK // (gallery.itemsize * len(gallery)))
    ranks, owns, bests, tops = [], [], [], []
    for start in range(0, len(queries), rows):
        right = relevant[start : start + rows]
        scores = queries[start : start + rows] @ gallery.T
        ranks.append(relevant_ranks(scores, right))
        own = np.take_along_axis(scores, np.maximum(right, 0), 1)
        owns.append(np.where(right >= 0, own, -np.inf).max(1))
        best, top = _first(scores)
        bests.append(best)
        tops.append(top)
    joined = [np.concatenate(parts) for parts in (ranks, owns, bests, tops)]
    return Direction(outcome(joined[0]), clusters, *joined[1:])


def _first(scores: Scores) -> tuple[NDArray[np.int64], Scores]:
    """The best few places of each row and their scores, best first; ties by place."""
    wanted = min(SHOWN, scores.shape[1])
    places = np.argpartition(-scores, wanted - 1, axis=1)[:, :wanted]
    found = np.take_along_axis(scores, places, 1)
    order = np.lexsort((places, -found))
    return np.take_along_axis(places, order, 1), np.take_along_axis(found, order, 1)
