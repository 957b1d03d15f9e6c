"""The jobs of a server: one runs, in a thread of its own, and the last ones are remembered.

In the server's own process, because the encoder is loaded there: a second process would load it
again, which costs more memory than all else and seconds before the first picture. Whoever searches
meanwhile shares the processor with the job; the writer's lock keeps other processes from writing.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable

from flask import current_app

from encoders import EncoderError
from evaluation import EvaluationError
from indexer import IndexerError
from search import SearchError
from store import StoreError
from web.jobs.job import Job, Kind, Stopped

KEPT = 20
EXPECTED = (EncoderError, EvaluationError, IndexerError, SearchError, StoreError, OSError)

Work = Callable[[Job], None]
"""What a job does: tells the job how far it is, and lets `Stopped` pass."""

log = logging.getLogger(__name__)


class JobRunningError(Exception):
    """Another job is running."""


class NoJobError(Exception):
    """No job has that id, or it is too long ago."""


class Jobs:
    """What runs and what ran, newest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: deque[Job] = deque(maxlen=KEPT)
        self._thread: threading.Thread | None = None
        self.closing = False

    def start(self, kind: Kind, subject: str, work: Work) -> Job:
        """Start the work, unless something runs.

        Raises:
            JobRunningError: one job runs already, or the server is about to end.
        """
        with self._lock:
            if running := self.running():
                raise JobRunningError(
                    f"{running.subject} is still being worked on; wait for it, or stop it"
                )
            if self.closing:
                raise JobRunningError("the server is about to end")
            job = Job(kind, subject)
            self._kept.appendleft(job)
            self._thread = threading.Thread(target=_run, args=(job, work), daemon=True)
            self._thread.start()
        return job

    def running(self) -> Job | None:
        """The job that runs now."""
        return next((job for job in self.all() if job.state == "running"), None)

    def all(self) -> list[Job]:
        """Every job that is remembered, the newest first."""
        return list(self._kept)

    def find(self, number: str) -> Job:
        """The job of that id.

        Raises:
            NoJobError: there is none.
        """
        for job in self.all():
            if job.id == number:
                return job
        raise NoJobError("no job has that id; the server may have been started anew")

    def stop(self) -> None:
        """Ask what runs to end after what is in hand, and start nothing any more."""
        self.closing = True
        if running := self.running():
            log.warning("stopping after what is in hand; Ctrl-C again stops at once")
            running.stop()

    def close(self) -> None:
        """The same, and wait for it."""
        self.stop()
        if self._thread:
            self._thread.join()


def jobs() -> Jobs:
    """The jobs of the application that answers this request."""
    found: Jobs = current_app.extensions["jobs"]
    return found


def _run(job: Job, work: Work) -> None:
    try:
        work(job)
        job.end("done")
    except Stopped:
        job.end("stopped")
    except EXPECTED as error:
        job.end("failed", str(error))
    except Exception:
        log.exception("job %s failed", job.id)
        job.end("failed", "an error in mindseye itself; the server's terminal says where")
