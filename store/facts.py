"""What a collection holds, how it was made, and what it costs on the disk."""

import re
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from store.collection import Collection
from store.found import published
from store.index import QueryKind
from store.models import FAILED, FUSION, LATE, NO_FUSION, PRESENT, REMOVED
from store.snapshot import Snapshot


@dataclass(frozen=True)
class Facts:
    """A collection at one instant, as the command line, the API and the page tell it.

    ``pictures`` lie somewhere, in ``files`` files; ``failed`` files could not be read, ``removed``
    ones are gone. ``searchable`` pictures are in the index, which has ``lists`` inverted lists of
    ``code`` (flat, fp16, pq or rabitq); ``recall`` is what searches of 10 hits were measured
    to find of the exact answer, for each kind of query that is searched approximately.
    ``vectors`` is the address of the server that keeps the index, or here: the directory does.
    ``fusion`` says whether the words of pictures count in every search: none, sum or concat (with
    ``fusion_weight``), or late, by rank.
    ``folders`` are those that were indexed; ``sizes`` are bytes by part, ``bytes`` is their sum.
    """

    collection: str
    encoder: str
    architecture: str | None
    dimensions: int
    pictures: int
    files: int
    failed: int
    removed: int
    generation: int
    published_at: datetime | None
    searchable: int
    lists: int
    code: str | None
    vectors: str
    recall: dict[str, float]
    fusion: str
    fusion_weight: float | None
    folders: tuple[str, ...]
    bytes: int
    sizes: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        moment = self.published_at
        return asdict(self) | {"published_at": moment and moment.isoformat(timespec="seconds")}


def facts(collection: Collection) -> Facts:
    """What is true of the collection now.

    Raises:
        DamagedCollectionError: its index or embeddings cannot be read.
    """
    counts = collection.catalog.counts()
    with collection.catalog.reading() as connection:
        moment = published(connection)
    with collection.snapshot() as snapshot:
        generation, index, encoder = snapshot.generation, snapshot.index, snapshot.encoder
        fusion, asked = snapshot.fusion, snapshot.catalog.setting(FUSION)
        recall = _recall(snapshot)
    sizes = _sizes(collection.folder)
    return Facts(
        collection=str(collection.folder),
        encoder=encoder["name"],
        architecture=encoder.get("architecture"),
        dimensions=encoder["dim"],
        pictures=counts["pictures"],
        files=counts.get(PRESENT, 0),
        failed=counts.get(FAILED, 0),
        removed=counts.get(REMOVED, 0),
        generation=generation,
        published_at=moment,
        searchable=len(index) if index else 0,
        lists=index.lists if index else 0,
        code=index.kind.code if index else None,
        vectors=collection.vectors,
        recall=recall,
        fusion=fusion.way if fusion else LATE if asked == LATE else NO_FUSION,
        fusion_weight=fusion and fusion.weight,
        folders=collection.folders,
        bytes=sum(sizes.values()),
        sizes=sizes,
    )


def _recall(snapshot: Snapshot) -> dict[str, float]:
    points = {kind: snapshot.shortcut(kind, 10) for kind in get_args(QueryKind)}
    return {kind: round(point.recall, 4) for kind, point in points.items() if point}


def _sizes(folder: Path) -> dict[str, int]:
    """Bytes by the first word of the file's name: catalog, embeddings, index, thumbnails, …"""
    sizes: Counter[str] = Counter()
    for file in folder.rglob("*"):
        part = re.split(r"[-.]", file.relative_to(folder).parts[0])[0]
        try:
            sizes[part] += file.stat().st_size if file.is_file() else 0
        except FileNotFoundError:  # replaced this instant by its successor
            continue
    return {part: size for part, size in sizes.most_common() if size}
