"""The jobs of a collection: one runs, in a thread of the server's process that was asked for it.

In that process, because the encoder is loaded there: another would load it again, which costs more
memory than all else and seconds before the first picture. Whoever searches meanwhile shares the
processor with the job; the writer's lock keeps other processes from writing.
"""

import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock
from flask import current_app

from encoders import EncoderError
from evaluation import EvaluationError
from indexer import IndexerError
from search import SearchError
from store import StoreError
from web.jobs.job import Job, Kind, State
from web.jobs.kept import KeptJobs

EXPECTED = (EncoderError, EvaluationError, IndexerError, SearchError, StoreError, OSError)

BACKGROUND = 10  # how much a job's threads give way to those that answer, as `nice` counts

log = logging.getLogger(__name__)


class Stopped(Exception):  # noqa: N818 (it is no error: somebody asked for it)
    """Raised within the work of a job that was asked to stop."""


class JobRunningError(Exception):
    """Another job is running."""


class Running:
    """A job as its own thread has it: it says how far it is, and hears when it is to stop."""

    def __init__(self, job: Job, kept: KeptJobs) -> None:
        self.job = job
        self._kept = kept
        kept.save(job)

    def progress(self, done: int, total: int, account: dict[str, Any] | None = None) -> None:
        """Note how far the work is; called by the work itself.

        Raises:
            Stopped: somebody asked for it.
        """
        self.tell(done=done, total=total, account=account or self.job.account)
        if self._kept.is_to_stop(self.job.id):
            raise Stopped

    def tell(self, **facts: Any) -> None:
        """Note facts by the names that `Job` has for them."""
        self.job = replace(self.job, **facts)
        self._kept.save(self.job)

    def end(self, state: State, problem: str | None = None) -> None:
        """Note how it ended."""
        self.tell(state=state, problem=problem, ended=datetime.now(UTC))


Work = Callable[[Running], None]
"""What a job does: tells how far it is, and lets `Stopped` pass."""


class Jobs(KeptJobs):
    """What runs and what ran in any process, and what this process runs."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._own: Job | None = None
        self.closing = False

    def start(self, kind: Kind, subject: str, work: Work) -> Job:
        """Start the work, unless something runs.

        Raises:
            JobRunningError: one job runs already, or the server is about to end.
        """
        with self._starting:
            if self.closing:
                raise JobRunningError("the server is about to end")
            lock = self.take()
            if lock is None:
                running = self.running()
                what = running.subject if running else "another job"
                raise JobRunningError(f"{what} is still being worked on; wait for it, or stop it")
            self._own = Job(kind, subject)
            run = Running(self._own, self)
            self.forget_old()
            self._thread = threading.Thread(target=_run, args=(run, work, lock), daemon=True)
            self._thread.start()
            return self._own

    def running(self) -> Job | None:
        """The job that runs now."""
        return next((job for job in self.all() if job.state == "running"), None)

    def stop(self) -> None:
        """Ask what this process runs to end after what is in hand, and start nothing any more."""
        self.closing = True
        if self._own and self._thread and self._thread.is_alive():
            log.warning("stopping after what is in hand; Ctrl-C again stops at once")
            self.ask_to_stop(self._own.id)

    def close(self) -> None:
        """The same, and wait for it."""
        self.stop()
        if self._thread:
            self._thread.join()


def jobs() -> Jobs:
    """The jobs of the application that answers this request."""
    found: Jobs = current_app.extensions["jobs"]
    return found


def _run(run: Running, work: Work, lock: FileLock) -> None:
    if sys.platform == "linux":  # elsewhere it would hold for the whole process
        os.nice(BACKGROUND)
    try:
        work(run)
        run.end("done")
    except Stopped:
        run.end("stopped")
    except EXPECTED as error:
        run.end("failed", str(error))
    except Exception:
        log.exception("job %s failed", run.job.id)
        run.end("failed", "an error in mindseye itself; the server's terminal says where")
    finally:
        lock.release()
