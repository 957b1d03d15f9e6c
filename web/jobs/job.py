"""One job: how far it has come, and how it ended. Written by its thread, read by everybody."""

import secrets
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Kind = Literal["index", "evaluate"]
State = Literal["running", "done", "stopped", "failed"]


class Stopped(Exception):  # noqa: N818 (it is no error: somebody asked for it)
    """Raised within the work of a job that was asked to stop."""


@dataclass
class Job:
    """A piece of work on ``subject``; it ends as done, stopped, or failed with a ``problem``.

    ``account`` is what became of the files of an index job, ``run`` the id of what an evaluation
    measured.
    """

    kind: Kind
    subject: str
    id: str = field(default_factory=lambda: secrets.token_hex(6))
    state: State = "running"
    done: int = 0
    total: int = 0
    account: dict[str, Any] | None = None
    run: str | None = None
    problem: str | None = None
    stopping: bool = False
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime | None = None
    version: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _clock: float = field(default_factory=time.monotonic, repr=False)
    _seconds: float | None = field(default=None, repr=False)

    @property
    def seconds(self) -> float:
        """How long it has run, or ran."""
        return time.monotonic() - self._clock if self._seconds is None else self._seconds

    @property
    def left(self) -> float | None:
        """Seconds until its end, if it goes on as it did; ``None`` while nobody can say."""
        if self.state != "running" or not self.done:
            return None
        return self.seconds / self.done * (self.total - self.done)

    @property
    def words(self) -> str:
        """How far it is: ``120 of 796, about 34 s left``; or how it ended."""
        if self.state != "running":
            return self.state
        if self.stopping:
            return "stopping after what is in hand"
        if not self.total:
            return "looking at what there is"
        left = "" if self.left is None else f", about {lasting(self.left)} left"
        return f"{self.done:,} of {self.total:,}{left}"

    def progress(self, done: int, total: int, account: dict[str, Any] | None = None) -> None:
        """Note how far the work is; called by the work itself, as often as it likes.

        Raises:
            Stopped: somebody asked for it.
        """
        with self._changed:
            self.done, self.total, self.account = done, total, account or self.account
            self._tell()
        if self.stopping:
            raise Stopped

    def stop(self) -> None:
        """Ask the work to end after what is in hand."""
        with self._changed:
            self.stopping = self.state == "running"
            self._tell()

    def end(self, state: State, problem: str | None = None) -> None:
        """Note how it ended."""
        with self._changed:
            self.state, self.problem, self.stopping = state, problem, False
            self.ended, self._seconds = datetime.now(UTC), self.seconds
            self._tell()

    def wait(self, version: int, seconds: float) -> int:
        """The version that is newer than this one, or the same after so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self.version != version, seconds)
            return self.version

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        with self._changed:
            return {
                "id": self.id,
                "kind": self.kind,
                "subject": self.subject,
                "state": self.state,
                "stopping": self.stopping,
                "words": self.words,
                "done": self.done,
                "total": self.total,
                "seconds": round(self.seconds, 1),
                "seconds_left": None if self.left is None else round(self.left, 1),
                "started": self.started.isoformat(timespec="seconds"),
                "ended": self.ended and self.ended.isoformat(timespec="seconds"),
                "account": self.account,
                "run": self.run,
                "problem": self.problem,
            }

    def _tell(self) -> None:
        self.version += 1
        self._changed.notify_all()


def lasting(seconds: float) -> str:
    """A length of time in the unit that fits."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
