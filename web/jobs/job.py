"""One job: how far it has come, and how it ended; the same for whoever looks at it."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

Kind = Literal["index", "evaluate"]
State = Literal["running", "done", "stopped", "failed"]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
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
    started: datetime = field(default_factory=_now)
    ended: datetime | None = None

    @property
    def seconds(self) -> float:
        """How long it has run, or ran."""
        return ((self.ended or _now()) - self.started).total_seconds()

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

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
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


def lasting(seconds: float) -> str:
    """A length of time in the unit that fits."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
