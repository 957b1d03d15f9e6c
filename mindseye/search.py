"""`mindseye search`: words or a picture in, ranked pictures out."""

import json
from pathlib import Path
from typing import Any

import click

from mindseye.errors import explained
from mindseye.served import Asked, answered
from mindseye.settings import collection_option

NOTHING = "nothing seems to match: half of all everyday sentences score {:.3f} or more here"


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
@click.option("--no-server", is_flag=True, help="Answer in this process, also where a server runs.")
@collection_option
def command(
    query: str,
    k: int,
    image: Path | None,
    offset: int,
    exact: bool,
    as_json: bool,
    no_server: bool,
    folder: Path,
) -> None:
    """Find the pictures that QUERY describes, best first, with their scores.

    While `mindseye serve` runs for the collection, it answers: in milliseconds.

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
    asked = Asked(query, k, offset, exact, image)
    answer = (None if no_server else answered(folder, asked)) or _answered_here(folder, asked)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    for hit in answer["hits"]:
        score = "      " if hit["score"] is None else f"{hit['score']:6.3f}"
        click.echo(f"{hit['rank']:>3}  {score}  {hit['files'][0]}{_others(hit)}")
    if answer["weak"]:
        click.echo(NOTHING.format(answer["usual_score"]), err=True)
    served = f", served by {answer['server']}" if answer["server"] else ""
    found = f"{len(answer['hits'])} {'picture' if len(answer['hits']) == 1 else 'pictures'}"
    click.echo(f"{found}, {answer['how']}{served}", err=True)


def _answered_here(folder: Path, asked: Asked) -> dict[str, Any]:
    with explained():
        from mindseye.opening import for_searching, picture
        from search import parse, require

        query = parse(asked.query)
        if asked.image:
            query = query.also("image", str(asked.image))
        query = query.opened(picture)
        require(query, asked.k, asked.offset)  # before anything is loaded
        found = for_searching(folder).search(query, asked.k, asked.offset, exact=asked.exact)
    return found.as_dict() | {"server": None}


def _others(hit: dict[str, Any]) -> str:
    copies = len(hit["files"]) - 1
    same = [f"{copies} more of the same"] if copies else []
    alike = [f"{len(hit['duplicates'])} much like it"] if hit["duplicates"] else []
    return f"  (and {', '.join(same + alike)})" if same or alike else ""
