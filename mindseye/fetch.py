"""`mindseye fetch`: a corpus to try things on."""

from pathlib import Path

import click

from mindseye.errors import explained


@click.command("fetch")
@click.argument("name", default="")
def command(name: str) -> None:
    """Fetch the corpus NAME into the cache and print its folder; without NAME, list what there is.

    \b
    Example:
      mindseye index "$(mindseye fetch stamps)"
    """
    with explained():
        from encoders.cache import cache_dir
        from evaluation import fetch, recipes

        if not name:
            for recipe in recipes().values():
                click.echo(f"{recipe.name:<12} {recipe.description}")
            return
        place: Path = fetch(name, cache_dir(), lambda line: click.echo(line, err=True))
    click.echo(place)
