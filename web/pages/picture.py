"""One picture: large, what is known of it, where it lies, why it matched, and what is similar."""

from flask import render_template, request

from search import Hit, parse
from store import MODELS, Description, Near
from web import asking
from web.pages.blueprint import blueprint
from web.pages.understood import only, with_term
from web.parts import engine

SIMILAR = 12
NEARBY = 1  # kilometres


@blueprint.get("/pictures/<id:number>")
def picture(number: int) -> str:
    """The page of one picture; with ``q``, also what each term of that query did for it."""
    found, known = engine().described(number)
    query = asking.question(request.args.get("q", ""))
    answer = asking.answered(parse(f"like:{number}"), SIMILAR + 1)
    same = {one for hit in answer.hits for one in _folded(hit) if number in _folded(hit)}
    similar = [hit for hit in answer.hits if hit.id not in same][:SIMILAR]
    return render_template(
        "picture.html",
        picture=found,
        known=known,
        near=_near(known),
        keywords=dict.fromkeys(tag.name for tag in known.tags if tag.source not in MODELS),
        guesses=[tag for tag in known.tags if tag.source in MODELS],
        query=query,
        reasons=asking.reasons(query, number),
        alike=sorted(same - {number}),
        similar=similar,
        with_term=with_term,
        only=only,
    )


def _folded(hit: Hit) -> tuple[int, ...]:
    return hit.id, *hit.duplicates


def _near(known: Description) -> Near | None:
    if known.latitude is None or known.longitude is None:
        return None
    return Near(known.latitude, known.longitude, NEARBY)
