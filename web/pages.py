"""The pages: a search with its results, and one picture."""

from flask import Blueprint, render_template

from search import MAX_K, Query
from web.parts import asked, engine, limit

blueprint = Blueprint("pages", __name__)

PAGE = 60  # hits on a page, until more are asked for
SIMILAR = 12


@blueprint.route("/", methods=["GET", "POST"])
def search() -> str:
    """The search box; with a question, also its ranked results."""
    query, k = asked(), limit(PAGE)
    answer = engine().search(query, k) if str(query) else None
    more = min(2 * k, MAX_K) if answer and len(answer.hits) == k < MAX_K and not query.image else 0
    return render_template("search.html", query=query, answer=answer, more=more)


@blueprint.get("/pictures/<id:number>")
def picture(number: int) -> str:
    """One picture: large, where it lies, and what is similar."""
    found = engine().picture(number)
    answer = engine().search(Query(like=number), SIMILAR + 1)
    similar = [hit for hit in answer.hits if hit.id != number][:SIMILAR]
    return render_template("picture.html", picture=found, similar=similar)
