"""A large collection of made-up pictures, and texts that are as far from them as words are."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from PIL import Image
from sqlalchemy import insert

from benchmarks.search.vectors import World
from encoders import Embeddings, Identity, Pixels
from store import PRESENT, Collection
from store.models import File, Picture

DIM, COUNT = 64, 30_000
WIDTHS = 1000  # picture number n is n % WIDTHS pixels wide, so that filters can choose any share


class Worldly:
    """An encoder of texts alone: each text is a vector of its own in the world of the pictures."""

    image_size = 8
    batch_size = 32
    scale = 20.0
    identity = Identity("worldly", "none", "none", "none", "none", DIM)

    def __init__(self) -> None:
        self.world = World(DIM)

    def prepare(self, image: Image.Image) -> Pixels:
        return np.asarray(image.resize((8, 8)))

    def encode_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        return np.concatenate([self.world.pictures(1, int(one.sum())) for one in prepared])

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        return np.concatenate([self.world.texts(1, crc32(text.encode())) for text in texts])


def fill(collection: Collection, embeddings: Embeddings, first: int = 0) -> None:
    """Write a picture for each embedding, past the indexer, without publishing."""
    numbers = range(first + 1, first + len(embeddings) + 1)
    row = collection.embeddings.append(embeddings)
    pictures = [
        {"id": one, "sha256": f"{one:064}", "row": row + place, "width": one % WIDTHS + 1}
        | {"height": 1, "format": "PNG", "size": 1, "described": True}
        for place, one in enumerate(numbers)
    ]
    files = [
        {"path": f"/{one}.png", "size": 1, "mtime_ns": 1, "state": PRESENT, "picture_id": one}
        for one in numbers
    ]
    with collection.catalog.changing() as connection:
        connection.execute(insert(Picture), pictures)
        connection.execute(insert(File), files)
