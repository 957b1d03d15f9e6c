"""`mindseye serve`: the collection in a web browser."""

import ipaddress
import os
import secrets
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from mindseye.errors import explained
from mindseye.settings import HERE, PORT, collection_option, runs_option

if TYPE_CHECKING:
    from web import Access

# Threads of FAISS and of NumPy's OpenBLAS would spin while they wait for work, and so take the
# processor from other people's questions: over the stamps, three quarters of what a search costs,
# and half of what sixteen new texts do.
QUIET = {"OMP_WAIT_POLICY": "PASSIVE", "OPENBLAS_NUM_THREADS": "1"}
SHORTEST_TOKEN = 16  # characters; shorter ones can be guessed


class Serving(NamedTuple):
    """What every process that serves has to know."""

    folder: Path
    access: "Access"
    allowed: tuple[Path, ...]
    runs: Path
    sockets: list[socket.socket]

    @property
    def port(self) -> int:
        """The one that it listens on."""
        return int(self.sockets[0].getsockname()[1])


@click.command("serve")
@collection_option
@click.option("--port", default=PORT, show_default=True, help="The port to listen on.")
@click.option("--host", default=HERE, show_default=True, help="The address to listen on.")
@click.option(
    "--token",
    envvar="MINDSEYE_TOKEN",
    show_envvar=True,
    help="What everybody must know who asks from another machine.  [default: a new one each time]",
)
@click.option(
    "--name", "names", multiple=True, help="A name of this machine that browsers will use; repeat."
)
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder that may be indexed from the page, besides the collection's own; repeat.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that answer, each with the encoder in its memory; they share the index.",
)
@runs_option
def command(
    folder: Path,
    port: int,
    host: str,
    token: str | None,
    names: tuple[str, ...],
    allowed: tuple[Path, ...],
    workers: int,
    runs: Path,
) -> None:
    """Serve the collection until Ctrl-C, on this machine only unless told otherwise.

    At any address but this machine's own, everything needs the token.

    \b
    Example:
      mindseye serve --port 8080
      mindseye serve --allow /media/camera
      mindseye serve --host 0.0.0.0 --name photos.lan --workers 4
    """
    token = token or secrets.token_urlsafe(24)
    if len(token) < SHORTEST_TOKEN:
        raise click.UsageError(f"--token is too short; give at least {SHORTEST_TOKEN} characters")
    os.environ.update(QUIET | os.environ)
    with explained():
        from store import Collection
        from web import LOCAL_HOSTS, Access, bound

        Collection(folder).close()  # before anything is loaded
        own = (*LOCAL_HOSTS, host, socket.gethostname(), *names)
        access = Access(token, _is_local(host), LOCAL_HOSTS if _is_local(host) else own)
        serving = Serving(folder, access, allowed, runs, bound(host, port))
        with ExitStack() as stack:
            ready = partial(stack.enter_context, _announced(serving, host))
            if workers == 1:
                answer(serving, ready)
            else:
                together(serving, workers, ready)


def answer(serving: Serving, ready: Callable[[], object]) -> None:
    """Load the encoder and answer until Ctrl-C or SIGTERM; ``ready`` is called in between."""
    with explained():
        from encoders import check
        from mindseye.opening import for_searching
        from web import create_app, in_order, listen

        engine = for_searching(serving.folder)
        check(engine.encoder)  # loads both towers: the first question should not pay for it
        app = create_app(engine, serving.access, folders=serving.allowed, runs=serving.runs)
        server = listen(app, serving.sockets)
        with in_order(app):
            ready()
            server.run()


def together(serving: Serving, workers: int, ready: Callable[[], object]) -> None:
    """The same by several processes, whose figures for Prometheus add up."""
    from mindseye.workers import work_together
    from web.metrics import SHARED

    with tempfile.TemporaryDirectory(prefix="mindseye-") as figures:
        os.environ[SHARED] = figures
        work_together(workers, partial(answer, serving), ready)


@contextmanager
def _announced(serving: Serving, host: str) -> Iterator[None]:
    from mindseye.running import announced

    shown = f"[{host}]" if ":" in host else host
    click.echo(
        f"serving {serving.folder} on http://{shown}:{serving.port} (Ctrl-C stops)", err=True
    )
    if not serving.access.free:
        click.echo(f"token: {serving.access.token}", err=True)
    with announced(serving.folder, host, serving.port, serving.access.token):
        yield


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
