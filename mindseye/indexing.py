"""A run of the indexer as commands show it: its progress, the account, and each failure."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from mindseye.progress import progress
from mindseye.reports import write
from mindseye.stopping import Stop

if TYPE_CHECKING:
    from encoders import Encoder
    from indexer import Account, Cluster, Source, Stages
    from store import Collection

FAILURES_SHOWN = 20


class Ran(NamedTuple):
    """The account of a run, and how busy its stages were."""

    account: "Account"
    stages: "Stages"


Run = Callable[[], Ran]


def run(
    collection: "Collection",
    encoder: "Encoder",
    given: "Iterable[Path | Source]",
    stop: Stop,
    cluster: "Cluster | None" = None,
) -> Ran:
    """Index these places under a line of progress, here or with the workers of a cluster."""
    from indexer import Stages, index

    stages = Stages()
    with progress("indexing") as update:

        def show(done: int, total: int, account: "Account") -> None:
            stop()
            failed = f"{account.failed} failed, " if account.failed else ""
            update(done, total, f"{failed}{stages}" if done else "workers are starting")

        return Ran(index(collection, encoder, given, show, stages=stages, cluster=cluster), stages)


def tell(ran: Ran, folder: Path, report: Path | None = None) -> None:
    """Print the account and its failures, and write it to ``report`` as JSON."""
    account, stages = ran
    if report:
        write(report, json.dumps(account.as_dict(), indent=2, ensure_ascii=False) + "\n")
    click.echo(account.summary())
    if stages.files:
        speed = stages.files / stages.seconds
        click.echo(f"{stages.files} read in {stages.seconds:.1f} s, {speed:.0f}/s: {stages}")
    click.echo(f"collection: {folder}")
    for failure in account.failures[:FAILURES_SHOWN]:
        click.echo(f"failed: {failure.path}: {failure.reason}", err=True)
    if len(account.failures) > FAILURES_SHOWN:
        more = len(account.failures) - FAILURES_SHOWN
        click.echo(f"… and {more} more; `mindseye failures` lists all of them", err=True)
