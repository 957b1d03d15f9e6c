"""`mindseye search`: words or a picture in, ranked pictures out."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mindseye.errors import explained
from mindseye.settings import collection_option

if TYPE_CHECKING:  # imported only when it runs
    from search import Hit


@click.command("search")
@click.argument("query", default="")
@click.option("-k", "k", default=10, show_default=True, help="How many pictures to show.")
@click.option(
    "--image",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Look for pictures like this one; together with words, for both.",
)
@click.option("--offset", default=0, show_default=True, help="How many to leave out before these.")
@click.option("--exact", is_flag=True, help="Look at every picture, whatever it costs.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer as one JSON object.")
@collection_option
def command(
    query: str,
    k: int,
    image: Path | None,
    offset: int,
    exact: bool,
    as_json: bool,
    folder: Path,
) -> None:
    """Find the pictures that QUERY describes, best first, with their scores.

    \b
    QUERY may hold:
      a dog -leash "red ball"^0.5   words, minus a word, a phrase with a weight
      image:FILE like:ID -like:ID   pictures
      folder:holiday name:*.png type:jpeg tag:cat camera:canon
      width:>1000 height:<=500 size:>2MB orientation:portrait
      after:2020-05 before:2021 year:2020 near:48.86,2.35,10
      sort:newest mode:hybrid dupes:show

    \b
    Example:
      mindseye search "two dogs on a beach" -k 5
      mindseye search "a dog -leash folder:holiday after:2020"
      mindseye search --image holiday.jpg --json
    """
    with explained():
        from mindseye.opening import for_searching, picture
        from search import Answer, parse, require

        asked = parse(query)
        if image:
            asked = asked.also("image", str(image))
        asked = asked.opened(picture)
        require(asked, k, offset)  # before anything is loaded
        answer: Answer = for_searching(folder).search(asked, k, offset, exact=exact)
    if as_json:
        click.echo(json.dumps(answer.as_dict(), ensure_ascii=False))
        return
    for hit in answer.hits:
        score = "      " if hit.score is None else f"{hit.score:6.3f}"
        click.echo(f"{hit.rank:>3}  {score}  {hit.files[0]}{_others(hit)}")
    took = sum(answer.timings_ms.values())
    click.echo(f"{len(answer.hits)} pictures, {answer.route}, {took:.0f} ms", err=True)


def _others(hit: "Hit") -> str:
    copies = len(hit.files) - 1
    same = [f"{copies} more of the same"] if copies else []
    alike = [f"{hit.duplicates} much like it"] if hit.duplicates else []
    return f"  (and {', '.join(same + alike)})" if same or alike else ""
