"""A search that a running server answers, in milliseconds: nothing heavy is imported here.

What only this process can do or say better is left to it: every function here may answer ``None``.
"""

import json
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import click

from mindseye.running import Server, server_of

SECONDS = 30  # that an answer may take
WRONG = {"query-syntax": 2, "empty-query": 2, "no-picture": 1}  # exit codes of mindseye.errors
UNOPENED = "unopened-picture"


class Asked(NamedTuple):
    """A search as the command line has it; ``image`` is a file that the answers shall be like."""

    query: str
    k: int
    offset: int
    exact: bool
    image: Path | None

    @property
    def text(self) -> str:
        """The query with the picture as a part of it."""
        if self.image is None:
            return self.query
        return f"{self.query} image:{json.dumps(str(self.image), ensure_ascii=False)}"


def answered(folder: Path, asked: Asked) -> dict[str, Any] | None:
    """The answer of the collection's running server with its address, or ``None`` without one.

    Raises:
        click.ClickException: the question is wrong; with the message and exit code of a search
            that is not served.
    """
    server = server_of(folder)
    if server is None or (asked.image and {'"', "“"} & set(asked.query)):
        return None  # an unclosed quote before the picture would swallow it
    try:
        return _answered(server, asked)
    except (OSError, HTTPException, ValueError):  # gone meanwhile, or no server of ours
        return None


def _answered(server: Server, asked: Asked) -> dict[str, Any] | None:
    status, body = _sent(server, asked)
    kind = str(body.get("type")).removeprefix("urn:mindseye:")
    if kind == UNOPENED and body.get("picture", "") in asked.text:  # nothing but what was named
        status, body = _sent(server, asked, Path(body["picture"]))
        kind = str(body.get("type")).removeprefix("urn:mindseye:")
    if kind in WRONG and asked.image is None:  # otherwise places would be counted in another text
        error = click.UsageError if WRONG[kind] == 2 else click.ClickException
        raise error(body["detail"])
    return body | {"server": server.address} if status == 200 else None


def _sent(server: Server, asked: Asked, picture: Path | None = None) -> tuple[int, dict[str, Any]]:
    """Status and body of the server's response; ``picture`` goes along, named as in the query."""
    exact = str(asked.exact).lower()
    words = {"q": asked.text, "k": asked.k, "offset": asked.offset, "exact": exact}
    headers, body = {"Authorization": f"Bearer {server.token}"}, None
    if picture is not None:
        body, headers["Content-Type"] = _form(picture)
    connection = HTTPConnection(server.host, server.port, timeout=SECONDS)
    try:
        address = f"/api/v1/search?{urlencode(words)}"
        connection.request("POST" if body else "GET", address, body, headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
    finally:
        connection.close()
    if not isinstance(answer, Mapping):
        raise ValueError("not an answer of mindseye")
    return response.status, dict(answer)


def _form(picture: Path) -> tuple[bytes, str]:
    from urllib3 import encode_multipart_formdata

    image = ("picture", picture.read_bytes())
    return encode_multipart_formdata([("name", str(picture)), ("image", image)])
