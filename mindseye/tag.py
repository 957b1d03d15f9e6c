"""`mindseye tag`: labels for every picture of the collection."""

import json
from pathlib import Path
from typing import Any

import click

from mindseye.errors import explained
from mindseye.progress import progress
from mindseye.settings import collection_option

SHOWN = 12  # labels


@click.command("tag")
@click.option(
    "--labels",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Your own labels, one a line; after a colon, what the encoder reads for it.  "
    "[default: 634 everyday things and scenes]",
)
@click.option(
    "--classifier",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Instead of labels: a file that `mindseye classify` wrote.",
)
@click.option(
    "--background",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of pictures of no particular kind, to measure labels against.  "
    "[default: 256 drawings that come with mindseye]",
)
@click.option(
    "--least",
    type=click.FloatRange(0, 1, min_open=True),
    help="How likely a label must be among all labels: less gives more tags, and more wrong ones.  "
    "[default: 0.1, with a classifier 0.5]",
)
@click.option("--remove", is_flag=True, help="Take away every tag that a model gave.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object.")
@collection_option
def command(folder: Path, remove: bool, as_json: bool, **given: Any) -> None:
    """Tag every picture with the labels that fit it, without opening a picture again.

    A label fits where it is likely among all labels, and more so than for pictures of no particular
    kind. The tags of an earlier run are replaced; those of people and files stay.

    \b
    Example:
      mindseye tag
      mindseye tag --labels birds.txt
      mindseye tag --classifier animals.classifier
      mindseye search "tag:whale"
    """
    with explained():
        from indexer.tag import untag
        from store import Collection

        collection = Collection(folder)
        if remove:
            untag(collection)
            click.echo("no picture has a tag from a model any more", err=True)
            return
        found = _tagged(collection, **given)
    click.echo(json.dumps(found, ensure_ascii=False) if as_json else _said(found))


def _tagged(
    collection: Any,
    labels: Path | None,
    classifier: Path | None,
    background: Path | None,
    least: float | None,
) -> dict[str, Any]:
    import encoders
    from encoders.classifier import Classifier
    from encoders.labels import zero_shot
    from indexer.tag import Tagger, tag

    chosen = {} if least is None else {"least": least}
    tagger: Tagger
    if classifier:
        if labels or background:
            raise click.UsageError("a --classifier has its own labels and needs no --background")
        tagger = Classifier.load(classifier, **chosen)
    else:
        encoder = encoders.load(collection.encoder["name"])
        with progress("reading labels") as update:
            tagger = zero_shot(
                encoder, labels, background, lambda done, total: update(done, total, ""), **chosen
            )
    with progress("tagging") as update:
        return tag(collection, tagger, lambda done, total: update(done, total, "")).as_dict()


def _said(found: dict[str, Any]) -> str:
    from store import many

    counts = (f"{name} {count}" for name, count in list(found["labels"].items())[:SHOWN])
    pictures, tags = many(found["pictures"], "picture"), many(found["tags"], "tag")
    total = f"{found['tagged']} of {pictures} have {tags}"
    return f"{total}\nmost often: {', '.join(counts)}" if found["tags"] else total
