"""`mindseye copy`: a collection at another place or in another database, proven to be the same."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mindseye.errors import UNSOUND, explained
from mindseye.progress import progress
from mindseye.stopping import resumable

if TYPE_CHECKING:
    from encoders import Embeddings
    from store import Collection, Compared

QUERIES = 100
DIGITS = 12  # of a checksum, which are shown

folders = click.Path(path_type=Path, file_okay=False)


@click.command("copy")
@click.argument("source", metavar="FROM", type=folders)
@click.argument("to", type=folders)
@click.option(
    "--catalog",
    metavar="URL",
    help="Put the catalog into an empty database of a server: postgresql://USER@HOST/DATABASE; the "
    "password comes from PGPASSWORD or .pgpass.  [default: beside the embeddings]",
)
@click.option(
    "--vectors",
    default="here",
    metavar="ADDRESS",
    help="Make the index of TO on a Milvus server: milvus://HOST:PORT/NAME, as `mindseye index` "
    "does.  [default: here, in the directory]",
)
def command(source: Path, to: Path, catalog: str | None, vectors: str) -> None:
    """Copy the collection in FROM to TO, and its catalog from one database to another.

    Nothing is encoded again. Then both are compared: every table, every file, every thumbnail, and
    the ten best of a hundred queries, exact and through the index. Nobody can write to FROM
    meanwhile; searching goes on. Exit code 4 means that the two differ.

    \b
    Example:
      mindseye copy ~/collection /backup/collection
      mindseye copy ~/collection ~/shared --catalog postgresql://me@server/photos
      mindseye copy ~/collection ~/large --vectors milvus://server:19530/photos
    """
    with explained():
        from store import Collection, answering, compare, copy

        place = answering(vectors)  # or that is said before anything is copied
        collection = Collection(source)
        queries, kind = _queries(collection)
        left = f"{to} holds no collection yet, and the same command begins anew"
        with resumable(left) as stop, collection.alone():
            with progress("copying") as update:

                def show(done: int, total: int) -> None:
                    stop()
                    update(done, total, "")

                made = copy(collection, to, catalog, show)
            if place or collection.vectors != made.vectors:
                _make_index(made, vectors)
            click.echo(f"copied {source} to {to}")
            parts = list(compare(collection, made, queries))
    _tell(parts, kind)


def _make_index(made: "Collection", vectors: str) -> None:
    """One of its own, searched exactly until `mindseye index` measures it if it has many lists."""
    import encoders
    from indexer.fusion import once_loaded

    made.move_vectors(vectors)
    with made.writing() as writer:
        encoder = partial(encoders.load, made.encoder["name"])
        writer.publish(fuse=once_loaded(made.words, encoder))


def _queries(collection: "Collection") -> "tuple[Embeddings, str]":
    """Sentences, or pictures of the collection where its encoder cannot be had."""
    from dataclasses import asdict

    import encoders
    from indexer.background import background
    from store import EncoderMismatchError

    try:
        encoder = encoders.load(collection.encoder["name"])
        collection.require(asdict(encoder.identity))
    except (encoders.EncoderError, EncoderMismatchError):
        with collection.snapshot() as snapshot:
            ids = snapshot.ids()
            return snapshot.embeddings_of(ids[:: len(ids) // QUERIES + 1].tolist()), "pictures"
    return background(encoder, QUERIES), "sentences"


def _tell(parts: "list[Compared]", kind: str) -> None:
    for part in parts:
        size = part.size.replace("queries", kind)
        said = "same" if part.same else "DIFFERENT"
        click.echo(f"{part.part:<20} {size:>22}  {part.checksum[:DIGITS]}  {said}")
    if not all(part.same for part in parts):
        raise click.exceptions.Exit(UNSOUND)
