"""This one is right, for browsers without a script; the others ask the API."""

from flask import redirect, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from web.judging import say
from web.pages.blueprint import blueprint
from web.parts import DIGITS


@blueprint.post("/judgements")
def judge() -> Response:
    """Keep what was said, and lead back to the results."""
    text, number = request.form.get("q", ""), request.form.get("picture", "")
    if not number.isdecimal() or len(number) > DIGITS:
        raise BadRequest(f"picture is {number[:DIGITS]!r}; give its id")
    say(text, int(number), right=request.form.get("right") == "yes")
    return redirect(url_for("pages.search", q=text), 303)
