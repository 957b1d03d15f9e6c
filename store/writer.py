"""The order of writing: embeddings, thumbnails, catalog, index, and then the new generation.

Whatever instant a kill picks, what is already written is true: rows that the catalog does not name
are dropped by the next writer, and `Writer.publish` compares the index with the catalog each time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from store.about import keep_texts, said
from store.catalog import COMPLETE, Catalog, FileChange, NewPicture, encoded_anew
from store.embeddings import EmbeddingFile, Embeddings
from store.found import Latest, latest_generation
from store.fusion import Fuse, Fusion, changed, fused_rows, write_fused
from store.index import (
    MEMORY,
    TARGET,
    Gallery,
    Home,
    Ids,
    Kind,
    RowTable,
    Tuning,
    indexes,
    measured,
)
from store.index.files import fused_beside
from store.tags import NewTag, replace_tags
from store.thumbnails import Thumbnails

Texts = Callable[[], Embeddings]

DRIFT_FACTOR = 1.5  # how much less even the lists may become than they were when they were made
RETRAIN_FACTOR = 2  # how far the number of lists may lie from what the size asks for
FOLDERS = "folders"  # the setting that remembers them
VECTORS = "vectors"  # the setting that remembers where they are, if not in the directory
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
        numbers = self._catalog.numbers(new)
        if new:  # a thumbnail that comes before its picture is overwritten if that never comes
            self._thumbnails.put(zip(numbers, (one.thumbnail for one in new), strict=True))
        self._catalog.write(new, first_row, numbers, files)

    def encode_again(self, pictures: Sequence[int], embeddings: Embeddings) -> None:
        """Keep other embeddings ``(n, dim)`` for pictures that the catalog knows."""
        first = self._embeddings.append(embeddings)
        with self._catalog.changing() as connection:
            for row, picture in enumerate(pictures, first):
                connection.execute(encoded_anew(picture, row))

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

    def publish(
        self, texts: Texts | None = None, *, fuse: Fuse | None = None, afresh: bool = False
    ) -> int:
        """Make the catalog's present pictures the ones that readers find; the generation's number.

        Does nothing if the newest generation already holds exactly these; ``afresh`` builds the
        index again all the same. An index that is approximate is measured with embeddings of
        ``texts`` like those of queries ``(n, dim)``; as long as it has not been, every answer is
        looked for exactly. Where words count, ``fuse`` makes what pictures are ranked by.

        Raises:
            ValueError: words count, and nothing fuses them.
        """
        catalog, folder = self._catalog, self._folder
        with catalog.reading() as connection:
            latest, fusion = latest_generation(connection), Fusion.wanted(connection)
        alike = latest is not None and Fusion.kept(latest.fusion) == fusion
        served = self._previous(latest) if latest and alike and not afresh else None
        suits = served is not None and self._current(served, texts)
        unwritten = latest and catalog.setting(COMPLETE) == latest.number
        if latest and served and suits and unwritten and _agrees(served):
            return latest.number
        ids, rows = catalog.living()
        following = (latest.number if latest else 0) + 1
        ranked = self.ranked(fusion, fuse, ids, rows, following)
        stale = _stale(served, ranked, ids, rows, fusion) if served else ids[:0]
        if latest and served and suits and _holds(served, ids, rows) and not len(stale):
            fused_beside(self._home.file(folder, following)).unlink(missing_ok=True)
            catalog.set(**{COMPLETE: latest.number})
            return latest.number
        replaceable = not len(stale) or self._home.replaces
        old = self._previous(latest, mapped=False) if latest and served and replaceable else None
        if old and len(stale):  # what is no longer so is added like what is new
            kept = ~np.isin(ids, stale)
            old.index = old.index.renewed(ranked, rows[kept], ids[kept], following)
        path = self.made(old, ranked, ids, rows, texts, following)
        number = catalog.publish(catalog.rows(), path.name, fusion)
        catalog.set(**{COMPLETE: number})
        for index in indexes(folder)[:-KEPT_INDEXES]:
            Gallery.delete(index)
        return number

    def ranked(
        self, fusion: Fusion | None, fuse: Fuse | None, ids: Ids, rows: Ids, generation: int
    ) -> Embeddings:
        """What these pictures are ranked by: the embeddings, or a file of fused ones, written now.

        Raises:
            ValueError: there is a fusion, and nothing fuses.
        """
        embeddings = self._embeddings.read(self._catalog.rows())
        if fusion is None:
            return embeddings
        if fuse is None:
            raise ValueError(f"{self._folder} ranks by words too, and nothing was given to fuse")
        path = self._home.file(self._folder, generation)
        with self._catalog.reading() as connection:

            def fused(some: Embeddings, pictures: Ids) -> Embeddings:
                return fuse(fusion, some, said(connection, pictures.tolist()))

            write_fused(path, fused, ids, rows, embeddings)
        return fused_rows(path, *embeddings.shape)

    def made(
        self,
        old: Gallery | None,
        ranked: Embeddings,
        ids: Ids,
        rows: Ids,
        texts: Texts | None,
        generation: int,
    ) -> Path:
        """Save what finds the pictures of these ids and rows ``(n,)``, measured, and say where.

        It is made of ``old`` if it can be.
        """
        new = self._renewed(old, ranked, ids, rows, generation)
        new.tuning = self._tuned(new, texts)
        new.save(path := self._home.file(self._folder, generation))
        return path

    @property
    def _home(self) -> Home:
        return Home(self._catalog.setting(VECTORS))

    def _previous(self, latest: Latest, *, mapped: bool = True) -> Gallery | None:
        """What is served now, if it can be read; only in memory can the next be made of it."""
        path, rows = self._folder / latest.index, latest.rows
        if not self._home.has(path):
            return None
        embeddings = self._embeddings.read(rows)
        try:
            ranked = fused_rows(path, *embeddings.shape) if latest.fusion else embeddings
            return Gallery.load(path, ranked, mapped=mapped)
        except (RuntimeError, OSError, ValueError):  # gone or damaged: a cache, so build it anew
            return None

    def _wanted(self, count: int) -> Kind:
        memory = self._catalog.setting("memory") or MEMORY
        return self._home.kind_for(count, self._embeddings.dim, memory)

    def _suits(self, kind: Kind, count: int) -> bool:
        """Whether an index of that kind may go on with so many pictures."""
        lists, code = self._wanted(count)
        near = lists / RETRAIN_FACTOR <= kind.lists <= lists * RETRAIN_FACTOR
        return near and kind.code == code

    def _current(self, old: Gallery, texts: Texts | None) -> bool:
        """Whether nothing but new pictures could ask for another generation."""
        size, tuning = len(old.index), old.tuning
        measured = tuning and tuning.fits(size) and tuning.target == self._target
        nothing_to_measure = old.index.lists == 1 or not texts
        return self._suits(old.index.kind, size) and bool(measured or nothing_to_measure)

    @property
    def _target(self) -> float:
        return float(self._catalog.setting("recall_target") or TARGET)

    def _tuned(self, new: Gallery, texts: Texts | None) -> Tuning | None:
        """What was measured of the index, if that still holds; else what is measured now."""
        before = new.tuning
        if new.index.lists == 1:
            return None
        if before and before.fits(len(new.index)):
            return replace(before, target=self._target)
        own = self._embeddings.read(self._catalog.rows())
        now = measured(new, texts(), self._target, own) if texts else None
        return replace(now, imbalance=before.imbalance) if now and before else now

    def _renewed(
        self, old: Gallery | None, ranked: Embeddings, ids: Ids, rows: Ids, generation: int
    ) -> Gallery:
        table = RowTable.build(ids, rows)
        if old and self._suits(old.index.kind, len(ids)):
            index = old.index.renewed(ranked, rows, ids, generation)
            if old.tuning is None or index.imbalance <= DRIFT_FACTOR * old.tuning.imbalance:
                return Gallery(index, table, ranked, old.tuning)
        kind = self._wanted(len(ids))
        return Gallery(self._home.build(kind, ranked, rows, ids, generation), table, ranked)


def _holds(served: Gallery, ids: Ids, rows: Ids) -> bool:
    """Whether exactly these pictures can be found, with their embeddings in these rows."""
    found = np.array_equal(served.rows.ids(), ids) and _agrees(served)
    return found and np.array_equal(served.rows.rows(ids), rows)


def _stale(served: Gallery, ranked: Embeddings, ids: Ids, rows: Ids, fusion: Fusion | None) -> Ids:
    """The pictures that are ranked by something else than they were."""
    was = served.rows.rows(ids)
    if fusion is None:  # a row of the embeddings never changes
        other = (was >= 0) & (was != rows)
    else:
        other = changed(served.embeddings, was, ranked, rows)
    return np.compress(other, ids)


def _agrees(served: Gallery) -> bool:
    """Whether the index holds the pictures of its own table of rows."""
    return served.index.holds(served.rows.ids())
