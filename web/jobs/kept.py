"""Jobs as files in the collection's directory, where every worker finds them.

One JSON a job, written by the process that runs it whenever something changes; an empty file beside
it asks it to stop. The process holds a lock while its job runs, which the system frees however it
ends: a job that says it is running while nobody holds the lock has died with its process.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from web.jobs.job import Job

KEPT = 20
PATIENCE = 1.0  # seconds; somebody who looks whether a job runs holds the lock for an instant
DIED = "the process that ran it ended before it did; what was written is kept"
_JSON = TypeAdapter(Job)


class NoJobError(Exception):
    """No job has that id, or it is too long ago."""


class KeptJobs:
    """The last jobs of a collection, whoever ran them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self) -> FileLock | None:
        """The lock of the one job that may run, held; ``None`` while another job runs."""
        lock = self._lock()
        try:
            lock.acquire(timeout=PATIENCE)
        except Timeout:
            return None
        return lock

    def save(self, job: Job) -> None:
        """Let everybody see the job as it is now."""
        self._folder.mkdir(exist_ok=True)
        scratch = self._file(job.id).with_suffix(".new")
        scratch.write_bytes(_JSON.dump_json(job))
        scratch.replace(self._file(job.id))

    def ask_to_stop(self, number: str) -> None:
        """Whichever process runs the job, it ends after what is in hand."""
        self._asking(number).touch()

    def is_to_stop(self, number: str) -> bool:
        """Whether somebody asked for it."""
        return self._asking(number).exists()

    def all(self) -> list[Job]:
        """Every job that is kept, the newest first."""
        found = [job for file in self._folder.glob("*.json") if (job := self._load(file))]
        return sorted(found, key=lambda job: job.started, reverse=True)

    def find(self, number: str) -> Job:
        """The job of that id.

        Raises:
            NoJobError: there is none.
        """
        known = re.fullmatch(r"[0-9a-f]{12}", number)  # from a request: it must not be a path
        job = self._load(self._file(number)) if known else None
        if job is None:
            raise NoJobError("no job has that id, or it is too long ago")
        return job

    def forget_old(self) -> None:
        """Keep the newest only."""
        for job in self.all()[KEPT:]:
            self._file(job.id).unlink(missing_ok=True)
            self._asking(job.id).unlink(missing_ok=True)

    def _load(self, file: Path) -> Job | None:
        job = _read(file)
        if job and job.state == "running" and self._is_free():
            job = _read(file)  # it may have ended just before
            if job and job.state == "running":
                ended = datetime.fromtimestamp(file.stat().st_mtime, UTC)
                return replace(job, state="failed", problem=DIED, ended=ended)
        if job and job.state == "running":
            return replace(job, stopping=self.is_to_stop(job.id))
        return job

    def _is_free(self) -> bool:
        try:
            with self._lock().acquire(blocking=False):
                return True
        except Timeout:
            return False

    def _lock(self) -> FileLock:
        # The thread of a request takes it, the thread of the job gives it back.
        return FileLock(self._folder / "running.lock", thread_local=False)

    def _file(self, number: str) -> Path:
        return self._folder / f"{number}.json"

    def _asking(self, number: str) -> Path:
        return self._folder / f"{number}.stop"


def _read(file: Path) -> Job | None:
    try:
        return _JSON.validate_json(file.read_bytes())
    except (OSError, ValidationError):  # forgotten meanwhile, or not one of ours
        return None
