"""Queries by how far down their right answer was, the worst first."""

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.queries import Shown, ranked, shown
from evaluation.shape import QueryResult, Run

LIMITS = ((101, None), (11, 100), (6, 10), (2, 5), (1, 1))
SHOWN = 20  # queries of each band


@dataclass(frozen=True)
class Band:
    """A range of ranks, how many queries are in it, their share, and the worst of them."""

    title: str
    count: int
    share: float
    queries: tuple[Shown, ...]


def bands(run: Run, way: str, results: Sequence[QueryResult]) -> list[Band]:
    """All bands, the worst first; a query is shown in the band of its right answer's rank."""
    found = []
    for first, last in LIMITS:
        within = ranked(results, first, last)
        title = f"rank {first}" if first == last else f"rank {first} to {last}"
        found.append(
            Band(
                title if last else "beyond rank 100",
                len(within),
                len(within) / max(1, len(results)),
                tuple(shown(run, way, within[:SHOWN])),
            )
        )
    return found
