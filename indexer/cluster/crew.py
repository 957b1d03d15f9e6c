"""The workers of a cluster as the process that writes sees them: hired, called, replaced."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from encoders.device import BATCH_SIZES, Share
from indexer.cluster.parts import Part
from indexer.cluster.worker import Job, Worker
from indexer.errors import ClusterError

IN_HAND = 3  # parts of one worker: while one is encoded, another is decoded, and one is read
STILLBORN = 3  # workers in a row that die before they have started, after which we give up


@dataclass(eq=False)
class Hand:
    """One worker: its actor, and the parts that it has in hand."""

    actor: Any
    share: Share
    ready: bool = False
    parts: list[Part] = field(default_factory=list)

    def may_take(self, part: Part) -> bool:
        """Whether it has room; a part that workers died with is taken alone, to see why."""
        if part.deaths or any(one.deaths for one in self.parts):
            return self.ready and not self.parts
        return self.ready and len(self.parts) < IN_HAND


class _Call(NamedTuple):
    hand: Hand
    then: Callable[[Any], None]


class Crew:
    """Workers, one for each share of the cluster; what they answer is dealt with in `wait`."""

    def __init__(self, job: Job, shares: Sequence[Share]) -> None:
        self.shares = shares
        self._job = job
        self._hands: list[Hand] = []
        self._calls: dict[Any, _Call] = {}
        self._stillborn = 0

    @property
    def batch_size(self) -> int:
        """How many pictures a worker likes at once."""
        return BATCH_SIZES["cuda" if self.shares[0].gpus else "cpu"]

    def free(self, part: Part) -> Hand | None:
        """The worker that has most room for this part, if any; they start with the first part."""
        for share in self.shares if not self._hands else ():
            self._hire(share)
        able = [hand for hand in self._hands if hand.may_take(part)]
        return min(able, key=lambda hand: len(hand.parts), default=None)

    def call(self, hand: Hand, method: str, *values: Any, then: Callable[[Any], None]) -> None:
        """Let the worker do this, and do ``then`` with what it returns."""
        self._calls[getattr(hand.actor, method).remote(*values)] = _Call(hand, then)

    def wait(self, seconds: float) -> list[Part]:
        """Deal with answers, waiting for one no longer than this; the parts of dead workers.

        Raises:
            ClusterError: a worker cannot start.
        """
        import ray
        from ray.exceptions import RayError, RayTaskError

        done, _ = ray.wait(list(self._calls), timeout=seconds)
        lost: list[Part] = []
        for answer in done:
            call = self._calls.pop(answer)
            try:
                value = ray.get(answer)
            except RayTaskError as error:  # raised by our own code there
                raise error.cause from None
            except RayError as error:
                lost += self._replace(call.hand, error)
            else:
                call.then(value)
        return lost

    def close(self) -> None:
        """Let all of them go."""
        import ray

        for hand in self._hands:
            ray.kill(hand.actor)
        self._calls.clear()
        self._hands.clear()

    def _hire(self, share: Share) -> None:
        import ray

        options = {"num_cpus": share.cpus, "num_gpus": share.gpus, "max_concurrency": IN_HAND + 1}
        hand = Hand(ray.remote(Worker).options(**options).remote(self._job), share)
        self._hands.append(hand)

        def started(_: None) -> None:
            hand.ready, self._stillborn = True, 0

        self.call(hand, "start", then=started)

    def _replace(self, hand: Hand, error: Exception) -> list[Part]:
        """Another worker in its place, as soon as the cluster has room; the parts it had."""
        self._hands.remove(hand)
        self._calls = {answer: call for answer, call in self._calls.items() if call.hand != hand}
        self._stillborn += not hand.ready
        if self._stillborn >= STILLBORN:
            reason = str(error).strip().splitlines()[-1]
            raise ClusterError(f"the workers die before they have started: {reason}")
        self._hire(hand.share)
        return hand.parts
