"""`mindseye reindex`: another encoder for the collection, without downtime."""

from pathlib import Path

import click

from mindseye.errors import FAILED_FILES, explained
from mindseye.progress import progress
from mindseye.settings import collection_option
from mindseye.stopping import resumable

SHOWN = 20  # files; the others are in `mindseye failures`


@click.command("reindex")
@click.option("--encoder", help="The encoder to change to; see `mindseye index --help`.")
@click.option("--keep-old", is_flag=True, help="Keep the old embeddings for --back.")
@click.option("--back", is_flag=True, help="Change back to the encoder that was kept.")
@collection_option
def command(encoder: str | None, keep_old: bool, back: bool, folder: Path) -> None:
    """Encode every picture with another encoder, then change over in one instant.

    Searching and indexing go on meanwhile; a running `mindseye serve` follows without a restart.
    Exit code 3 means that it is done, but some files could not be read any more.

    \b
    Example:
      mindseye reindex --encoder open_clip:ViT-B-32/laion2b_s34b_b79k --keep-old
      mindseye reindex --back
    """
    if bool(encoder) == back:
        raise click.UsageError("give either --encoder NAME or --back")
    with explained():
        from indexer import reindex
        from mindseye.opening import for_reindexing
        from store import SameEncoderError

        collection, opened = for_reindexing(folder, encoder)
        old = collection.encoder["name"]
        kept = f"{old} still answers, and the same command goes on from here"
        try:
            with progress("encoding") as update, resumable(kept) as stop:

                def show(done: int, total: int) -> None:
                    stop()
                    update(done, total, "")

                lost = reindex(collection, opened, keep_old=keep_old or back, progress=show)
        except SameEncoderError as error:  # done by an earlier run that was killed at its end
            click.echo(f"{error}; nothing to do")
            return
    click.echo(f"changed from {old} to {opened.identity.name}\ncollection: {folder}")
    _tell(lost)


def _tell(lost: list[str]) -> None:
    for file in lost[:SHOWN]:
        click.echo(f"left out: {file}: could not be read; index it again once it is back", err=True)
    if len(lost) > SHOWN:
        click.echo(f"… and {len(lost) - SHOWN} more", err=True)
    if lost:
        raise click.exceptions.Exit(FAILED_FILES)
