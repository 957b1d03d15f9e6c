"""`mindseye duplicates`: the same picture saved more than once."""

import json
from pathlib import Path

import click

from mindseye.errors import explained
from mindseye.progress import progress
from mindseye.settings import collection_option


@click.command("duplicates")
@click.option("--json", "as_json", is_flag=True, help="Print the groups as one JSON array.")
@collection_option
def command(as_json: bool, folder: Path) -> None:
    """List pictures that look the same, a group after the other, the largest picture first.

    They may differ in size, format, compression or brightness. Files of the very same content are
    listed behind their picture.

    \b
    Example:
      mindseye duplicates
    """
    with explained():
        from search import duplicates
        from store import Collection, many

        with progress("comparing") as update:
            groups = duplicates(Collection(folder), lambda done, total: update(done, total, ""))
    if as_json:
        click.echo(json.dumps([[one._asdict() for one in group] for group in groups], default=str))
        return
    for group in groups:
        for one in group:
            click.echo(f"{one.width:>6} × {one.height:<6} {one.format:<5} {'  '.join(one.files)}")
        click.echo()
    pictures = many(sum(map(len, groups)), "picture")
    click.echo(f"{many(len(groups), 'group')}, {pictures}", err=True)
