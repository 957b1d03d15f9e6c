"""The search page: a box, what was understood, and the ranked results."""

from flask import redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from encoders import PictureError
from search import MAX_OFFSET, Answer, Query, SearchError
from web import asking, judging
from web.guard import reads
from web.pages import narrowing, understood
from web.pages.blueprint import blueprint
from web.parts import uploads, whole_number

PAGE = 60  # hits on a page
EXAMPLES = (
    "two dogs on a beach",
    '"red ball" -grass',
    "sunset folder:holiday year:2020",
    "portrait of a cat width:>1000",
    "type:png sort:newest",
)


@blueprint.get("/")
def search() -> str | tuple[str, int]:
    """The search box; with ``q``, also its results from ``offset`` on."""
    text = request.args.get("q", "")
    if not text.strip():
        return render_template("home.html", examples=EXAMPLES)
    try:
        query, offset = asking.question(text), whole_number("offset")
        answer = asking.answered(query, PAGE, offset)
    except SearchError as error:
        status = 404 if type(error).__name__ == "NoPictureError" else 400
        return render_template("home.html", examples=EXAMPLES, text=text, wrong=str(error)), status
    return _page(text, query, answer, offset)


@blueprint.post("/")
@reads
def search_by_picture() -> Response:
    """Keep the uploaded picture, and lead to the address of the search with it."""
    upload = request.files.get("image")
    if not upload:
        raise BadRequest("no picture came along; choose one")
    query = asking.question(request.form.get("q", ""))
    try:
        name = uploads().keep(asking.decoded(upload))
    except PictureError as error:
        raise BadRequest(f"{upload.filename}: {error}") from error
    return redirect(url_for("pages.search", q=understood.with_term(query, "image", name)), 303)


def _page(text: str, query: Query, answer: Answer, offset: int) -> str:
    following = offset + PAGE
    more = len(answer.hits) == PAGE and following <= MAX_OFFSET
    return render_template(
        "results.html",
        text=text,
        query=query,
        answer=answer,
        right=judging.right_for(query),
        chips=understood.chips(query),
        facets=narrowing.facets(query, answer),
        sortings=understood.sortings(query),
        following=following if more else None,
        earlier=max(offset - PAGE, 0) if offset else None,
        with_term=understood.with_term,
        with_option=understood.with_option,
    )
