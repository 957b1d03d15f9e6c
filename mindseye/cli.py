"""The command `mindseye`: each subcommand imports what it needs when it runs, so help is quick."""

import logging
import sys

import click

from mindseye import (
    adapt,
    classify,
    copy,
    doctor,
    duplicates,
    evaluate,
    failures,
    fetch,
    index,
    reindex,
    search,
    serve,
    status,
    tag,
    train,
)
from mindseye.errors import STOPPED


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="mindseye", prog_name="mindseye")
def group() -> None:
    """Semantic image search: type a description, find your pictures.

    \b
    Example:
      mindseye index ~/Pictures
      mindseye search "two dogs on a beach"
    """
    logging.basicConfig(format="%(message)s")
    logging.getLogger("encoders").setLevel(logging.INFO)


for module in (
    index,
    failures,
    reindex,
    doctor,
    copy,
    search,
    duplicates,
    tag,
    classify,
    adapt,
    serve,
    status,
    evaluate,
    train,
    fetch,
):
    group.add_command(module.command)


def main() -> None:
    """Run the command line; Ctrl-C ends in one line, not in a stack trace."""
    try:
        sys.exit(group.main(standalone_mode=False))
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):  # click turns the second into the first
        click.echo("stopped", err=True)
        sys.exit(STOPPED)
