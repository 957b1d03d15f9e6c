"""In which state a file that was read ends, and what the catalog has to know of it."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from indexer.account import Account
from indexer.compare import Gone
from indexer.read import ReadFile
from indexer.sources import storable
from store import FAILED, PRESENT, REMOVED, Catalog, FileChange, KnownFile


class Verdicts:
    """Counts each file in its state."""

    def __init__(self, account: Account, gone: Gone, catalog: Catalog) -> None:
        self._account = account
        self._gone = gone
        self._catalog = catalog

    def of(self, batch: Sequence[ReadFile]) -> list[FileChange]:
        """What these files have become; everything before them must have been written."""
        ids = self._catalog.pictures(file.sha256 for file in batch)
        lying = self._catalog.lying(ids.values())
        new: set[str] = set()
        changes: list[FileChange] = []
        for file in batch:
            first = bool(file.sha256) and file.sha256 not in ids and file.sha256 not in new
            if first:
                new.add(file.sha256)
            changes += self._one(file, first, ids.get(file.sha256), lying)
        return changes

    def _one(
        self, file: ReadFile, first: bool, picture: int | None, lying: AbstractSet[int]
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
            return self._again(change, known, picture, picture is None or picture in lying)
        return [change]

    def _again(
        self, change: FileChange, known: KnownFile | None, picture: int | None, elsewhere: bool
    ) -> list[FileChange]:
        """A content that is known: moved here, or back, or also somewhere else.

        Without a number yet, its first file is in the same batch.
        """
        gone = None if picture is None else self._gone.take(picture)
        if gone is None:
            self._account.count("duplicate" if elsewhere else "restored")
            return [change]
        self._account.count("moved")
        (old,) = self._catalog.files_with([gone])
        if known:  # the new path has a row of its own, from an earlier life
            return [change, FileChange(old.path, old.size, old.mtime_ns, REMOVED)]
        return [change._replace(moved_from=old.path)]
