"""`mindseye evaluate`: how well pictures are found by their captions."""

import json
from pathlib import Path
from typing import Any

import click

from mindseye.errors import explained
from mindseye.progress import progress


@click.command("evaluate")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--encoder", default="starter", show_default=True, help="The encoder to measure.")
@click.option("--test", type=click.IntRange(1), help="Only the N pictures that training kept out.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as one JSON object.")
def command(folder: Path, encoder: str, test: int | None, as_json: bool) -> None:
    """Measure recall@k on the captioned pictures in FOLDER.

    Captions come from captions.csv (image,caption) or from a .txt beside each picture. With --test
    N, only the first N in the order of the SHA-256 of their names count: those that a recipe of
    `mindseye train` with test = N holds out.

    \b
    Example:
      mindseye evaluate ~/flickr8k
    """
    with explained():
        import encoders
        from evaluation import evaluate, read_dataset, split

        dataset = read_dataset(folder)
        if test:
            dataset = split(dataset, test)[0]
        with progress("encoding") as update:
            opened = encoders.load(encoder)
            found = evaluate(opened, dataset, lambda done, total: update(done, total, ""))
    figures = found.as_dict()
    figures["dataset"] = {
        "format": dataset.format,
        "without_caption": dataset.without_caption,
        "without_picture": dataset.without_picture,
    }
    click.echo(json.dumps(figures) if as_json else _table(figures))


def _table(figures: dict[str, Any]) -> str:
    dataset = figures["dataset"]
    lines = [
        f"{figures['pictures']} pictures, {figures['captions']} captions ({dataset['format']}); "
        f"{dataset['without_caption']} pictures without a caption, "
        f"{dataset['without_picture']} captions without a picture, "
        f"{len(figures['failures'])} pictures unreadable"
    ]
    lines += [f"unreadable: {one['path']}: {one['reason']}" for one in figures["failures"]]
    names = list(figures["text_to_image"])
    lines.append(f"{'':<14}" + "".join(f"{name:>12}" for name in names))
    for direction in ("text_to_image", "image_to_text"):
        measured = figures[direction]
        cells = "".join(f"{measured[name]:>12}" for name in names)
        lines.append(f"{direction:<14}" + cells)
    return "\n".join(lines)
