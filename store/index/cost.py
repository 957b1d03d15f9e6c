"""What a search costs before it runs, so that the cheaper way can be taken.

The constants are nanoseconds of one thread. SCAN and REFINE are rounded from what `python -m
benchmarks.search.costs --pictures 30000` found; the others are estimates, as its fit does not yet
tell them apart. Only the proportions decide.
"""

from typing import NamedTuple

from store.index.kinds import Kind

CENTRE = 0.06  # a value of the centre of a list
SCAN = 0.7  # a value of an embedding, row after row
REFINE = 0.3  # a value of an embedding, here and there
CODED = {"flat": 0.12, "fp16": 0.12, "pq": 0.012, "rabitq": 0.01}  # a value in a list
CHECKED = (
    2048  # embeddings at which a search under a filter looks as well, in case the lists missed
)


class Engine(NamedTuple):
    """What differs between engines: nanoseconds, and how many times FAISS's per value in a list.

    A filter either costs for each id to make a selector, and for each vector in a list to ask it;
    or more answers are asked for, of which those that the filter allows are kept.
    """

    call: float  # a search through the lists, whatever it finds
    value: float
    allowed: float
    asked: float
    answer: float


FAISS = Engine(call=60_000.0, value=1.0, allowed=0.6, asked=2.0, answer=0.0)
# Rounded from what a server on the same machine took, once, for 40,000 vectors of 512 values.
MILVUS = Engine(call=2_000_000.0, value=4.0, allowed=0.6, asked=0.0, answer=8000.0)


class Effort(NamedTuple):
    """How much of an index one search looks at: lists, and candidates for each answer."""

    nprobe: int
    k_factor: int


def scanning(rows: int, dim: int) -> float:
    """Nanoseconds of one exact query over so many embeddings."""
    return rows * dim * SCAN


def probing(
    kind: Kind,
    size: int,
    dim: int,
    effort: Effort,
    k: int,
    allowed: int | None = None,
    engine: Engine = FAISS,
) -> float:
    """Nanoseconds of one query for ``k`` answers through an index of ``size`` pictures.

    ``allowed`` is how many of them may be found, if not all.
    """
    met = size * min(1.0, effort.nprobe / kind.lists)
    cost = engine.call + kind.lists * dim * CENTRE + met * dim * CODED[kind.code] * engine.value
    deep = k * effort.k_factor
    if allowed is not None:
        cost += allowed * engine.allowed + met * engine.asked + scanning(min(allowed, CHECKED), dim)
    asked_for = deep if allowed is None else deep * size / max(1, allowed)
    return cost + asked_for * engine.answer + deep * dim * REFINE
