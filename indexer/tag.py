"""Tags from a model: one pass over the stored embeddings; no picture is opened again."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import numpy as np

from encoders import Embeddings, Identity
from store import MODELS, Collection, NewTag

ROWS_AT_ONCE = 4096  # with 1,000 labels their scores take 16 MB

Progress = Callable[[int, int], None]
"""Called with pictures looked at so far, and in all."""


class Tagger(Protocol):
    """A model that gives labels to embeddings; ``source`` is what its tags are kept under."""

    @property
    def encoder(self) -> Identity:
        """Whose embeddings it understands."""
        ...

    @property
    def source(self) -> str: ...

    @property
    def names(self) -> Sequence[str]:
        """The labels, in the order of the columns of `scores`."""
        ...

    def scores(self, rows: Embeddings) -> Embeddings:
        """How likely each label is, ``(n, labels)`` from 0 to 1; 0 where it is not given."""
        ...


@dataclass
class Tagged:
    """What a run gave: pictures looked at, pictures with a tag, and how often each label."""

    pictures: int = 0
    tagged: int = 0
    labels: Counter[str] = field(default_factory=Counter)

    @property
    def tags(self) -> int:
        """How many tags were given."""
        return self.labels.total()

    def as_dict(self) -> dict[str, Any]:
        """The counts, and labels by how often they were given."""
        counts = {"pictures": self.pictures, "tagged": self.tagged, "tags": self.tags}
        return counts | {"labels": dict(self.labels.most_common())}


def tag(collection: Collection, tagger: Tagger, progress: Progress = lambda *_: None) -> Tagged:
    """Give every picture of the collection the tagger's labels, instead of those it gave before.

    Readers see the old tags until the new ones are complete. Tags of people and files stay.

    Raises:
        EncoderMismatchError: the tagger was made for another encoder.
        CollectionBusyError: another process is writing.
    """
    collection.require(asdict(tagger.encoder))
    with collection.writing() as writer:
        found = Tagged()
        writer.retag(tagger.source, _tags(collection, tagger, found, progress))
    return found


def untag(collection: Collection) -> None:
    """Take away every tag that a model gave; those of people and files stay.

    Raises:
        CollectionBusyError: another process is writing.
    """
    with collection.writing() as writer:
        for source in MODELS:
            writer.retag(source, ())


def _tags(
    collection: Collection, tagger: Tagger, found: Tagged, progress: Progress
) -> Iterator[NewTag]:
    ids, rows = collection.catalog.living()
    stored = collection.embeddings.read(collection.catalog.rows())
    for start in range(0, len(ids), ROWS_AT_ONCE):
        block = slice(start, start + ROWS_AT_ONCE)
        scores = tagger.scores(stored[rows[block]])
        places, columns = np.nonzero(scores)
        given = [tagger.names[column] for column in columns.tolist()]
        found.pictures += len(scores)
        found.tagged += len(np.unique(places))
        found.labels.update(given)
        likely = scores[places, columns].tolist()
        yield from map(NewTag, ids[block][places].tolist(), given, likely)
        progress(found.pictures, len(ids))
