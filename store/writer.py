"""The order of writing: embeddings, thumbnails, catalog, index, and then the new generation.

Whatever instant a kill picks, what is already written is true: rows that the catalog does not name
are dropped by the next writer, and `Writer.publish` compares the index with the catalog each time.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from store.about import keep_texts
from store.catalog import Catalog, FileChange, NewPicture
from store.embeddings import EmbeddingFile, Embeddings
from store.found import latest_generation
from store.index import MEMORY, Ids, Index, Kind, RowTable, beside, kind_for
from store.tags import NewTag, replace_tags
from store.thumbnails import Thumbnails

RETRAIN_FACTOR = 2  # how far the number of lists may lie from what the size asks for
FOLDERS = "folders"  # the setting that remembers them
KEPT_INDEXES = 2  # a reader may just be opening the one before


class Writer:
    """The only way to change a collection; got from `Collection.writing`."""

    def __init__(
        self, folder: Path, catalog: Catalog, embeddings: EmbeddingFile, thumbnails: Thumbnails
    ) -> None:
        self._folder = folder
        self._catalog = catalog
        self._embeddings = embeddings
        self._thumbnails = thumbnails

    def write(
        self, new: Sequence[NewPicture], embeddings: Embeddings, files: Sequence[FileChange]
    ) -> None:
        """Keep new pictures with their embeddings ``(n, dim)``, and what became of files."""
        if len(new) != len(embeddings):
            raise ValueError(f"{len(embeddings)} embeddings for {len(new)} pictures")
        first_row = self._embeddings.append(embeddings) if new else 0
        first_id = self._catalog.next_picture()
        if new:  # a thumbnail that comes before its picture is overwritten if that never comes
            self._thumbnails.put(enumerate((one.thumbnail for one in new), first_id))
        self._catalog.write(new, first_row, first_id, files)

    def retag(self, source: str, tags: Iterable[NewTag]) -> int:
        """Make these the only tags of a model's source, all at once; how many they are.

        Raises:
            ValueError: the source is not a model's: what people and files say stays.
        """
        with self._catalog.changing() as connection:
            return replace_tags(connection, source, tags)

    def keep_texts(self, texts: Mapping[int, str]) -> None:
        """Keep the words that were read off these pictures, by id; empty where there are none."""
        with self._catalog.changing() as connection:
            keep_texts(connection, texts)

    def remember(self, folders: Iterable[str]) -> None:
        """Keep which folders are indexed, so that it can be done again without naming them."""
        known = self._catalog.setting(FOLDERS) or []
        paths = {Path(one) for one in (*folders, *known)}
        outer = sorted(str(one) for one in paths if paths.isdisjoint(one.parents))
        if outer != known:
            self._catalog.set(**{FOLDERS: outer})

    def publish(self) -> int:
        """Make the catalog's present pictures the ones that readers find; the generation's number.

        Does nothing if the newest generation already holds exactly these.
        """
        catalog, folder = self._catalog, self._folder
        ids, rows = catalog.living()
        with catalog.reading() as connection:
            latest = latest_generation(connection)
        index = self._previous(latest[2]) if latest else None
        suits = index is not None and self._suits(index, len(ids))
        if latest and index is not None and suits and np.array_equal(index.ids(), ids):
            return latest[0]
        total = catalog.rows()
        updated = self._updated(index if suits else None, ids, rows, self._embeddings.read(total))
        name = f"index-{(latest[0] if latest else 0) + 1:06d}.faiss"
        RowTable.build(ids, rows).save(beside(folder / name))
        updated.save(folder / name)
        number = catalog.publish(total, name)
        for old in sorted(folder.glob("index-*.faiss"))[:-KEPT_INDEXES]:
            beside(old).unlink(missing_ok=True)
            old.unlink(missing_ok=True)
        return number

    def _previous(self, name: str) -> Index | None:
        path = self._folder / name
        try:
            RowTable.load(beside(path))
            return Index.load(path, mapped=False)
        except (RuntimeError, OSError, ValueError):  # gone or damaged: a cache, so build it anew
            return None

    def _wanted(self, count: int) -> Kind:
        memory = self._catalog.setting("memory") or MEMORY
        return kind_for(count, self._embeddings.dim, memory)

    def _suits(self, index: Index, count: int) -> bool:
        """Whether the index may go on with so many pictures, or has to be made anew."""
        lists, code = self._wanted(count)
        near = lists / RETRAIN_FACTOR <= index.lists <= lists * RETRAIN_FACTOR
        return near and index.kind.code == code

    def _updated(self, index: Index | None, ids: Ids, rows: Ids, embeddings: Embeddings) -> Index:
        if index is None:
            return Index.build(self._wanted(len(ids)), embeddings, rows, ids)
        held = index.ids()
        new = ~np.isin(ids, held, assume_unique=True)
        index.remove(np.setdiff1d(held, ids, assume_unique=True))
        index.add(embeddings[rows[new]], ids[new])
        return index
