"""`mindseye search`: words or a picture in, ranked pictures out."""

import json
from pathlib import Path

import click

from mindseye.errors import explained
from mindseye.settings import collection_option


@click.command("search")
@click.argument("query", default="")
@click.option("-k", "k", default=10, show_default=True, help="How many pictures to show.")
@click.option(
    "--image",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Look for pictures like this one; together with words, for both.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer as one JSON object.")
@collection_option
def command(query: str, k: int, image: Path | None, as_json: bool, folder: Path) -> None:
    """Find the pictures that QUERY describes, best first, with their scores.

    \b
    Example:
      mindseye search "two dogs on a beach" -k 5
      mindseye search --image holiday.jpg --json
    """
    with explained():
        from encoders import PictureError, open_picture
        from mindseye.opening import for_searching
        from search import Answer, Query, require

        try:
            picture = open_picture(image.read_bytes()).image if image else None
        except PictureError as error:
            raise click.BadParameter(f"{image}: {error}", param_hint="--image") from error
        asked = Query(query, picture)
        require(asked, k)  # before anything is loaded
        answer: Answer = for_searching(folder).search(asked, k)
    if as_json:
        click.echo(json.dumps(answer.as_dict(), ensure_ascii=False))
        return
    for hit in answer.hits:
        click.echo(f"{hit.rank:>3}  {hit.score:6.3f}  {hit.files[0]}{_others(len(hit.files) - 1)}")
    took = sum(answer.timings_ms.values())
    click.echo(f"{len(answer.hits)} pictures, {answer.route}, {took:.0f} ms", err=True)


def _others(count: int) -> str:
    return f"  (and {count} more of the same)" if count else ""
