"""Pictures with captions, whatever the format that they came in."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import accumulate, pairwise
from pathlib import Path

from evaluation.errors import DatasetError
from store import many


@dataclass(frozen=True)
class Dataset:
    """Pictures with their captions, and by name those of either that lacked the other.

    ``captions[i]`` describe ``pictures[i]``, which the data set calls ``names[i]``; there is at
    least one for each. Where folders are classes, ``labels[i]`` is the class of ``pictures[i]``,
    and the only caption is its name in words; otherwise ``labels`` is empty.
    """

    format: str
    names: tuple[str, ...]
    pictures: tuple[Path, ...]
    captions: tuple[tuple[str, ...], ...]
    pictures_without_caption: tuple[str, ...] = ()
    captions_without_picture: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def without_caption(self) -> int:
        """How many pictures have no caption."""
        return len(self.pictures_without_caption)

    @property
    def without_picture(self) -> int:
        """How many pictures are described and not there."""
        return len(self.captions_without_picture)

    @property
    def sha256(self) -> str:
        """One hash over names and captions, to say in a report what was measured."""
        return sha256(repr((self.names, self.captions)).encode()).hexdigest()

    def only(self, places: Sequence[int]) -> "Dataset":
        """The pictures at these places, with their captions."""
        return replace(
            self,
            names=tuple(self.names[place] for place in places),
            pictures=tuple(self.pictures[place] for place in places),
            captions=tuple(self.captions[place] for place in places),
            labels=tuple(self.labels[place] for place in places) if self.labels else (),
        )

    def named(self, names: Container[str]) -> "Dataset":
        """The pictures of these names, with their captions, in the order they have."""
        return self.only([place for place, name in enumerate(self.names) if name in names])


def split(dataset: Dataset, *sizes: int) -> list[Dataset]:
    """Parts of these sizes, and the rest, by picture, in the order of the SHA-256 of the names.

    The order is as good as random, the same everywhere, and hardly changed by adding a picture.

    Raises:
        DatasetError: the sizes add up to more pictures than there are.
    """
    if sum(sizes) > len(dataset.names):
        wanted = many(sum(sizes), "picture")
        raise DatasetError(f"{wanted} wanted, and there are {len(dataset.names)}")
    places = range(len(dataset.names))
    order = sorted(places, key=lambda place: sha256(dataset.names[place].encode()).digest())
    borders = [*accumulate(sizes, initial=0), len(order)]
    return [dataset.only(order[first:last]) for first, last in pairwise(borders)]
