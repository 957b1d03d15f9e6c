"""Signing in, for those who come from another machine."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.guard import free, is_token, sign_in
from web.pages.blueprint import blueprint


@blueprint.get("/sign-in")
@free
def sign_in_page() -> str:
    """Ask for the token."""
    return render_template("sign_in.html", wrong=False)


@blueprint.post("/sign-in")
@free
def sign_in_with_token() -> Response | tuple[str, int]:
    """Let the browser in, if the token is right."""
    if not is_token(request.form.get("token", "")):
        return render_template("sign_in.html", wrong=True), 403
    response = redirect(url_for("pages.search"), 303)
    sign_in(response)
    return response
