"""`mindseye index`: folders and archives into the collection, and the account of every file."""

from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mindseye.errors import FAILED_FILES, explained
from mindseye.following import follow
from mindseye.indexing import Ran, run, tell
from mindseye.progress import progress
from mindseye.reports import report_option
from mindseye.settings import Bytes, collection_option
from mindseye.stopping import Stop, resumable

if TYPE_CHECKING:
    from encoders import Encoder
    from indexer import Cluster, Source
    from indexer.ocr import TextReader
    from store import Collection


@click.command("index")
@click.argument("places", nargs=-1, required=True, type=click.Path())
@collection_option
@click.option(
    "--encoder",
    help="For a new collection: auto, starter, open_clip:ARCHITECTURE/TAG, "
    "sentence-transformers:NAME, or a directory of a model.  [default: auto]",
)
@click.option(
    "--catalog",
    metavar="URL",
    help="For a new collection whose catalog several machines share: "
    "postgresql://USER@HOST/DATABASE; the password comes from PGPASSWORD or .pgpass.",
)
@click.option(
    "--memory",
    type=Bytes(),
    help="How much memory the index may take, as 500MB: less makes it keep shorter codes.  "
    "[default: 2GB; kept in the collection]",
)
@click.option(
    "--ray",
    metavar="ADDRESS",
    help="Read and encode on a Ray cluster: HOST:PORT, auto for the one that this machine belongs "
    "to, or local for one that is started here.",
)
@click.option("--ocr", is_flag=True, help="Also read the words in pictures, to search for them.")
@click.option(
    "--recall-target",
    type=click.FloatRange(0.5, 1),
    help="The part of the exact answers that a search of a large collection has to find.  "
    "[default: 0.98; kept in the collection]",
)
@click.option(
    "--fusion",
    type=click.Choice(("none", "sum", "concat", "late")),
    help="Whether the words of pictures (names, captions, keywords, text read off them) count in "
    "every search: embedded and joined with the pixels as a sum or side by side, or late: looked "
    "up and fused by rank, unless a search says mode: itself.  [default: none; kept in the "
    "collection]",
)
@click.option(
    "--fusion-weight",
    type=click.FloatRange(0, 1),
    help="With sum and concat, how much the words count.  [default: 0.5; kept in the collection]",
)
@report_option("Write the account to this file as JSON.")
@click.option(
    "--vectors",
    metavar="ADDRESS",
    help="Where the index is: milvus://HOST:PORT/NAME, a Milvus server whose USER:PASSWORD or "
    "token comes from MINDSEYE_MILVUS_TOKEN; or here, to have it in the directory again.  "
    "[default: here; kept in the collection]",
)
@click.option(
    "--watch", is_flag=True, help="Go on: index again whenever something changes, until Ctrl-C."
)
def command(
    places: tuple[str, ...],
    folder: Path,
    encoder: str | None,
    catalog: str | None,
    memory: int | None,
    ray: str | None,
    ocr: bool,
    recall_target: float | None,
    fusion: str | None,
    fusion_weight: float | None,
    report: Path | None,
    vectors: str | None,
    watch: bool,
) -> None:
    """Make the collection hold exactly the pictures in PLACES.

    Places are folders, zip and tar archives, single files, addresses of object storage (s3://…,
    gs://…, whatever fsspec knows), or - for a list of any of these on standard input, one a line
    or as find -print0 ends them. Archives within folders are looked
    into. Only what is new or changed is read. Links to files are followed, links to folders are
    not. Exit code 3 means that it finished, but some files could not be read.

    \b
    Example:
      mindseye index ~/Pictures /media/camera shards.tar
      mindseye index ~/Pictures --watch
    """
    with explained():
        from indexer import sources
        from indexer.ocr import text_reader
        from mindseye.opening import for_indexing, on_cluster
        from store import FUSION, FUSION_WEIGHT

        wishes = {
            "memory": memory,
            "recall_target": recall_target,
            FUSION: fusion,
            FUSION_WEIGHT: fusion_weight,
        }
        reader = text_reader() if ocr else None
        given = sources(places)  # one that is not there must not leave an empty collection
        collection, opened = for_indexing(folder, encoder, catalog, vectors, wishes)
        kept = "what was read is kept, the same command goes on from here"
        with (
            resumable(kept) as stop,
            closing(collection),  # in here, where Ctrl-C waits for it
            on_cluster(ray, opened) as cluster,
        ):
            once = partial(_once, collection, opened, given, reader, cluster, stop)
            if watch:
                follow(given, folder, once, stop, lambda ran: tell(ran, folder, report))
                return
            ran = once()
        tell(ran, folder, report)
    if ran.account.failures:
        raise click.exceptions.Exit(FAILED_FILES)


def _once(
    collection: "Collection",
    encoder: "Encoder",
    given: "Sequence[Source]",
    reader: "TextReader | None",
    cluster: "Cluster | None",
    stop: Stop,
) -> Ran:
    ran = run(collection, encoder, given, stop, cluster)
    if reader:
        _read_words(collection, encoder, reader, stop)
    return ran


def _read_words(
    collection: "Collection", encoder: "Encoder", reader: "TextReader", stop: Stop
) -> None:
    from indexer.ocr import read_texts
    from store import many

    with progress("reading words") as update:

        def show(done: int, total: int) -> None:
            stop()
            update(done, total, "")

        texts = read_texts(collection, encoder, reader, show)
    click.echo(f"{texts.with_text} of {many(texts.pictures, 'picture')} have words", err=True)
