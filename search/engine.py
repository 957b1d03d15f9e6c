"""A collection and its encoder, ready to be asked."""

import time
from dataclasses import asdict, dataclass

import numpy as np
from PIL import Image

from encoders import Embeddings, Encoder, TextQueries, unit
from search.answer import Answer, Hit
from search.errors import BadLimitError, EmptyQueryError, NoPictureError
from store import Collection, FoundPicture, Snapshot

DEFAULT_K = 20
MAX_K = 1000
MAX_ID = 2**63 - 1  # what SQLite and FAISS count with

EXACT = "exact"  # every list is probed, so nothing can be missed


@dataclass(frozen=True)
class Query:
    """Words, a picture, a picture of the collection (``like``, its id), or several together."""

    text: str = ""
    image: Image.Image | None = None
    like: int | None = None

    def __str__(self) -> str:
        parts = [self.text.strip()]
        parts += ["[a picture]"] if self.image else []
        parts += [f"like:{self.like}"] if self.like is not None else []
        return " ".join(part for part in parts if part)


def require(query: Query, k: int) -> None:
    """Refuse a question that has no answer; needs no engine, so it costs nothing to ask first.

    Raises:
        EmptyQueryError: the query holds neither words nor a picture.
        BadLimitError: ``k`` is not between 1 and ``MAX_K``.
        NoPictureError: ``query.like`` cannot be the id of a picture.
    """
    if not 1 <= k <= MAX_K:
        raise BadLimitError(f"k is {k}; it must be between 1 and {MAX_K}")
    if not str(query):
        raise EmptyQueryError("nothing to look for; describe a picture in a few words")
    if query.like is not None and not 0 < query.like <= MAX_ID:
        raise NoPictureError(f"no picture has the id {query.like}")


class Engine:
    """Answers questions about one collection; safe to use from several threads."""

    def __init__(self, collection: Collection, encoder: Encoder) -> None:
        """Join a collection with the encoder that it was made with.

        Raises:
            EncoderMismatchError: it was made with another.
        """
        collection.require(asdict(encoder.identity))
        self.collection = collection
        self.encoder = encoder
        self._texts = TextQueries(encoder)

    def search(self, query: Query, k: int = DEFAULT_K) -> Answer:
        """The ``k`` pictures nearest to the query, or all if the collection has fewer.

        Raises:
            EmptyQueryError: the query holds neither words nor a picture.
            BadLimitError: ``k`` is not between 1 and ``MAX_K``.
            NoPictureError: ``query.like`` is not the id of a picture.
            DamagedCollectionError: the index cannot be read.
        """
        require(query, k)
        clock = _Clock()
        embedded = self._embed(query)
        clock.lap("embed")
        with self.collection.snapshot() as snapshot:
            vector = self._vector(query, embedded, snapshot)
            ranked = self._rank(snapshot, vector, k)
            clock.lap("search")
            hits = _hits(snapshot, ranked, k)
            clock.lap("catalog")
        return Answer(str(query), EXACT, snapshot.generation, clock.laps, hits)

    def picture(self, number: int) -> FoundPicture:
        """A picture of the collection by its id.

        Raises:
            NoPictureError: there is none, or its files are gone.
        """
        found = None
        if 0 < number <= MAX_ID:
            with self.collection.snapshot() as snapshot:
                found = snapshot.pictures([number]).get(number)
        if found is None:
            raise NoPictureError(f"no picture has the id {number}")
        return found

    def _embed(self, query: Query) -> list[Embeddings]:
        parts = []
        if query.text.strip():
            parts.append(self._texts.embed(query.text.strip()))
        if query.image is not None:
            parts.append(self.encoder.encode_images([self.encoder.prepare(query.image)]))
        return parts

    def _vector(self, query: Query, parts: list[Embeddings], snapshot: Snapshot) -> Embeddings:
        """The parts of the query, as many unit vectors, summed into one: ``(1, dim)``."""
        if query.like is not None:
            own = snapshot.embedding(query.like)
            if own is None:
                raise NoPictureError(f"no picture has the id {query.like}")
            parts = [*parts, own]
        return unit(np.sum(parts, axis=0, dtype=np.float32))

    def _rank(self, snapshot: Snapshot, vector: Embeddings, k: int) -> list[tuple[int, float]]:
        lists = snapshot.index.lists if snapshot.index else 1
        wanted = k + SPARE
        scores, ids = snapshot.search(vector, wanted, nprobe=lists)
        pairs = zip(ids[0].tolist(), scores[0].tolist(), strict=True)
        return [(number, score) for number, score in pairs if number != -1]


SPARE = 50  # pictures whose last file went since the index was published are replaced by these


def _hits(snapshot: Snapshot, ranked: list[tuple[int, float]], k: int) -> tuple[Hit, ...]:
    found = snapshot.pictures([number for number, _ in ranked])
    lying = [(found[number], score) for number, score in ranked if number in found][:k]
    return tuple(
        Hit(rank, one.id, score, one.files, one.width, one.height)
        for rank, (one, score) in enumerate(lying, 1)
    )


class _Clock:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round((now - self._last) * 1000, 3)
        self._last = now
