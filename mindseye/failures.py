"""`mindseye failures`: the files that could not be read, and why."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mindseye.errors import FAILED_FILES, explained
from mindseye.indexing import run
from mindseye.settings import collection_option
from mindseye.stopping import resumable

if TYPE_CHECKING:
    from store import Collection


@click.command("failures")
@click.option("--json", "as_json", is_flag=True, help="Print them as one JSON object.")
@click.option("--retry", is_flag=True, help="Try these files again, and no others.")
@collection_option
def command(as_json: bool, retry: bool, folder: Path) -> None:
    """List every file that could not be read, with the reason.

    Exit code 3 means that there are some, 0 that there are none.

    \b
    Example:
      mindseye failures
      mindseye failures --retry
    """
    with explained():
        from store import Collection

        collection = Collection(folder)
        found = collection.catalog.failures()
        if retry and found:
            _retry(collection, [one.path for one in found])
            found = collection.catalog.failures()
    if as_json:
        failures = [{"path": one.path, "reason": one.reason} for one in found]
        click.echo(json.dumps({"failed": len(found), "failures": failures}, ensure_ascii=False))
    else:
        for one in found:
            click.echo(f"{one.path}: {one.reason}")
        click.echo(_advice(len(found)), err=True)
    if found:
        raise click.exceptions.Exit(FAILED_FILES)


def _retry(collection: "Collection", paths: list[str]) -> None:
    from indexer import sources_of
    from mindseye.opening import for_indexing

    _, encoder = for_indexing(collection.folder)
    with resumable("what was read is kept, the same command goes on from here") as stop:
        account, _ = run(collection, encoder, sources_of(paths), stop)
    click.echo(account.summary(), err=True)


def _advice(count: int) -> str:
    from store import many

    if not count:
        return "every file could be read"
    files = many(count, "file")
    return f"{files} could not be read; mend or remove them, then: mindseye failures --retry"
