"""`mindseye train`: captioned pictures into an encoder of one's own."""

import json
from pathlib import Path
from typing import Any

import click

from mindseye.errors import explained
from mindseye.progress import progress


@click.command("train")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The directory to write the encoder to; --encoder takes it afterwards.",
)
@click.option(
    "--encoder",
    help="Train heads over this encoder's embeddings, not over towers; see `mindseye adapt` too.",
)
@click.option(
    "--image-tower", "image", multiple=True, help="A CNN or ViT to fuse; may be repeated."
)
@click.option("--text-tower", "text", help="The BERT to fuse it with.  [default: minilm]")
@click.option("--epochs", type=click.IntRange(1), help="How often to go through the pictures.")
@click.option("--seed", type=int, help="Another seed gives other weights.  [default: 0]")
@click.option(
    "--recipe",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Towers, data sets and options from a TOML file instead.",
)
@click.option("--data", multiple=True, metavar="NAME=DIR", help="Where a recipe's data set lies.")
def command(folders: tuple[Path, ...], out: Path, **given: Any) -> None:
    """Train heads over frozen towers on the captioned pictures in FOLDERS.

    A tenth of the pictures is held out to validate on and to stop in time. OUT gets the encoder,
    the curve of the training (curve.png) and its figures (report.json).

    \b
    Example:
      mindseye train ~/captioned --out ~/my-encoder
      mindseye train ~/captioned --image-tower timm:resnet50 --text-tower minilm --out ~/fused
      mindseye index ~/Pictures --encoder ~/my-encoder --collection ~/mine
    """
    with explained():
        from mindseye.training import planned, trained

        recipe, find = planned(folders, **given)
        with progress("encoding") as update:

            def epoch(history: Any) -> None:
                done, best = len(history.losses), history.recalls[history.best]
                click.echo(
                    f"epoch {done}/{recipe.options.epochs}: loss {history.losses[-1]:.3f}, "
                    f"validation recall {history.recalls[-1]:.3f} (best {best:.3f})",
                    err=True,
                )

            report = trained(recipe, find, out, lambda done, all_: update(done, all_, ""), epoch)
    click.echo(json.dumps(report["figures"], indent=2))
    click.echo(f"encoder: {out}")
