"""From the terms of a query to one vector, and back to what each of them did for a score."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from encoders import Embeddings, Encoder, TextQueries, unit
from search.errors import NoPictureError
from search.query import Term
from store import Snapshot


@dataclass(frozen=True)
class Mixture:
    """Terms with their unit vectors, one row each: ``(terms, dim)``.

    The query vector is their sum by weight, divided by its length, as Rocchio's for relevance
    feedback, with every vector of unit length first so that the weights alone decide.
    """

    terms: tuple[Term, ...]
    vectors: Embeddings

    @property
    def vector(self) -> Embeddings:
        """The query vector, ``(1, dim)``; zeros where the terms cancel out."""
        return unit(self._weights @ self.vectors)

    def contributions(self, picture: Embeddings) -> list[float]:
        """What each term adds to the picture's score ``vector @ picture``; they sum to it."""
        length = float(np.linalg.norm(self._weights @ self.vectors)) or 1.0
        return [float(part) for part in self._weights[0] * (self.vectors @ picture[0]) / length]

    @property
    def _weights(self) -> Embeddings:
        return np.array([[term.weight for term in self.terms]], dtype=np.float32)


class Embedder:
    """Embeds terms: texts through a memory that many threads share, pictures as they come."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._texts = TextQueries(encoder)

    def embed(self, terms: Sequence[Term]) -> list[Embeddings | None]:
        """A unit vector ``(1, dim)`` for each term, ``None`` for pictures of the collection."""
        return [self._one(term) for term in terms]

    def _one(self, term: Term) -> Embeddings | None:
        if term.kind in ("words", "phrase"):
            return self._texts.embed(term.value)
        if term.picture is not None:
            return self._encoder.encode_images([self._encoder.prepare(term.picture)])
        return None


def mixture(
    terms: tuple[Term, ...], embedded: Sequence[Embeddings | None], snapshot: Snapshot
) -> Mixture:
    """The terms with their vectors, those of pictures of the collection looked up.

    Raises:
        NoPictureError: a term names a picture that the collection does not have.
    """
    rows = [
        _of_collection(term, snapshot) if known is None else known
        for term, known in zip(terms, embedded, strict=True)
    ]
    return Mixture(terms, np.concatenate(rows))


def _of_collection(term: Term, snapshot: Snapshot) -> Embeddings:
    found = snapshot.embedding(int(term.value))
    if found is None:
        raise NoPictureError(f"no picture has the id {term.value}")
    return found
