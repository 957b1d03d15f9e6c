"""Where the indexes of a collection are made and kept: its directory, or a Milvus server."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from store.embeddings import Embeddings
from store.index.exact import Ids
from store.index.ivf import Index
from store.index.kinds import Kind, kind_for
from store.index.milvus import SUFFIX, MilvusIndex, Place
from store.index.protocol import VectorIndex


class Home:
    """What the collection keeps of it: an address and whose it is, or nothing for the directory."""

    def __init__(self, kept: Mapping[str, Any] | None) -> None:
        self._place = Place.parse(kept["address"]) if kept else None
        self._owner = kept["owner"] if kept else ""

    def file(self, folder: Path, generation: int) -> Path:
        """The file by which the index of a generation is found again."""
        return folder / f"index-{generation:06d}{SUFFIX if self._place else '.faiss'}"

    def has(self, index: Path) -> bool:
        """Whether the index that this file names is here."""
        if self._place is None or index.suffix != SUFFIX:
            return self._place is None and index.suffix != SUFFIX
        return MilvusIndex.address_in(index) == str(self._place)

    @property
    def replaces(self) -> bool:
        """Whether an index can hold another vector for a picture without taking it from readers."""
        return self._place is None

    def kind_for(self, count: int, dim: int, memory: int) -> Kind:
        """The kind of index for so many embeddings; a server has memory of its own."""
        return MilvusIndex.kind_for(count) if self._place else kind_for(count, dim, memory)

    def build(
        self, kind: Kind, embeddings: Embeddings, rows: Ids, ids: Ids, generation: int
    ) -> VectorIndex:
        """An index of this kind over rows ``(n,)`` of the embeddings, under their ids ``(n,)``.

        Raises:
            UnreachableError: the server does not answer, or refuses us.
        """
        if self._place is None:
            return Index.build(kind, embeddings, rows, ids)
        where = self._place, f"{self._place.name}_{self._owner}_{generation:06d}"
        return MilvusIndex.build(*where, kind, embeddings, rows, ids, generation)
