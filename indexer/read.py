"""Reading picture files: the bytes once, for hash, metadata, encoder and thumbnail."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import PurePath

from PIL import Image

from encoders import Encoder, PictureError, Pixels, open_picture
from indexer.about import about
from indexer.compare import Unread
from indexer.errors import ArchiveError
from indexer.sources import SeenFile, read_bytes
from indexer.stages import DECODE, READ, Stages
from indexer.words import sidecar, tidy
from indexer.workers import Task
from store import About, Catalog, NewPicture, Words

THUMBNAIL_SIDE = 320  # pixels, the longer side; sharp in the web's grid on dense screens too
MAX_SIDECAR = 1_000_000  # bytes; what is longer is no caption


@dataclass(frozen=True)
class ReadFile:
    """A file after reading: why it failed, or its hash and, where it is new, what to keep of it.

    ``words`` lie beside it; ``about`` is what a known picture says, if nobody has read that yet.
    """

    unread: Unread
    reason: str | None = None
    sha256: str = ""
    picture: NewPicture | None = None
    pixels: Pixels | None = None
    words: Words | None = None
    about: About | None = None


class Reader:
    """Reads files in worker threads; decodes only contents that the catalog does not know."""

    def __init__(self, encoder: Encoder, catalog: Catalog, stages: Stages) -> None:
        self._encoder = encoder
        self._catalog = catalog
        self._stages = stages

    def work(self, task: Task[Unread, ReadFile]) -> None:
        """Read the files of a task: all bytes, one question to the catalog, then the pictures."""
        read: list[bytes | str] = []
        for place in range(len(task.items)):
            with self._stages.at(READ):
                read.append(_bytes(task.pick(place).seen.path))
        hashes = [_hash(data) for data in read]
        known = self._catalog.pictures(hashes)
        undescribed = self._catalog.undescribed(known) if known else frozenset()
        for place, sha256 in enumerate(hashes):
            data, read[place] = read[place], ""  # each is let go when it has been decoded
            if task.left:
                return
            task.done.append(self._file(task.pick(place), data, sha256, known, undescribed))

    def _file(
        self,
        unread: Unread,
        data: bytes | str,
        sha256: str,
        known: dict[str, int],
        undescribed: frozenset[str],
    ) -> ReadFile:
        if isinstance(data, str):
            return ReadFile(unread, data)
        with self._stages.at(DECODE):
            if sha256 not in known:
                found = self._decode(unread, data, sha256)
            else:
                says = about(data) if sha256 in undescribed else None
                found = ReadFile(unread, sha256=sha256, about=says)
            return found if found.reason else replace(found, words=words_beside(unread.seen))

    def _decode(self, unread: Unread, data: bytes, sha256: str) -> ReadFile:
        """Never raises for a bad file: the reason is in the result."""
        smallest = max(self._encoder.image_size, THUMBNAIL_SIDE)
        suffix = PurePath(unread.seen.path).suffix
        try:
            opened = open_picture(data, at_least=smallest, suffix=suffix)
        except PictureError as error:
            return ReadFile(unread, str(error))
        size = (opened.width, opened.height)
        small, says = thumbnail(opened.image), about(data)._asdict()
        picture = NewPicture(sha256, *size, opened.format, len(data), small, **says)
        return ReadFile(unread, None, sha256, picture, self._encoder.prepare(opened.image))


def words_beside(seen: SeenFile) -> Words:
    """What lies beside the file; what cannot be read there is as good as not there."""
    found = []
    for path in seen.beside:
        with suppress(OSError, ArchiveError):
            found.append(sidecar(path, read_bytes(path, MAX_SIDECAR)))
    captions, tags = ([one for words in found for one in words[part]] for part in (0, 1))
    return tidy(captions, tags)


def thumbnail(image: Image.Image) -> bytes:
    """A JPEG whose longer side is at most ``THUMBNAIL_SIDE`` pixels."""
    small = image.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    buffer = BytesIO()
    small.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def _bytes(path: str) -> bytes | str:
    """The bytes of a file, or why it cannot be read."""
    try:
        path.encode()
        return read_bytes(path)
    except UnicodeEncodeError:
        return "its name is not valid UTF-8; rename it"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    except ArchiveError as error:
        return str(error)


def _hash(data: bytes | str) -> str:
    return hashlib.sha256(data).hexdigest() if isinstance(data, bytes) else ""
