"""How much of an approximate index has to be looked at: measured after it was made, not assumed.

Words are far from all pictures, and their neighbours lie in many lists; a picture's lie in few. So
each kind of query has a curve of its own, over numbers of lists and of candidates. To find ``k``
under a filter that one picture in ten meets, a search has to look as deep as for ``10 k`` of all;
so the curves are measured at several depths.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import log
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from store.index.cost import Effort, probing
from store.index.files import writing
from store.index.kinds import Kind

QueryKind = Literal["text", "picture"]

TARGET = 0.98  # of the exact answers, unless `--recall-target` says otherwise
GROWTH = 1.1  # how far the size may lie from the measured one


class Point(NamedTuple):
    """One effort, and how much of the exact ``depth`` nearest it finds, 0 to 1."""

    nprobe: int
    k_factor: int
    depth: int
    recall: float

    @property
    def effort(self) -> Effort:
        """Without what it finds."""
        return Effort(self.nprobe, self.k_factor)


@dataclass(frozen=True)
class Tuning:
    """The curves of an index that held ``size`` pictures, and the recall that is wanted of it.

    ``imbalance`` is that of its lists when they were made, see `Index.imbalance`.
    """

    size: int
    imbalance: float
    target: float
    curves: dict[QueryKind, list[Point]]

    def fits(self, size: int) -> bool:
        """Whether it still tells something of an index that holds so many pictures."""
        return self.size / GROWTH <= size <= self.size * GROWTH

    def cheapest(self, kind: Kind, dim: int, asked: QueryKind, depth: float) -> Point | None:
        """The cheapest point that meets the target at this depth; ``None`` if there is none."""
        enough = (one for one in self._at(asked, depth) if one.recall >= self.target)
        return min(
            enough,
            key=lambda one: probing(kind, self.size, dim, one.effort, round(depth)),
            default=None,
        )

    def _at(self, asked: QueryKind, depth: float) -> Iterator[Point]:
        """The curve at a depth: between two measured ones along the logarithm of the depth."""
        points = self.curves[asked]
        above = min((one.depth for one in points if one.depth >= depth), default=0)
        below = max((one.depth for one in points if one.depth <= depth), default=above)
        known = {one.effort: one.recall for one in points if one.depth == below}
        share = log(depth / below) / log(above / below) if above > below and depth > below else 0
        for one in points:
            if one.depth == above:  # where it was not tried below, less than this was enough there
                recall = share * one.recall + (1 - share) * known.get(one.effort, one.recall)
                yield Point(*one.effort, round(depth), recall)

    @classmethod
    def load(cls, path: Path) -> "Tuning | None":
        """What was saved at ``path``, or ``None`` if nothing readable was."""
        try:
            saved = json.loads(path.read_text(encoding="utf-8"))
            curves = {
                kind: [Point(*one) for one in saved["curves"][kind]] for kind in get_args(QueryKind)
            }
            return cls(saved["size"], saved["imbalance"], saved["target"], curves)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, path: Path) -> None:
        """Write to ``path`` so that a reader sees either nothing or all of it, on disk."""
        with writing(path) as scratch:
            scratch.write_text(json.dumps(asdict(self)), encoding="utf-8")
