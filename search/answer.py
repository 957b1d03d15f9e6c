"""What a question gets back."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Hit:
    """One ranked result: ``score`` is the cosine with the query, ``rank`` counts from 1."""

    rank: int
    id: int
    score: float
    files: tuple[str, ...]
    width: int
    height: int


@dataclass(frozen=True)
class Answer:
    """Hits, best first, with the route that found them and where the time went (milliseconds)."""

    query: str
    route: str
    generation: int
    timings_ms: dict[str, float]
    hits: tuple[Hit, ...]

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON has it, for the command line and the web alike."""
        return asdict(self)
