"""In which state a file that was read ends, and what the catalog has to know of it."""

from collections.abc import Mapping, Sequence

from indexer.account import Account
from indexer.compare import Gone
from indexer.read import ReadFile
from indexer.sources import storable
from store import FAILED, PRESENT, REMOVED, Catalog, FileChange, KnownFile

Lying = Mapping[int, Sequence[KnownFile]]


class Verdicts:
    """Counts each file in its state."""

    def __init__(self, account: Account, gone: Gone) -> None:
        self._account = account
        self._gone = gone

    def of(self, batch: Sequence[ReadFile], catalog: Catalog) -> list[FileChange]:
        """What these files have become; everything before them must have been written."""
        ids = catalog.pictures(file.sha256 for file in batch)
        lying = catalog.lying_files(ids.values())
        new: set[str] = set()
        changes: list[FileChange] = []
        for file in batch:
            first = bool(file.sha256) and file.sha256 not in ids and file.sha256 not in new
            if first:
                new.add(file.sha256)
            changes += self._one(file, first, ids.get(file.sha256), lying)
        return changes

    def _one(
        self, file: ReadFile, first: bool, picture: int | None, lying: Lying
    ) -> list[FileChange]:
        seen, known = file.unread
        if file.reason:
            self._account.fail(seen.path, file.reason)
            failed = FileChange(*seen[:3], FAILED, file.reason)
            return [failed] if storable(seen.path) else []
        change = FileChange(
            *seen[:3],
            PRESENT,
            sha256=file.sha256,
            sidecars=seen.sidecars,
            words=file.words,
            about=file.about,
        )
        if known and known.state == PRESENT:
            same = picture is not None and known.picture_id == picture
            same = same and known.sidecars == seen.sidecars
            self._account.count("unchanged" if same else "changed")
        elif first:
            self._account.count("indexed")
        else:
            return self._again(change, known, None if picture is None else lying.get(picture, ()))
        return [change]

    def _again(
        self, change: FileChange, known: KnownFile | None, others: Sequence[KnownFile] | None
    ) -> list[FileChange]:
        """A content that is known: moved here, or back, or also somewhere else."""
        old = next((other for other in others or () if self._gone.take(other)), None)
        if old is None:  # no others at all: its first file is in the same batch
            back = others is not None and not others
            self._account.count("restored" if back else "duplicate")
            return [change]
        self._account.count("moved")
        if known:  # the new path has a row of its own, from an earlier life
            return [change, FileChange(old.path, old.size, old.mtime_ns, REMOVED)]
        return [change._replace(moved_from=old.path)]
