"""The files of a run in parts, one for a worker at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

from indexer.compare import Unread
from indexer.read import ReadFile

PART_BYTES = 64_000_000  # of files; a worker holds those of a few parts at once
DEATHS = 2  # of workers, after which a part is to blame, and not the machines
KILLED = f"its worker died {DEATHS} times reading it"

_numbers = count()


@dataclass(eq=False)
class Part:
    """Files that one worker reads; ``deaths`` are the workers that died with it in hand."""

    items: list[Unread]
    deaths: int = 0
    files: list[ReadFile] | None = None

    def __post_init__(self) -> None:
        self.number = next(_numbers)

    def blamed(self) -> "list[Part]":
        """What to do with it after another death: again, file by file, or never again."""
        self.deaths += 1
        if self.deaths < DEATHS:
            return [self]
        if len(self.items) > 1:
            return [Part([one], deaths=1) for one in self.items]
        self.files = [ReadFile(self.items[0], KILLED)]
        return [self]


def parts(unread: Iterable[Unread], most: int) -> Iterator[Part]:
    """At most so many files each, and not too many bytes."""
    items: list[Unread] = []
    size = 0
    for one in unread:
        if items and (len(items) == most or size + one.seen.size > PART_BYTES):
            yield Part(items)
            items, size = [], 0
        items.append(one)
        size += one.seen.size
    if items:
        yield Part(items)
