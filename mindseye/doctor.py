"""`mindseye doctor`: whether the collection is sound, and how to make it so."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mindseye.errors import UNSOUND, explained
from mindseye.progress import progress
from mindseye.settings import collection_option

if TYPE_CHECKING:
    from store import Collection, Health


@click.command("doctor")
@click.option("--repair", is_flag=True, help="Repair what is wrong.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON object.")
@collection_option
def command(repair: bool, as_json: bool, folder: Path) -> None:
    """Check catalog, embeddings, index, thumbnails and encoder against each other.

    Says each finding in one line, with what to do. Exit code 4 means that something is wrong, and
    not repaired.

    \b
    Example:
      mindseye doctor
      mindseye doctor --repair
    """
    with explained():
        import encoders
        from indexer.doctor import diagnose
        from store import Collection

        collection = Collection(folder)
        found = left = diagnose(collection, encoders.load)
        if repair and found.findings:
            _repair(collection, found)
            left = diagnose(collection, encoders.load)
    findings = [one._asdict() | {"repaired": one not in left.findings} for one in found.findings]
    findings += [
        one._asdict() | {"repaired": False} for one in left.findings if one not in found.findings
    ]
    _tell(findings, as_json=as_json)
    if left.findings:
        raise click.exceptions.Exit(UNSOUND)


def _repair(collection: "Collection", found: "Health") -> None:
    import encoders
    from indexer.doctor import repair

    with progress("reading again") as update:
        repair(collection, encoders.load, found, lambda done, total: update(done, total, ""))


def _tell(findings: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        sound = all(one["repaired"] for one in findings)
        click.echo(json.dumps({"sound": sound, "findings": findings}, ensure_ascii=False))
        return
    for one in findings:
        said = "repaired" if one["repaired"] else one["remedy"]
        click.echo(f"{one['part']}: {one['problem']}; {said}")
    if not findings:
        click.echo("sound: catalog, embeddings, index, thumbnails and encoder agree")
