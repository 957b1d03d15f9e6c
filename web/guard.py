"""Who may ask: hosts, tokens, same-origin checks, and the headers of every answer.

On this machine reading is free, and pages hand the browser the token as a cookie that no other site
can make it send; at any other address everything needs the token. What changes something needs it
always, and must come from our own pages or from no browser at all.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from flask import Flask, Response, current_app, redirect, request, url_for
from werkzeug.exceptions import Forbidden, Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from web.parts import for_machines

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self' blob:; style-src 'self'; "
    "script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",  # no other site may show these pictures
    "Cross-Origin-Opener-Policy": "same-origin",
}

View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True)
class Access:
    """The token, whether reading is free of it, and the host names that are ours.

    Any other host name is another site's, pointed at us (DNS rebinding).
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    free: bool = True
    hosts: tuple[str, ...] = LOCAL_HOSTS


def reads(view: View) -> View:
    """Mark a view that changes nothing though it is posted to, as a search by picture is."""
    view.reads = True  # type: ignore[attr-defined]
    return view


def free(view: View) -> View:
    """Mark a view that needs no token anywhere: signing in, and being alive."""
    view.free = True  # type: ignore[attr-defined]
    return view


def protect(app: Flask, access: Access) -> None:
    """Put the rules before, and the headers after, every view of the application."""
    app.config["TRUSTED_HOSTS"] = list(access.hosts)
    app.extensions["access"] = access
    app.before_request(_check)
    app.after_request(_with_headers)


def access() -> Access:
    """The rules that the application was made with."""
    found: Access = current_app.extensions["access"]
    return found


def is_token(given: str) -> bool:
    """Whether this is the token; takes as long for a near miss as for a wild guess."""
    return hmac.compare_digest(given.encode(), access().token.encode())


def sign_in(response: AnyResponse) -> None:
    """Give the browser the token, for our own pages only."""
    response.set_cookie(
        _cookie(), access().token, httponly=True, samesite="Strict", secure=request.is_secure
    )


def _check() -> AnyResponse | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method not in SAFE and not _same_origin():
        raise Forbidden("this call came from another site's page; use mindseye's own")
    if request.routing_exception or request.endpoint == "static" or getattr(view, "free", False):
        return None
    reading = request.method in SAFE or getattr(view, "reads", False)
    if (access().free and reading) or _has_token():
        return None
    if request.method in SAFE and request.accept_mimetypes.accept_html and not for_machines():
        return redirect(url_for("pages.sign_in_page"), 303)
    raise Unauthorized(
        "this needs the server's token, which `mindseye serve` printed when it started: "
        "Authorization: Bearer TOKEN"
    )


def _same_origin() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    return request.headers.get("Origin") in (None, request.host_url.rstrip("/"))


def _has_token() -> bool:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    bearer = given.strip() if kind.lower() == "bearer" else ""
    return is_token(bearer) or is_token(request.cookies.get(_cookie(), ""))


def _cookie() -> str:
    return f"mindseye-{request.host.rpartition(':')[2]}"  # cookies do not know of ports


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    page = response.mimetype == "text/html" and response.status_code == 200
    if page and access().free and request.method == "GET" and not _has_token():
        sign_in(response)
    return response
