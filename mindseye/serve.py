"""`mindseye serve`: the collection in a web browser."""

from pathlib import Path

import click

from mindseye.errors import explained
from mindseye.settings import HERE, PORT, collection_option


@click.command("serve")
@collection_option
@click.option("--port", default=PORT, show_default=True, help="The port to listen on.")
def command(folder: Path, port: int) -> None:
    """Serve the collection on this machine only, until Ctrl-C.

    \b
    Example:
      mindseye serve --port 8080
    """
    with explained():
        from encoders import check
        from mindseye.opening import for_searching
        from web import create_app, serve

        engine = for_searching(folder)
        check(engine.encoder)  # loads both towers: the first question should not pay for it
        click.echo(f"serving {folder} on http://{HERE}:{port} (Ctrl-C stops)", err=True)
        serve(create_app(engine), HERE, port)
