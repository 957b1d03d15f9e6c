"""What can be typed, and which keys do what."""

from flask import render_template

from web.pages.blueprint import blueprint


@blueprint.get("/help", endpoint="help")
def page() -> str:
    """The query language and the keys."""
    return render_template("help.html")
