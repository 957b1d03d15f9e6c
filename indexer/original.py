"""A picture of the collection, read again from one of its files."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import PurePath

from encoders import Picture, PictureError, open_picture
from indexer.errors import ArchiveError
from indexer.sources import read_bytes


def original(files: Iterable[str], sha256: str, at_least: int) -> Picture | None:
    """The picture from the first of the files that still holds it, if any does.

    ``at_least`` is the side in pixels that is wanted of it, as for `open_picture`.
    """
    for file in files:
        with suppress(OSError, ArchiveError, PictureError):
            data = read_bytes(file)
            if hashlib.sha256(data).hexdigest() == sha256:
                return open_picture(data, at_least=at_least, suffix=PurePath(file).suffix)
    return None
