"""Comparing what is there with what is known gives the same in thousands as one by one."""

from random import Random

from indexer.account import Account
from indexer.compare import AT_ONCE, Gone, differing
from indexer.sources import SeenFile
from store import FAILED, PRESENT, REMOVED, KnownFile


def test_every_kind_of_difference_is_found_wherever_it_lies() -> None:
    for seed in range(60):
        random = Random(seed)  # noqa: S311
        odds = random.choice([0.0, 0.002, 0.05, 0.5])  # of a difference, for each file
        files, others = _tree(random, 7 * AT_ONCE, odds)
        account = Account()
        found = {
            (file and file.path, other and other.path): (file, other)
            for file, other in differing(files, others, account)
        }
        there, known = {one.path: one for one in files}, {one.path: one for one in others}
        expected = {
            (path if path in there else None, path if path in known else None)
            for path in there.keys() | known.keys()
            if not _alike(there.get(path), known.get(path))
        }
        assert found.keys() == expected
        assert account.unchanged == len(files) - sum(file is not None for file, _ in found.values())


def test_what_lies_in_a_folder_that_cannot_be_listed_is_not_gone() -> None:
    gone = Gone()
    known = [KnownFile(f"/photos/a/{number}.png", 1, 1, PRESENT, id=number) for number in range(9)]
    for file, other in differing([SeenFile("/photos/a/", reason="locked")], known, Account()):
        if file:
            gone.spare(file.path)
        elif other:
            gone.add(other)
    assert list(gone) == []


def _tree(random: Random, count: int, odds: float) -> tuple[list[SeenFile], list[KnownFile]]:
    files, others = [], []
    for number in range(random.randrange(count)):
        path = f"/photos/{number:06}.png"
        file, other = SeenFile(path, 9, number), KnownFile(path, 9, number, PRESENT)
        if random.random() < odds:
            kind = random.randrange(7)
            file = file._replace(
                **[{"size": 8}, {"sidecars": 5}, {"reason": "locked"}, {}][kind % 4]
            )
            other = other._replace(state=random.choice([PRESENT, REMOVED, FAILED]))
            if kind < 5:
                files.append(file)
            if kind > 2:
                others.append(other)
        else:
            files.append(file)
            others.append(other)
    return files, others


def _alike(file: SeenFile | None, other: KnownFile | None) -> bool:
    if file is None or other is None:
        return False
    same = (file.size, file.mtime_ns, file.sidecars) == (other.size, other.mtime_ns, other.sidecars)
    return same and other.state == PRESENT and not file.reason
