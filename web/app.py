"""The application: a function of its engine and of who may ask."""

import logging
import signal
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
    app.extensions["jobs"] = Jobs()
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


def listen(app: OpenAPI, host: str, port: int) -> Any:
    """A server on its port; its ``run()`` answers until Ctrl-C, best within `in_order`.

    Raises:
        OSError: the port is in use.
    """
    import waitress

    # A browser that wants sixty thumbnails at once is no reason for warnings on the terminal.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    return waitress.create_server(
        app,
        host=host,
        port=port,
        threads=THREADS,
        channel_timeout=IDLE,
        max_request_body_size=MAX_UPLOAD,
        ident="mindseye",
    )


@contextmanager
def in_order(app: OpenAPI) -> Iterator[None]:
    """Within the block, Ctrl-C and SIGTERM let a job finish what it has in hand; a second one ends.

    So the end comes in order: streams of events, the server, and then the job.
    """
    jobs: Jobs = app.extensions["jobs"]

    def end(_signal: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        jobs.stop()
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    with closing(jobs):
        yield
