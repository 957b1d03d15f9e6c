"""The account of a run: every file seen ends in exactly one state, and the counts add up."""

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from store import many


class Failure(NamedTuple):
    """A file that could not be read, and why."""

    path: str
    reason: str


@dataclass
class Account:
    """How many files ended in each state; ``removed`` counts files that are no longer there."""

    indexed: int = 0
    unchanged: int = 0
    changed: int = 0
    duplicate: int = 0
    moved: int = 0
    restored: int = 0
    skipped: int = 0
    failed: int = 0
    removed: int = 0
    failures: list[Failure] = field(default_factory=list)

    @property
    def seen(self) -> int:
        """Files seen: the sum of every state but ``removed``."""
        states = (self.indexed, self.unchanged, self.changed, self.duplicate, self.moved)
        return sum(states) + self.restored + self.skipped + self.failed

    def count(self, state: str) -> None:
        """One more file in this state."""
        setattr(self, state, getattr(self, state) + 1)

    def fail(self, path: str, reason: str) -> None:
        """One more file that could not be read."""
        self.failed += 1
        self.failures.append(Failure(path, reason))

    def summary(self) -> str:
        """Every state that occurred, and the files seen as their sum, in one line."""
        counts = asdict(self)
        del counts["failures"]
        removed = counts.pop("removed")
        parts = " + ".join(f"{count:,} {state}" for state, count in counts.items() if count)
        gone = f"; {removed} removed" if removed else ""
        return f"{many(self.seen, 'file')} seen = {parts or 'nothing'}{gone}"

    def as_dict(self) -> dict[str, Any]:
        """The counts and the failures, for a report."""
        failures = [failure._asdict() for failure in self.failures]
        return {"seen": self.seen} | asdict(self) | {"failures": failures}
