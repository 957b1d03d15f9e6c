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
        click.echo(f"{name + ':':<13} {_text(value)}")


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number:,}" for name, number in value.items())
    return ", ".join(value) if isinstance(value, list | tuple) else str(value)


def _facts(folder: Path) -> dict[str, Any]:
    from store import Collection, facts

    return facts(Collection(folder)).as_dict()
