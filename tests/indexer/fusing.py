"""What tests of collections with fusion ask: what is encoded, and what is ranked how."""

from collections.abc import Sequence
from pathlib import Path

from encoders import Embeddings
from indexer import index
from search import Engine, parse
from store import (
    FUSION,
    Collection,
)
from tests.colours import Colours


class Counting(Colours):
    """Colours that remembers the texts it was given, but for background sentences."""

    def __init__(self, name: str = "colours") -> None:
        super().__init__(name)
        self.encoded: list[str] = []

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        if len(texts) < 100:
            self.encoded += texts
        return super().encode_texts(texts)


def served(collection: Collection, encoder: Colours, folder: Path, way: str) -> Collection:
    """The folder, indexed with this fusion."""
    collection.catalog.set(**{FUSION: way})
    index(collection, encoder, [folder])
    return collection


def ranked(collection: Collection, encoder: Colours, words: str) -> list[str]:
    hits = (
        Engine(collection, encoder, lambda _name: encoder)
        .search(parse(f"{words} dupes:show"), 9)
        .hits
    )
    return [Path(one.files[0]).stem for one in hits]


def rows(collection: Collection) -> dict[str, tuple[Embeddings, Embeddings]]:
    """Of every picture, by its name, its embedding and what it is ranked by, both ``(1, dim)``."""
    found = {}
    with collection.snapshot() as snapshot:
        for number, picture in snapshot.pictures(snapshot.ids().tolist()).items():
            own, by = snapshot.embedding(number), snapshot.ranked_by(number)
            assert own is not None
            assert by is not None
            found[Path(picture.files[0]).stem] = own, by
    return found
