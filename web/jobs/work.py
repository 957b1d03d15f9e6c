"""What jobs do: the same as the commands, with the engine that is loaded already."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from evaluation import How, captions_run, judged_run, save_run
from indexer import Account, index
from search import Engine
from web.jobs.queue import Running, Work

Queries = Literal["captions", "judged"]

FAILURES = 100  # that a job tells of; the collection keeps all of them


def indexing(engine: Engine, folders: Sequence[Path]) -> Work:
    """Make the collection hold exactly what lies below the folders."""

    def work(run: Running) -> None:
        def progress(done: int, total: int, account: Account) -> None:
            run.progress(done, total, _told(account))

        account = index(engine.collection, engine.encoder, folders, progress)
        run.tell(account=_told(account))

    return work


def measuring(engine: Engine, queries: Queries, runs: Path) -> Work:
    """Measure the collection on its own captions, or on judged searches, and keep the run."""

    def work(run: Running) -> None:
        measure = captions_run if queries == "captions" else judged_run
        measured = measure(engine, How(), run.progress)
        run.tell(run=save_run(measured, runs).stem)

    return work


def _told(account: Account) -> dict[str, Any]:
    facts = account.as_dict()
    return {**facts, "failures": facts["failures"][:FAILURES], "summary": account.summary()}
