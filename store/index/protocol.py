"""What a collection asks of an index, wherever its lists are: in a file, or on a server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, Self

from store.embeddings import Embeddings
from store.index.cost import Engine
from store.index.exact import Ids, Scores
from store.index.kinds import Kind


class TooDeepError(Exception):
    """An index was asked for more answers than it hands over at once."""


class VectorIndex(Protocol):
    """Inner products over unit vectors of ``dim`` values, each under its picture id.

    ``exact`` says whether probing all lists finds what looking at every embedding would find,
    ``engine`` what a search costs, ``imbalance`` how uneven the lists are, 1 if all are as long.
    """

    dim: int
    kind: Kind
    lists: int

    @property
    def exact(self) -> bool: ...
    @property
    def engine(self) -> Engine: ...
    @property
    def imbalance(self) -> float: ...
    def __len__(self) -> int: ...

    def search(
        self, queries: Embeddings, k: int, nprobe: int, allowed: Ids | None = None
    ) -> tuple[Scores, Ids]:
        """Its own scores and ids of the best ``k`` in the nearest ``nprobe`` lists: ``(q, k)``.

        Best first, equal scores in any order, -1 where there is no further answer. ``allowed``
        names the only ids that may be found.

        Raises:
            TooDeepError: ``k`` is more than it hands over.
            ValueError: the queries have another number of values.
        """

    def ids(self) -> Ids:
        """The picture ids that it holds, sorted."""

    def holds(self, ids: Ids) -> bool:
        """Whether it holds exactly these, as far as can be told quickly."""

    def vectors(self) -> Iterator[tuple[Ids, Embeddings]]:
        """All ids ``(n,)`` and vectors ``(n, dim)``, some at a time, where it keeps them."""

    def renewed(self, embeddings: Embeddings, rows: Ids, ids: Ids, generation: int) -> Self:
        """The same lists holding exactly rows ``(n,)`` of the embeddings, under ``ids`` ``(n,)``.

        Who holds this generation of it goes on finding what it found.
        """

    def save(self, path: Path) -> None:
        """Write to ``path`` what finds it again, so that a reader sees nothing or all of it."""
