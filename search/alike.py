"""Near-duplicates: the same picture saved again, smaller, larger, brighter or more compressed.

Embeddings alone cannot tell: with the starter, a red and a green traffic light of the stamps have
a cosine of 0.998. So close embeddings only propose a pair, and the pixels of the two thumbnails
decide. Measured on 795 stamps and 775 photos of Flickr8k: no two different pictures are folded,
and of 80 photos each, saved with JPEG quality 40, at half size, 120 pixels wide or 8 % brighter,
every one stays within the limit.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from store import Collection, FoundPicture, Ids, Snapshot

COSINE = 0.95  # of the embeddings of a proposed pair
DIFFERENCE = 24  # of 255, the most that any cell may differ in any colour
ASPECT = 1.05  # how far the shapes may lie apart
CELLS = 16  # a side; what is compared is the mean colour of each cell
REMEMBERED = 8192  # looks of pictures; 6 MB
BLOCK = 512  # pictures that ask the index at once
NEIGHBOURS = 16  # that each asks for; larger groups are joined over their members
K_FACTOR = 4  # candidates for each, where the index keeps codes
LISTS = 8  # that are probed; so close a pair lies in the same list, or in two near ones

Progress = Callable[[int, int], None]
"""Called with pictures looked at, and how many there are."""


class Place(NamedTuple):
    """One place of a ranking: picture, score if there is one, near-duplicates folded into it."""

    id: int
    score: float | None
    duplicates: tuple[int, ...] = ()


class Look(NamedTuple):
    """A picture at a glance: mean colours ``(CELLS, CELLS, 3)``, and width by height."""

    cells: NDArray[np.int16]
    aspect: float


class Alike:
    """Tells which pictures of a collection are near-duplicates."""

    def __init__(self, collection: Collection) -> None:
        self._thumbnails = collection.thumbnails
        self._look = lru_cache(REMEMBERED)(self._looked)

    def are(self, one: int, other: int) -> bool:
        """Whether two pictures look the same; without a thumbnail they do not."""
        first, second = self._look(one), self._look(other)
        if first is None or second is None:
            return False
        shapes = sorted((first.aspect, second.aspect))
        same_shape = shapes[1] <= ASPECT * shapes[0]
        return same_shape and int(np.abs(first.cells - second.cells).max()) <= DIFFERENCE

    def fold(self, snapshot: Snapshot, places: Sequence[Place]) -> list[Place]:
        """The ranking without those that look like a better one, which names them instead.

        A place never depends on later ones, so pages of the same ranking fit together.
        """
        kept: list[Place] = []
        vectors = snapshot.embeddings_of([place.id for place in places])
        held = np.empty_like(vectors)
        for place, vector in zip(places, vectors, strict=True):
            close = np.flatnonzero(held[: len(kept)] @ vector >= COSINE)
            twin = next((one for one in close if self.are(kept[one].id, place.id)), None)
            if twin is None:
                held[len(kept)] = vector
                kept.append(place)
            else:
                folded = (*kept[twin].duplicates, place.id)
                kept[twin] = kept[twin]._replace(duplicates=folded)
        return kept

    def groups(self, snapshot: Snapshot, progress: Progress = lambda *_: None) -> list[list[int]]:
        """All near-duplicates as groups of ids, each ascending, the groups by their first.

        Every picture asks the index for its nearest, so it takes about as long as that many
        questions, and not as many comparisons as there are pairs.
        """
        ids = snapshot.ids()
        leader: dict[int, int] = {}
        for start in range(0, len(ids), BLOCK):
            for one, other in self._close(snapshot, ids[start : start + BLOCK]):
                first, second = sorted((_leader(leader, one), _leader(leader, other)))
                if first != second and self.are(one, other):
                    leader[second] = first
            progress(min(start + BLOCK, len(ids)), len(ids))
        groups: dict[int, list[int]] = {}
        for one in sorted(leader):
            groups.setdefault(_leader(leader, one), []).append(one)
        return [[first, *rest] for first, rest in sorted(groups.items())]

    def _close(self, snapshot: Snapshot, ids: Ids) -> Iterator[tuple[int, int]]:
        """The pairs of these pictures with others that their embeddings propose."""
        vectors = snapshot.embeddings_of(ids.tolist())
        scores, found = snapshot.neighbours(vectors, NEIGHBOURS, LISTS, K_FACTOR)
        for place, column in np.argwhere((scores >= COSINE) & (found != ids[:, None])):
            yield int(ids[place]), int(found[place, column])

    def _looked(self, picture: int) -> Look | None:
        jpeg = self._thumbnails.get(picture)
        if not jpeg:
            return None
        try:
            image = Image.open(BytesIO(jpeg))
            aspect = image.width / image.height
            image.draft("RGB", (4 * CELLS, 4 * CELLS))  # a JPEG is decoded small at once
            small = image.convert("RGB").resize((CELLS, CELLS), Image.Resampling.BOX)
        except OSError:  # damaged: thumbnails are a cache
            return None
        return Look(np.asarray(small, dtype=np.int16), aspect)


def _leader(leader: dict[int, int], one: int) -> int:
    while one in leader:
        one = leader[one]
    return one


def duplicates(
    collection: Collection, progress: Progress = lambda *_: None
) -> list[list[FoundPicture]]:
    """All groups of near-duplicates, the largest picture of each first; needs no encoder.

    Raises:
        DamagedCollectionError: the index cannot be read.
    """
    with collection.snapshot() as snapshot:
        groups = Alike(collection).groups(snapshot, progress)
        found = snapshot.pictures([one for group in groups for one in group])
    lying = [[found[one] for one in group if one in found] for group in groups]
    return [
        sorted(group, key=lambda one: (-one.width * one.height, one.id))
        for group in lying
        if len(group) > 1
    ]
