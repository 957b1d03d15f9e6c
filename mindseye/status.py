"""`mindseye status`: what the collection holds."""

import json
from pathlib import Path
from typing import Any

import click

from mindseye.errors import explained
from mindseye.settings import collection_option


@click.command("status")
@collection_option
@click.option("--json", "as_json", is_flag=True, help="Print it as one JSON object.")
def command(folder: Path, as_json: bool) -> None:
    """Say what the collection holds, how it was made, and how large it is.

    \b
    Example:
      mindseye status
    """
    with explained():
        facts = _facts(folder)
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    for name, value in facts.items():
        click.echo(f"{name + ':':<12} {value}")


def _facts(folder: Path) -> dict[str, Any]:
    from store import FAILED, PRESENT, REMOVED, Collection

    collection = Collection(folder)
    counts = collection.catalog.counts()
    with collection.snapshot() as snapshot:
        size = sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
        return {
            "collection": str(folder),
            "encoder": snapshot.encoder["name"],
            "dimensions": snapshot.encoder["dim"],
            "pictures": counts["pictures"],
            "files": counts.get(PRESENT, 0),
            "failed": counts.get(FAILED, 0),
            "removed": counts.get(REMOVED, 0),
            "generation": snapshot.generation,
            "searchable": len(snapshot.index) if snapshot.index else 0,
            "lists": snapshot.index.lists if snapshot.index else 0,
            "bytes": size,
        }
