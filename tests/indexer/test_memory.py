"""Memory stays flat: files stream through, and only what is gone is held."""

import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from indexer.account import Account
from indexer.compare import AT_ONCE, Spool, Unread, differing
from indexer.sources import SeenFile
from indexer.sources.folder import Folder
from indexer.workers import Task, workers
from store import PRESENT, KnownFile
from tests.conftest import Paint


def seen(count: int) -> Iterator[SeenFile]:
    return (SeenFile(f"/photos/{number:07}.png", 9, number) for number in range(count))


def test_files_to_read_wait_on_the_disk() -> None:
    count = 20_000
    with closing(Spool()) as spool:
        tracemalloc.start()
        for file in seen(count):
            spool.add(Unread(file, None))
        assert sum(1 for _ in spool) == count
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert most < 200_000  # bytes; held, they would be some 5 MB


def test_a_comparison_reads_both_sides_step_by_step() -> None:
    pulled: list[str] = []

    def known() -> Iterator[KnownFile]:
        for file in seen(1_000_000):
            pulled.append(file.path)
            yield KnownFile(file.path, 9, 0, PRESENT)

    compared = list(islice(differing(seen(1_000_000), known(), Account()), 5))
    assert [here and here.path for here, _ in compared] == [file.path for file in seen(6)][1:]
    assert len(pulled) <= AT_ONCE


def test_a_tree_is_listed_folder_by_folder(tmp_path: Path, paint: Paint) -> None:
    for number in range(50):
        paint(tmp_path / "tree" / f"{number:02}" / "one.png", (number, 0, 0), (2, 2))
    walk = Folder(str(tmp_path / "tree")).seen()
    assert next(walk).path.endswith("00/one.png")
    late = paint(tmp_path / "tree" / "49" / "late.png", (0, 0, 0), (2, 2))
    assert str(late) in [file.path for file in walk]


def test_workers_go_only_so_far_ahead() -> None:
    taken: list[int] = []

    def tasks() -> Iterator[list[int]]:
        for number in range(1000):
            taken.append(number)
            yield [number]

    def work(task: Task[int, int]) -> None:
        task.done.append(task.pick(0))

    with workers(work, 10) as pool, closing(pool.ahead(tasks(), 4, int)) as results:
        assert [next(results) for _ in range(10)] == list(range(10))
        assert len(taken) <= 10 + 4
