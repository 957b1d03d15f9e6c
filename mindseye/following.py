"""`mindseye index --watch`: one run, and another one whenever something has changed."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mindseye.indexing import Ran, Run
from mindseye.stopping import Stop

if TYPE_CHECKING:
    from indexer import Account, Source

BUSY = 1.0  # seconds until the next attempt while another process is writing


def follow(
    given: "Sequence[Source]",
    collection: Path,
    run: Run,
    stop: Stop,
    tell: Callable[[Ran], None],
) -> None:
    """Run at once and after each burst of changes, until Ctrl-C; ``tell`` gets what is new.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed during a run; between two, it ends without an error.
    """
    from indexer.watch import changes

    if not all(one.paths for one in given):
        raise click.UsageError("--watch follows folders and files of this machine only")
    before: Ran | None = None
    looking = changes([path for one in given for path in one.paths], collection, stop)
    while True:
        try:
            next(looking)
        except KeyboardInterrupt:
            click.echo("stopped watching; everything that was there is indexed", err=True)
            return
        ran = _patiently(run, stop)
        if before is None or _is_news(ran.account, before.account):
            tell(ran)
        if before is None:
            click.echo("watching; Ctrl-C stops", err=True)
        before = ran


def _is_news(account: "Account", before: "Account") -> bool:
    same = account.unchanged + account.skipped + account.failed
    changed = account.seen > same or account.removed > 0
    return changed or account.failures != before.failures


def _patiently(run: Run, stop: Stop) -> Ran:
    """A run, which waits for another process that is writing."""
    from store import CollectionBusyError

    while True:
        try:
            return run()
        except CollectionBusyError:
            time.sleep(BUSY)
            stop()
