"""`mindseye index`: folders and archives into the collection, and the account of every file."""

import json
from pathlib import Path

import click

from mindseye.errors import FAILED_FILES, STOPPED, explained
from mindseye.progress import progress
from mindseye.settings import Bytes, collection_option
from mindseye.stopping import in_order

FAILURES_SHOWN = 20


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
@click.option("--ocr", is_flag=True, help="Also read the words in pictures, to search for them.")
@click.option(
    "--recall-target",
    type=click.FloatRange(0.5, 1),
    help="The part of the exact answers that a search of a large collection has to find.  "
    "[default: 0.98; kept in the collection]",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the account to this file as JSON.",
)
def command(
    places: tuple[str, ...],
    folder: Path,
    encoder: str | None,
    catalog: str | None,
    memory: int | None,
    ocr: bool,
    recall_target: float | None,
    report: Path | None,
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
    """
    with explained():
        from indexer import Account, Stages, index, sources
        from indexer.ocr import read_texts, text_reader
        from mindseye.opening import for_indexing

        reader = text_reader() if ocr else None
        given = sources(places)  # one that is not there must not leave an empty collection
        collection, opened = for_indexing(folder, encoder, catalog)
        wishes = {"memory": memory, "recall_target": recall_target}
        collection.catalog.set(**{name: wish for name, wish in wishes.items() if wish is not None})
        stages = Stages()
        try:
            with progress("indexing") as update, in_order() as stop:

                def show(done: int, total: int, account: Account) -> None:
                    stop()
                    failed = f"{account.failed} failed, " if account.failed else ""
                    update(done, total, f"{failed}{stages}")

                account = index(collection, opened, given, show, stages=stages)
            if reader:
                with progress("reading words") as update, in_order() as stop:

                    def shown(done: int, total: int) -> None:
                        stop()
                        update(done, total, "")

                    texts = read_texts(collection, reader, shown)
                click.echo(f"{texts.with_text} of {texts.pictures} pictures have words", err=True)
        except KeyboardInterrupt:
            click.echo(
                "stopped; what was read is kept, the same command goes on from here", err=True
            )
            raise click.exceptions.Exit(STOPPED) from None
        if report:
            text = json.dumps(account.as_dict(), indent=2, ensure_ascii=False) + "\n"
            # Names that are not valid UTF-8 become \udc… escapes, which JSON allows.
            report.write_text(text, encoding="utf-8", errors="backslashreplace")
    click.echo(account.summary())
    if stages.files:
        speed = stages.files / stages.seconds
        click.echo(f"{stages.files} read in {stages.seconds:.1f} s, {speed:.0f}/s: {stages}")
    click.echo(f"collection: {folder}")
    for failure in account.failures[:FAILURES_SHOWN]:
        click.echo(f"failed: {failure.path}: {failure.reason}", err=True)
    if len(account.failures) > FAILURES_SHOWN:
        more = len(account.failures) - FAILURES_SHOWN
        click.echo(f"… and {more} more; --report FILE writes all of them", err=True)
    if account.failures:
        raise click.exceptions.Exit(FAILED_FILES)
