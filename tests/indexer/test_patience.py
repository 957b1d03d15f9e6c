"""A file that hangs whoever reads or decodes it costs itself, and nothing else."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from encoders import Pixels
from indexer import Account, index
from indexer.workers import Task, workers
from store import Collection
from tests.colours import Colours
from tests.conftest import Paint

PATIENCE = 2.5  # seconds: a machine that is busy with other things must not look like a hang


HANGING = (3, 5, 6, 29)


class Hanging(Colours):
    """Never done with a picture that is mostly red, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def prepare(self, image: Image.Image) -> Pixels:
        pixels = super().prepare(image)
        if pixels[0, 0].argmax() == 0:
            self.go.wait()
        return pixels


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    made = Hanging()
    yield made
    made.go.set()


def test_files_that_hang_fail_and_the_others_go_on(
    collection: Collection, hanging: Hanging, photos: Path, paint: Paint
) -> None:
    for number in range(20):
        paint(photos / f"{number}.png", (number, 90, 80))
    paint(photos / "0 hangs too.png", (200, 0, 0))
    account = index(collection, hanging, [photos], patience=PATIENCE)
    assert account.indexed == 22
    assert sorted(Path(failure.path).name for failure in account.failures) == [
        "0 hangs too.png",
        "cherry.png",
    ]
    assert account.failures[0].reason == "took longer than 2.5 s to read; it was left behind"
    hanging.go.set()
    assert index(collection, hanging, [photos]) == Account(unchanged=22, indexed=2)


def test_more_hanging_items_than_threads_do_not_hang_the_end() -> None:
    go = threading.Event()

    def work(task: Task[int, int]) -> None:
        for place in range(len(task.items)):
            number = task.pick(place)
            if number in HANGING:
                go.wait()
            task.done.append(number)

    with workers(work, 1) as pool:
        tasks = [range(start, start + 5) for start in range(0, 30, 5)]
        with closing(pool.ahead(tasks, 4, lambda number: -number)) as results:
            expected = [-number if number in HANGING else number for number in range(30)]
            assert list(results) == expected
    go.set()


def test_what_goes_wrong_in_a_thread_is_raised_to_who_waits() -> None:
    def work(_: Task[int, int]) -> None:
        raise RuntimeError("a bug")

    with (
        workers(work, 1) as pool,
        closing(pool.ahead([[1]], 2, lambda number: number)) as results,
        pytest.raises(RuntimeError, match="a bug"),
    ):
        next(results)
