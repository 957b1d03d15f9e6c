"""Which folders may be indexed from a page. The server's owner says so, never the client.

They are those that the collection was made from, and those that `mindseye serve --allow` names. A
request only chooses among these: what it sends is compared with them, and never opened.
"""

from collections.abc import Sequence
from pathlib import Path

from store import Collection


class FolderRefusedError(Exception):
    """The folder is not one of those that may be indexed."""


class Folders:
    """The folders of a collection and those that are allowed besides."""

    def __init__(self, collection: Collection, allowed: Sequence[Path] = ()) -> None:
        self._collection = collection
        self._allowed = tuple(str(folder.resolve()) for folder in allowed)

    def known(self) -> tuple[str, ...]:
        """All that may be indexed, by name."""
        return tuple(sorted({*self._collection.folders, *self._allowed}))

    def chosen(self, folder: str | None) -> list[Path]:
        """The folder of that name, or those of the collection where none is named.

        Raises:
            FolderRefusedError: it is not one of ours, or there is none yet.
        """
        ours = self.known() if folder else self._collection.folders
        found = [Path(one) for one in ours if folder in (None, "", one)]
        if not found:
            raise FolderRefusedError(
                f"{folder or 'nothing'} cannot be indexed from here, only the collection's own "
                "folders and those that `mindseye serve --allow FOLDER` names"
            )
        return found
