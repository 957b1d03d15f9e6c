"""`mindseye adapt`: captions into an adapter for the collection's encoder."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from mindseye.errors import explained
from mindseye.settings import collection_option

SHOWN = ("r@1", "r@5", "r@10", "mrr")
CHANCE = 0.05


@click.command("adapt")
@click.argument("captions", required=False, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The directory to write the adapted encoder to; --encoder takes it afterwards.",
)
@click.option(
    "--test",
    type=click.IntRange(1),
    help="How many pictures to hold out and compare on.  [default: a fifth]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
@collection_option
def command(
    folder: Path, captions: Path | None, out: Path, test: int | None, as_json: bool
) -> None:
    """Adapt the collection's encoder to the CAPTIONS of its pictures, and compare the two.

    CAPTIONS is a data set as `mindseye evaluate` reads it; without it, what lies within and beside
    the pictures counts. No picture is opened again: the stored embeddings are what it learns from.
    The pictures that are held out tell whether the adapter is better; nothing is switched.

    \b
    Example:
      mindseye adapt --out ~/adapted
      mindseye evaluate ~/captioned --encoder starter --encoder ~/adapted
      mindseye reindex --encoder ~/adapted --keep-old
    """
    with explained():
        import encoders
        from evaluation import read_dataset
        from evaluation.adapted import adapted, own_captions
        from store import Collection

        collection = Collection(folder)
        encoder = encoders.load(collection.encoder["name"])
        dataset = read_dataset(captions) if captions else own_captions(collection)
        found = adapted(encoder, collection, dataset, out, test).as_dict()
    click.echo(json.dumps(found) if as_json else "\n".join(_said(found)))
    click.echo(f"encoder: {out}", err=as_json)


def _said(found: dict[str, Any]) -> Iterator[str]:
    from store import many

    before, after = found["validation"]
    pictures = many(found["learned"], "captioned picture")
    yield (
        f"learned from {pictures}, compared on {found['held_out']} "
        f"others; {found['unstored']} are not in the collection"
    )
    yield (
        f"chosen: pull {found['pull']}, {many(found['steps'], 'step')}; "
        f"validation recall {before:.3f} before, {after:.3f} after"
    )
    for way, measures in found["differences"].items():
        yield f"{way:<18}{'encoder':>9}{'adapted':>9}   difference"
        for name in SHOWN:
            one = measures[name]
            change = one["difference"]
            sure = "" if one["p"] < CHANCE else "  may be chance"
            yield (
                f"  {name:<16}{one['before']:>9.3f}{one['after']:>9.3f}   {change['value']:+.3f} "
                f"({change['low']:+.3f} to {change['high']:+.3f}){sure}"
            )
