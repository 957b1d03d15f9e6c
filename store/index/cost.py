"""What a search costs before it runs, so that the cheaper way can be taken.

The constants are nanoseconds of one thread. SCAN and REFINE are rounded from what `python -m
benchmarks.search.costs --pictures 30000` found; the others are estimates, as its fit does not yet
tell them apart. Only the proportions decide.
"""

from typing import NamedTuple

from store.index.kinds import Kind

CALL = 60_000.0  # a search through the lists, whatever it finds
CENTRE = 0.06  # a value of the centre of a list
SCAN = 0.7  # a value of an embedding, row after row
REFINE = 0.3  # a value of an embedding, here and there
CODED = {"flat": 0.12, "fp16": 0.12, "pq": 0.012, "rabitq": 0.01}  # a value in a list
ALLOWED = 0.6  # an id, to make the selector
ASKED = 2.0  # a vector in a list, to ask the selector
CHECKED = (
    2048  # embeddings at which a search under a filter looks as well, in case the lists missed
)


class Effort(NamedTuple):
    """How much of an index one search looks at: lists, and candidates for each answer."""

    nprobe: int
    k_factor: int


def scanning(rows: int, dim: int) -> float:
    """Nanoseconds of one exact query over so many embeddings."""
    return rows * dim * SCAN


def probing(
    kind: Kind, size: int, dim: int, effort: Effort, k: int, allowed: int | None = None
) -> float:
    """Nanoseconds of one query for ``k`` answers through an index of ``size`` pictures.

    ``allowed`` is how many of them may be found, if not all.
    """
    met = size * min(1.0, effort.nprobe / kind.lists)
    cost = CALL + kind.lists * dim * CENTRE + met * dim * CODED[kind.code]
    if allowed is not None:
        cost += allowed * ALLOWED + met * ASKED + scanning(min(allowed, CHECKED), dim)
    return cost + k * effort.k_factor * dim * REFINE
