"""The pages: a search with its results, one picture, and signing in."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from search import MAX_K, BadLimitError, Query, parse
from web import asking
from web.guard import free, is_token, reads, sign_in
from web.parts import DIGITS, engine

blueprint = Blueprint("pages", __name__)

PAGE = 60  # hits on a page, until more are asked for
SIMILAR = 12


@blueprint.route("/", methods=["GET", "POST"])
@reads
def search() -> str:
    """The search box; with a question, also its ranked results."""
    query, k = _asked(), _limit()
    answer = asking.answered(query, k) if str(query) else None
    again = str(query) == query.text  # an uploaded picture is not in the address of the next page
    more = min(2 * k, MAX_K) if again and answer and len(answer.hits) == k < MAX_K else 0
    return render_template("search.html", query=query, answer=answer, more=more)


@blueprint.get("/pictures/<id:number>")
def picture(number: int) -> str:
    """One picture: large, where it lies, and what is similar."""
    found = engine().picture(number)
    answer = asking.answered(parse(f"like:{number}"), SIMILAR + 1)
    similar = [hit for hit in answer.hits if hit.id != number][:SIMILAR]
    return render_template("picture.html", picture=found, similar=similar)


@blueprint.get("/sign-in")
@free
def sign_in_page() -> str:
    """Ask for the token."""
    return render_template("sign_in.html", wrong=False)


@blueprint.post("/sign-in", endpoint="sign_in_with_token")
@free
def sign_in_with_token() -> Response | tuple[str, int]:
    """Let the browser in, if the token is right."""
    if not is_token(request.form.get("token", "")):
        return render_template("sign_in.html", wrong=True), 403
    response = redirect(url_for("pages.search"), 303)
    sign_in(response)
    return response


def _asked() -> Query:
    like = request.values.get("like", "")
    number = _whole(like)
    if like and number is None:
        raise BadRequest(f"like is {like!r}; give the id of a picture")
    return asking.question(request.values.get("q", ""), number, request.files.get("image"))


def _limit() -> int:
    given = request.values.get("k", str(PAGE))
    number = _whole(given)
    if number is None:
        raise BadLimitError(f"k is {given!r}; give a whole number")
    return number


def _whole(given: str) -> int | None:
    return int(given) if given.isdecimal() and len(given) <= DIGITS else None
