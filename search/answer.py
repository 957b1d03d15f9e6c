"""What a question gets back."""

from dataclasses import dataclass
from datetime import datetime
from math import floor
from typing import Any

from search.alike import Place
from store import NO_FUSION, FoundPicture


@dataclass(frozen=True)
class Hit:
    """One ranked result; ``rank`` counts from 1 over all pages.

    ``score`` is the cosine with the query, or ``None`` where nothing was looked for and filters
    alone chose; ``duplicates`` are the ids of pictures much like this one that were folded into it.
    """

    rank: int
    id: int
    score: float | None
    files: tuple[str, ...]
    width: int
    height: int
    format: str
    taken_at: datetime | None
    camera: str | None
    duplicates: tuple[int, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The hit as JSON has it."""
        return {**vars(self), "taken_at": self.taken_at and self.taken_at.isoformat()}


@dataclass(frozen=True)
class Answer:
    """Hits, best first, and how they were found.

    ``mode`` is semantic, or hybrid where the words of pictures were looked up too; ``fusion`` says
    how these counted: none, sum or concat, or late in the hybrid mode. ``route`` is exact,
    filtered or approximate, and ``recall`` the measured recall of that route for so many hits, 1
    where all was looked at; ``matches`` counts the pictures that meet the filters. ``weak`` says
    that nothing seems to match: the best score is below ``usual_score``, that of everyday sentences
    here, see `search.weak`; ``None`` where that cannot be said. Pages of one question belong
    together while ``generation`` stays the same.
    """

    query: str
    mode: str
    fusion: str
    route: str
    recall: float
    generation: int
    timings_ms: dict[str, float]
    matches: int
    weak: bool | None
    usual_score: float | None
    hits: tuple[Hit, ...]

    @property
    def how(self) -> str:
        """How exact it is and how long it took: ``about 98 % of exact, 4 ms``."""
        share = floor(1000 * self.recall) / 10  # never more than was measured
        exact = "exact" if self.recall == 1 else f"about {share:g} % of exact"
        within = " within the conditions" if self.route == "filtered" else ""
        words = " and fused with words" if self.fusion != NO_FUSION else ""
        return f"{exact}{within}{words}, {sum(self.timings_ms.values()):.0f} ms"

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON has it, for the command line and the web alike."""
        facts = {**vars(self), "how": self.how}
        del facts["hits"]
        return {**facts, "hits": [one.as_dict() for one in self.hits]}


def hit(rank: int, found: FoundPicture, place: Place) -> Hit:
    """A place of the ranking with what the catalog knows of its picture."""
    return Hit(
        rank,
        found.id,
        place.score,
        found.files,
        found.width,
        found.height,
        found.format,
        found.taken_at,
        found.camera,
        place.duplicates,
    )
