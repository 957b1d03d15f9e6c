"""How commands get at a collection and its encoder."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click
from PIL import Image

import encoders
from encoders import Encoder, PictureError, open_picture
from search import Engine
from store import Collection, NoCollectionError, place_of, place_of_vectors, same_encoder

if TYPE_CHECKING:
    from indexer import Cluster


def for_indexing(
    folder: Path,
    encoder: str | None = None,
    catalog: str | None = None,
    vectors: str | None = None,
    wishes: Mapping[str, object] = MappingProxyType({}),
) -> tuple[Collection, Encoder]:
    """The collection to write to, made if there is none, and its encoder.

    It keeps those of the wishes that are not ``None``.
    """
    if vectors:
        place_of_vectors(vectors)  # a mistake must not leave an empty collection
    collection, opened = _made(folder, encoder, catalog)
    if vectors:
        collection.move_vectors(vectors)
    collection.catalog.set(**{name: wish for name, wish in wishes.items() if wish is not None})
    return collection, opened


def _made(folder: Path, encoder: str | None, catalog: str | None) -> tuple[Collection, Encoder]:
    try:
        collection = Collection(folder)
    except NoCollectionError:
        opened = _load(encoder or encoders.DEFAULT)
        return Collection.create(folder, asdict(opened.identity), catalog), opened
    place_of(folder, catalog)  # a catalog elsewhere than the one it has is a mistake
    opened = _load(encoder or collection.encoder["name"])
    collection.rename_encoder(asdict(opened.identity))
    return collection, opened


def for_reindexing(folder: Path, encoder: str | None) -> tuple[Collection, Encoder]:
    """The collection and the encoder to change to; without a name, the one that was kept."""
    collection = Collection(folder)
    kept = collection.catalog.setting("previous")
    if encoder is None and not kept:
        raise click.ClickException(
            f"{folder} has kept no other encoder; change with: mindseye reindex --encoder NAME"
        )
    opened = _load(encoder or kept["encoder"]["name"])
    if encoder is None and not same_encoder(kept["encoder"], asdict(opened.identity)):
        raise click.ClickException(
            f"{opened.identity.name} is not the encoder that was kept: its weights have changed; "
            "change with: mindseye reindex --encoder NAME"
        )
    return collection, opened


def for_searching(folder: Path) -> Engine:
    """The engine over the collection in ``folder``."""
    collection = Collection(folder)
    return Engine(collection, encoders.load(collection.encoder["name"]), encoders.load)


@contextmanager
def on_cluster(address: str | None, encoder: Encoder) -> Iterator["Cluster | None"]:
    """The Ray cluster at the address while the block runs; none without an address."""
    if address is None:
        yield None
        return
    from indexer import connected

    name = encoder.identity.name
    known = str(Path(name).resolve()) if Path(name).is_dir() else name
    with connected(address, partial(encoders.load, known)) as cluster:
        yield cluster


def _load(name: str) -> Encoder:
    opened = encoders.load(name)
    encoders.check(opened, known=True)
    who = opened.identity
    click.echo(f"encoder: {who.name} ({who.architecture})", err=True)
    return opened


def picture(file: str) -> Image.Image:
    """The picture in a file that the user named, as encoders see it."""
    try:
        return open_picture(Path(file).read_bytes(), suffix=Path(file).suffix).image
    except PictureError as error:
        raise click.UsageError(f"{file}: {error}") from error
