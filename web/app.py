"""The application: a function of its engine and of who may ask."""

import logging
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from search import Engine
from web import api, media, pages
from web.api.blueprint import SECURITY
from web.capacity import THREADS, Capacity
from web.guard import Access, protect
from web.jobs import Folders, Jobs
from web.metrics import measure
from web.pages.wording import teach
from web.parts import ENGINE, MAX_UPLOAD, PictureId
from web.problems import explain_errors, invalid
from web.uploads import Uploads

IDLE = 30  # seconds until a connection on which nothing moves is closed, in an upload too

INFO = Info(
    title="mindseye",
    version="1",
    description="Semantic image search over one collection. Errors are problem+json (RFC 9457).",
)


def create_app(
    engine: Engine,
    access: Access | None = None,
    *,
    folders: Sequence[Path] = (),
    runs: Path | None = None,
) -> OpenAPI:
    """The Flask application over one engine; nothing is opened on import.

    ``folders`` may be indexed from the page, besides those that the collection was made from;
    ``runs`` keeps the runs of evaluations, by default in the collection's directory.
    """
    app = OpenAPI(
        __name__,
        info=INFO,
        security_schemes=SECURITY,
        doc_ui=False,
        validation_error_status=400,
        validation_error_callback=invalid,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # answers as the command prints them
    app.config["MAX_CONTENT_LENGTH"] = MAX_UPLOAD
    app.extensions[ENGINE] = engine
    app.extensions["capacity"] = Capacity()
    app.extensions["jobs"] = Jobs(engine.collection.folder / "jobs")
    app.extensions["folders"] = Folders(engine.collection, folders)
    app.extensions["runs"] = runs or engine.collection.folder / "evaluations"
    app.extensions["uploads"] = Uploads(engine.collection.folder / "uploads")
    app.url_map.converters["id"] = PictureId
    teach(app)
    measure(app)
    protect(app, access or Access())
    explain_errors(app)
    app.register_api(api.blueprint)
    app.register_api(api.health)
    app.add_url_rule("/api/v1/openapi.json", "openapi", lambda: app.api_doc)
    for blueprint in (pages.blueprint, media.blueprint):
        app.register_blueprint(blueprint)
    return app


def bound(host: str, port: int) -> list[socket.socket]:
    """Sockets at every address of that name; nothing can connect until somebody listens.

    Raises:
        OSError: the port is in use, or there is no such address here.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return [_bound(family, address) for family, _, _, _, address in dict.fromkeys(found)]


def _bound(family: int, address: Any) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":  # elsewhere it would let two servers have one port
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:  # the other family has a socket of its own
        made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    made.bind(address)
    return made


def listen(app: OpenAPI, sockets: Sequence[socket.socket]) -> Any:
    """A server that listens at `bound` sockets, which other processes may share with it.

    Its ``run()`` answers until Ctrl-C, best within `in_order`.

    Raises:
        OSError: the port is in use.
    """
    import waitress

    # A browser that wants sixty thumbnails at once is no reason for warnings on the terminal.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    return waitress.create_server(
        app,
        sockets=list(sockets),
        threads=THREADS,
        channel_timeout=IDLE,
        max_request_body_size=MAX_UPLOAD,
        ident="mindseye",
    )


@contextmanager
def in_order(app: OpenAPI) -> Iterator[None]:
    """Within the block, Ctrl-C and SIGTERM let a job finish what it has in hand; a second one ends.

    So the end comes in order: streams of events, the server, and then the job. What the process
    was started to ignore, it ignores: a worker hears of Ctrl-C from the process that started it.
    """
    jobs: Jobs = app.extensions["jobs"]

    def end(_signal: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        jobs.stop()
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)
    with closing(jobs):
        yield
