"""`mindseye serve`: the collection in a web browser."""

import ipaddress
import os
import secrets
import socket
from pathlib import Path

import click

from mindseye.errors import explained
from mindseye.settings import HERE, PORT, collection_option, runs_option

# FAISS's threads would spin while they wait for work, and so take the processor from other people's
# questions: over the stamps, three quarters of what a search costs.
WAITING = "PASSIVE"
SHORTEST_TOKEN = 16  # characters; shorter ones can be guessed


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
@runs_option
def command(
    folder: Path,
    port: int,
    host: str,
    token: str | None,
    names: tuple[str, ...],
    allowed: tuple[Path, ...],
    runs: Path,
) -> None:
    """Serve the collection until Ctrl-C, on this machine only unless told otherwise.

    At any address but this machine's own, everything needs the token.

    \b
    Example:
      mindseye serve --port 8080
      mindseye serve --allow /media/camera
      mindseye serve --host 0.0.0.0 --name photos.lan
    """
    token = token or secrets.token_urlsafe(24)
    if len(token) < SHORTEST_TOKEN:
        raise click.UsageError(f"--token is too short; give at least {SHORTEST_TOKEN} characters")
    os.environ.setdefault("OMP_WAIT_POLICY", WAITING)
    with explained():
        from encoders import check
        from mindseye.opening import for_searching
        from mindseye.running import announced
        from web import LOCAL_HOSTS, Access, create_app, in_order, listen

        own = (*LOCAL_HOSTS, host, socket.gethostname(), *names)
        access = Access(token, _is_local(host), LOCAL_HOSTS if _is_local(host) else own)
        engine = for_searching(folder)
        check(engine.encoder)  # loads both towers: the first question should not pay for it
        app = create_app(engine, access, folders=allowed, runs=runs)
        server = listen(app, host, port)
        click.echo(f"serving {folder} on http://{host}:{port} (Ctrl-C stops)", err=True)
        if not access.free:
            click.echo(f"token: {token}", err=True)
        with in_order(app), announced(folder, host, port, token):
            server.run()


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
