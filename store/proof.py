"""Whether two collections hold the same and answer the same, part by part."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Table

from store.catalog import COMPLETE
from store.collection import Collection
from store.copying import files, rows_of
from store.counted import many
from store.embeddings import Embeddings
from store.index import HERE
from store.models import Base, Generation, Setting
from store.writer import VECTORS

K = 10
LISTS = 8  # of the index, which are looked at beside all embeddings
WHOLE = 1 << 256
OF_THE_INDEX = {VECTORS, COMPLETE}  # settings that say where it is, and whether it has all


class Compared(NamedTuple):
    """A part of two collections: how much there is of it, and its SHA-256 in the first one."""

    part: str
    size: str
    checksum: str
    same: bool


def compare(one: Collection, two: Collection, queries: Embeddings) -> Iterator[Compared]:
    """Every table, every file, thumbnails, and what the queries ``(n, dim)`` find, exact and not.

    Where an index is on a server, each has its own: then all its lists are asked, if they hold the
    vectors themselves, and else the embeddings. Nobody may write to either meanwhile.
    """
    apart = (one.vectors, two.vectors) != (HERE, HERE)
    with one.catalog.reading() as ours, two.catalog.reading() as theirs:
        for table in Base.metadata.sorted_tables:
            if apart and table.name == Generation.__tablename__:
                continue
            held = _table(ours, table)
            size = many(held[0], "row")
            yield Compared(table.name, size, held[1], held == _table(theirs, table))
    for name in files(one):
        if apart and not name.startswith("embeddings"):
            continue
        size = many((one.folder / name).stat().st_size, "byte")
        checksum = _file(one.folder / name)
        yield Compared(name, size, checksum, checksum == _file(two.folder / name))
    count, checksum = one.thumbnails.digest()
    yield Compared(
        "thumbnails", f"{count:,}", checksum, (count, checksum) == two.thumbnails.digest()
    )
    answers = _answers(one, queries, apart)
    size = many(len(queries), "query", "queries")
    yield Compared(f"top {K}", size, answers, answers == _answers(two, queries, apart))


def _table(connection: Connection, table: Table) -> tuple[int, str]:
    """Rows, and a checksum that does not depend on their order: databases sort differently."""
    count = total = 0
    for some in rows_of(connection, table):
        for row in some:
            if table.name == Setting.__tablename__ and row["name"] in OF_THE_INDEX:
                continue
            digest = hashlib.sha256(repr(_plain(row)).encode(errors="surrogatepass")).digest()
            total = (total + int.from_bytes(digest)) % WHOLE
            count += 1
    return count, f"{total:064x}"


def _plain(value: object) -> object:
    """Without the order of keys: a setting is JSON."""
    if isinstance(value, dict):
        return sorted((key, _plain(one)) for key, one in value.items())
    return value


def _file(path: Path) -> str:
    if not path.exists():
        return "missing"
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _answers(collection: Collection, queries: Embeddings, apart: bool) -> str:
    with collection.snapshot() as snapshot:
        index, found = snapshot.index, [snapshot.scan(queries, K)]
        if not apart:
            found.append(snapshot.search(queries, K, LISTS))
        elif index and index.kind.exact:
            found = [snapshot.search(queries, K, index.lists)]
    arrays = [array.tobytes() for pair in found for array in pair]
    return hashlib.sha256(b"".join(arrays)).hexdigest()
