"""Reading picture files: the bytes once, for hash, metadata, encoder and thumbnail."""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import PurePath
from typing import NamedTuple

from PIL import Image

from encoders import Embeddings, Encoder, PictureError, Pixels, open_picture
from indexer.about import about
from indexer.compare import Unread
from indexer.errors import ArchiveError
from indexer.sources import SeenFile, read_bytes
from indexer.stages import DECODE, READ, Stages
from indexer.words import sidecar, tidy
from store import About, Catalog, NewPicture, Words

THUMBNAIL_SIDE = 320  # pixels, the longer side; sharp in the web's grid on dense screens too
MAX_SIDECAR = 1_000_000  # bytes; what is longer is no caption


class Loaded(NamedTuple):
    """A file whose bytes are in memory, with their hash; or why they cannot be."""

    unread: Unread
    data: bytes = b""
    sha256: str = ""
    reason: str | None = None


class Known(NamedTuple):
    """Contents that need no encoding, and those of them whose metadata nobody has read yet."""

    pictures: frozenset[str]
    undescribed: frozenset[str]


@dataclass(frozen=True)
class ReadFile:
    """A file after reading: why it failed, or its hash and, where it is new, what to keep of it.

    A new picture comes with its pixels, or with its embedding ``(dim,)`` where whoever read it has
    encoded it as well. ``words`` lie beside it; ``about`` is what a known picture says, if nobody
    has read that yet.
    """

    unread: Unread
    reason: str | None = None
    sha256: str = ""
    picture: NewPicture | None = None
    pixels: Pixels | None = None
    embedding: Embeddings | None = None
    words: Words | None = None
    about: About | None = None


def known_to(catalog: Catalog, hashes: Sequence[str]) -> Known:
    """What the catalog knows of these contents."""
    known = catalog.pictures(hashes)
    return Known(frozenset(known), catalog.undescribed(known) if known else frozenset())


class Reader:
    """Reads files, in any thread; decodes only contents that are not known."""

    def __init__(self, encoder: Encoder, stages: Stages) -> None:
        self._encoder = encoder
        self._stages = stages

    def load(self, unread: Unread) -> Loaded:
        """All bytes of a file. Never raises for a bad file: the reason is in the result."""
        with self._stages.at(READ):
            data = _bytes(unread.seen.path)
        if isinstance(data, str):
            return Loaded(unread, reason=data)
        return Loaded(unread, data, hashlib.sha256(data).hexdigest())

    def decode(self, loaded: Loaded, known: Known) -> ReadFile:
        """What becomes of a loaded file. Never raises for a bad one either."""
        unread, data, sha256, reason = loaded
        if reason:
            return ReadFile(unread, reason)
        with self._stages.at(DECODE):
            if sha256 not in known.pictures:
                found = self._new(unread, data, sha256)
            else:
                says = about(data) if sha256 in known.undescribed else None
                found = ReadFile(unread, sha256=sha256, about=says)
            return found if found.reason else replace(found, words=words_beside(unread.seen))

    def _new(self, unread: Unread, data: bytes, sha256: str) -> ReadFile:
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
