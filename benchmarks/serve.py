"""Many people who search at once: the served application, and the same without what helps them.

    python -m benchmarks.serve --collection ~/stamps --users 50 --seconds 20 --rounds 3

Every arm is a server of its own behind waitress, all over the same collection: the application as
it is; the application that encodes each text by itself and forgets it; and the application with two
workers, as `mindseye serve --workers 2` has them. They are asked in turns. A user asks the next
question as soon as the last one is answered. Half of the questions are new, a sentence of the
collection's own captions and a number; the others are among the ``POPULAR`` most asked. What is
printed: questions a second and the 95th percentile of their latencies, each over all rounds and
from round to round, the median latency, what a question costs of a processor, which other programs
on the machine disturb least, and how many were not answered with 200.
"""

import argparse
import http.client
import itertools
import multiprocessing
import os
import random
import socket
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import numpy as np
import psutil

from encoders import Embeddings, Encoder, check
from mindseye.opening import for_searching
from mindseye.serve import QUIET
from search import vector
from store import Collection
from web import bound, create_app, listen

POPULAR = 50
K = 20
WARM = 2.0  # seconds before the figures count, in which the popular questions are asked
PATIENCE = 300  # seconds for a server to start


class Arm(NamedTuple):
    """One way to serve: how many processes, and whether texts are batched and remembered."""

    name: str
    processes: int
    together: bool


ARMS = (
    Arm("as served", 1, True),
    Arm("without batching and memory", 1, False),
    Arm("two workers", 2, True),
)


class OneByOne:
    """Every text encoded by itself, one after another, and forgotten."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self._turn = encoder, threading.Lock()

    def embed(self, text: str) -> Embeddings:
        with self._turn:
            return self._encoder.encode_texts([text])


class Questions(NamedTuple):
    """What users ask: every second question is new, the others are the most asked."""

    sentences: list[str]
    seed: int

    def one(self, chance: random.Random) -> str:
        """The next question, as chance has it."""
        if chance.random() < 0.5:
            return chance.choice(self.sentences[:POPULAR])
        return f"{chance.choice(self.sentences)} {chance.randrange(10**6)}"


class Asked(NamedTuple):
    """One question: the seconds until its answer, and whether that was 200."""

    seconds: float
    good: bool


class Round(NamedTuple):
    """All questions of one turn of an arm, and the processor seconds that its servers took."""

    asked: list[Asked]
    seconds: float


class Serving(NamedTuple):
    """The processes of an arm, and the port that they share."""

    port: int
    processes: list[psutil.Process]

    def processor_seconds(self) -> float:
        """What they have taken until now."""
        times = [process.cpu_times() for process in self.processes]
        return float(sum(one.user + one.system for one in times))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--collection", type=Path, required=True)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    os.environ.update(QUIET | os.environ)  # as `mindseye serve` does
    sentences = captions(given.collection)
    rounds: dict[str, list[Round]] = {arm.name: [] for arm in ARMS}
    print(f"{given.users} users, {len(sentences)} sentences, {os.cpu_count()} cores")
    for turn in range(given.rounds):
        for arm in ARMS:
            with served(arm, given.collection) as serving:
                asking(serving.port, given.users, WARM, Questions(sentences, -1 - turn))
                before = serving.processor_seconds()
                asked = asking(serving.port, given.users, given.seconds, Questions(sentences, turn))
                found = Round(asked, serving.processor_seconds() - before)
            rounds[arm.name].append(found)
            print(f"round {turn + 1}, {arm.name}: {told([found], given.seconds)}", flush=True)
    for name, all_of_it in rounds.items():
        print(f"{name}: {told(all_of_it, given.seconds)}")


def captions(folder: Path) -> list[str]:
    """The sentences that the collection's own files say."""
    with Collection(folder).snapshot() as snapshot:
        ids = snapshot.ids().tolist()
        said = [text for one in ids for text in snapshot.catalog.description(one).captions]
    return sorted({text for text in said if text})


@contextmanager
def served(arm: Arm, folder: Path) -> Iterator[Serving]:
    """The processes of an arm, which end with the block."""
    sockets = bound("127.0.0.1", 0)
    context = multiprocessing.get_context("spawn")
    ready = [context.Event() for _ in range(arm.processes)]
    processes = [context.Process(target=run, args=(arm, folder, sockets, one)) for one in ready]
    for process in processes:
        process.start()
    try:
        if not all(one.wait(PATIENCE) for one in ready):
            raise TimeoutError(f"no server after {PATIENCE} s")
        port = sockets[0].getsockname()[1]
        yield Serving(port, [psutil.Process(process.pid) for process in processes])
    finally:
        for process in processes:
            process.terminate()
            process.join()


def run(arm: Arm, folder: Path, sockets: list[socket.socket], ready: Event) -> None:
    """One process that serves."""
    if not arm.together:  # no option of the engine, since nobody would want it
        vector.TextQueries = OneByOne  # type: ignore[assignment,misc]
    engine = for_searching(folder)
    check(engine.encoder)
    server = listen(create_app(engine), sockets)
    ready.set()
    server.run()


def asking(port: int, users: int, seconds: float, questions: Questions) -> list[Asked]:
    """What all users together were answered; each has a connection and a thread of its own."""
    until = time.perf_counter() + seconds
    with ThreadPoolExecutor(users) as pool:
        asked = pool.map(lambda number: asked_by(number, port, until, questions), range(users))
        return list(itertools.chain.from_iterable(asked))


def asked_by(number: int, port: int, until: float, questions: Questions) -> list[Asked]:
    """What one user was answered, who asks the next question as soon as the last is answered."""
    chance = random.Random(f"{questions.seed} {number}")  # noqa: S311 - no secret
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    asked = []
    while (start := time.perf_counter()) < until:
        address = "/api/v1/search?" + urlencode({"q": questions.one(chance), "k": K})
        connection.request("GET", address)
        answer = connection.getresponse()
        answer.read()
        asked.append(Asked(time.perf_counter() - start, answer.status == 200))
    connection.close()
    return asked


def told(rounds: list[Round], seconds: float) -> str:
    """The rounds of one arm in a line."""
    each = [[one.seconds * 1000 for one in turn.asked] for turn in rounds]
    slowest = [float(np.percentile(times, 95)) for times in each]
    speeds = [len(times) / seconds for times in each]
    whole = [time for times in each for time in times]
    bad = sum(not one.good for turn in rounds for one in turn.asked)
    processor = sum(turn.seconds for turn in rounds) * 1000 / len(whole)
    return (
        f"{statistics.mean(speeds):.1f} queries/s ({min(speeds):.1f}-{max(speeds):.1f}), "
        f"median {statistics.median(whole):.0f} ms, 95th percentile "
        f"{np.percentile(whole, 95):.0f} ms ({min(slowest):.0f}-{max(slowest):.0f}), "
        f"{processor:.1f} ms of a processor a query, {bad} errors"
    )


if __name__ == "__main__":
    main()
