"""`mindseye failures`: the files that could not be read, and why."""

import json
from pathlib import Path

import click

from mindseye.errors import FAILED_FILES, explained
from mindseye.settings import collection_option


@click.command("failures")
@click.option("--json", "as_json", is_flag=True, help="Print them as one JSON object.")
@collection_option
def command(as_json: bool, folder: Path) -> None:
    """List every file that could not be read, with the reason.

    Exit code 3 means that there are some, 0 that there are none.

    \b
    Example:
      mindseye failures
    """
    with explained():
        from store import Collection

        found = Collection(folder).catalog.failures()
    if as_json:
        failures = [{"path": one.path, "reason": one.reason} for one in found]
        click.echo(json.dumps({"failed": len(found), "failures": failures}, ensure_ascii=False))
    else:
        for one in found:
            click.echo(f"{one.path}: {one.reason}")
        click.echo(_advice(len(found)), err=True)
    if found:
        raise click.exceptions.Exit(FAILED_FILES)


def _advice(count: int) -> str:
    if not count:
        return "every file could be read"
    files = "1 file" if count == 1 else f"{count} files"
    return f"{files} could not be read; mend or remove them, then: mindseye index FOLDER"
