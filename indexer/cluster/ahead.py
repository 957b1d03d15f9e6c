"""The files of a run, dealt out to the workers of a cluster and taken back in order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial

from indexer.cluster.crew import IN_HAND, Crew, Hand
from indexer.cluster.parts import Part, parts
from indexer.cluster.worker import Encoded
from indexer.compare import Unread
from indexer.read import ReadFile, known_to
from indexer.stages import Stages
from store import Catalog

PULSE = 0.5  # seconds; how soon Ctrl-C is noticed while nothing comes
AHEAD = 2  # times what all workers hold: while a part is done again, the others have work


class Dealing:
    """Reads and encodes on a cluster, for one run; a `Reading`."""

    def __init__(self, crew: Crew, catalog: Catalog, stages: Stages) -> None:
        self._crew = crew
        self._catalog = catalog
        self._stages = stages
        self._waiting: deque[Part] = deque()  # for a worker
        self._ahead: deque[Part] = deque()  # not given back yet, in their order
        self.encoders = len(crew.shares)
        self.readers = sum(share.cpus for share in crew.shares)

    def files(
        self, unread: Iterable[Unread], pulse: Callable[[], None]
    ) -> Generator[ReadFile, None, None]:
        """The files after reading, new pictures encoded, whichever workers die meanwhile.

        Raises:
            ClusterError: a worker cannot start, or does not see what is to be indexed.
        """
        coming = parts(unread, self._crew.batch_size)
        while self._take(coming):
            self._deal()
            if self._ahead[0].files is None:
                for lost in self._crew.wait(PULSE):
                    self._again(lost)
                pulse()
            else:
                yield from self._ahead.popleft().files or ()

    def _take(self, coming: Iterator[Part]) -> bool:
        """Go only so far ahead; whether anything is left."""
        while len(self._ahead) < AHEAD * IN_HAND * self.encoders:
            part = next(coming, None)
            if part is None:
                break
            self._ahead.append(part)
            self._waiting.append(part)
        return bool(self._ahead)

    def _deal(self) -> None:
        """In order: a part that waits for a worker of its own must not wait for ever."""
        while self._waiting and (hand := self._crew.free(self._waiting[0])):
            part = self._waiting.popleft()
            hand.parts.append(part)
            then = partial(self._was_read, hand, part)
            self._crew.call(hand, "read", part.number, part.items, then=then)

    def _was_read(self, hand: Hand, part: Part, answer: tuple[list[str], dict[str, float]]) -> None:
        hashes, seconds = answer
        self._stages.add(seconds)
        then = partial(self._was_encoded, hand, part)
        known = known_to(self._catalog, hashes)
        self._crew.call(hand, "encode", part.number, known, then=then)

    def _was_encoded(self, hand: Hand, part: Part, encoded: Encoded) -> None:
        hand.parts.remove(part)
        part.files = encoded.files
        self._stages.add(encoded.seconds)

    def _again(self, lost: Part) -> None:
        """The worker has died: somebody else does it, before anything else."""
        instead = lost.blamed()
        place = self._ahead.index(lost)
        self._ahead.remove(lost)
        for part in reversed(instead):
            self._ahead.insert(place, part)
            if part.files is None:
                self._waiting.appendleft(part)
