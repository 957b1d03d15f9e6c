"""One picture: large, what is known of it, where it lies, why it matched, and what is similar."""

from pathlib import Path

from flask import render_template, request

from search import Query, parse
from search.query import written
from store import Filter
from web import asking
from web.pages.blueprint import blueprint
from web.pages.understood import with_term
from web.parts import engine

SIMILAR = 12


@blueprint.get("/pictures/<id:number>")
def picture(number: int) -> str:
    """The page of one picture; with ``q``, also what each term of that query did for it."""
    found = engine().picture(number)
    query = asking.question(request.args.get("q", ""))
    answer = asking.answered(parse(f"like:{number}"), SIMILAR + 1)
    similar = [hit for hit in answer.hits if hit.id != number][:SIMILAR]
    return render_template(
        "picture.html",
        picture=found,
        query=query,
        reasons=_reasons(query, number),
        similar=similar,
        with_term=with_term,
        in_folder=written(Filter("folder", str(Path(found.files[0]).parent))),
    )


def _reasons(query: Query, number: int) -> list[tuple[str, float]]:
    return engine().explain(query, number) if query.terms else []
