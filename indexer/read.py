"""Reading one picture file: its bytes once, for the hash, the encoder and the thumbnail."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from PIL import Image

from encoders import Encoder, PictureError, Pixels, open_picture
from indexer.about import about
from indexer.scan import SeenFile
from indexer.words import sidecar, tidy
from store import About, Catalog, NewPicture, Words

THUMBNAIL_SIDE = 320  # pixels, the longer side; sharp in the web's grid on dense screens too
MAX_SIDECAR = 1_000_000  # bytes; what is longer is no caption

In = TypeVar("In")
Out = TypeVar("Out")


@dataclass(frozen=True)
class ReadFile:
    """A file after reading: why it failed, or its hash and, where it is new, what to keep of it.

    ``words`` lie beside it; ``about`` is what a known picture says, if nobody has read that yet.
    """

    seen: SeenFile
    reason: str | None = None
    sha256: str = ""
    picture: NewPicture | None = None
    pixels: Pixels | None = None
    words: Words | None = None
    about: About | None = None


class Reader:
    """Reads files in worker threads; decodes only contents that the catalog does not know."""

    def __init__(self, encoder: Encoder, catalog: Catalog) -> None:
        self._encoder = encoder
        self._catalog = catalog

    def read(self, seen: SeenFile) -> ReadFile:
        """Never raises for a bad file: the reason is in the result."""
        try:
            seen.path.encode()
            data = Path(seen.path).read_bytes()
            sha256 = hashlib.sha256(data).hexdigest()
            if not self._catalog.pictures([sha256]):
                return replace(self._decode(seen, data, sha256), words=words_beside(seen))
            unread = self._catalog.undescribed([sha256])
            found = about(data) if unread else None
            return ReadFile(seen, sha256=sha256, words=words_beside(seen), about=found)
        except UnicodeEncodeError:
            return ReadFile(seen, reason="its name is not valid UTF-8; rename it")
        except OSError as error:
            return ReadFile(seen, reason=f"cannot be read: {error.strerror or error}")
        except PictureError as error:
            return ReadFile(seen, reason=str(error))

    def _decode(self, seen: SeenFile, data: bytes, sha256: str) -> ReadFile:
        opened = open_picture(data, at_least=max(self._encoder.image_size, THUMBNAIL_SIDE))
        size = (opened.width, opened.height)
        small = thumbnail(opened.image)
        says = about(data)._asdict()
        picture = NewPicture(sha256, *size, opened.format, len(data), small, **says)
        pixels = self._encoder.prepare(opened.image)
        return ReadFile(seen, sha256=sha256, picture=picture, pixels=pixels)


def words_beside(seen: SeenFile) -> Words:
    """What lies beside the file; what cannot be read there is as good as not there."""
    found = []
    for path in seen.beside:
        with suppress(OSError), Path(path).open("rb") as stream:
            found.append(sidecar(path, stream.read(MAX_SIDECAR)))
    captions, tags = ([one for words in found for one in words[part]] for part in (0, 1))
    return tidy(captions, tags)


def thumbnail(image: Image.Image) -> bytes:
    """A JPEG whose longer side is at most ``THUMBNAIL_SIDE`` pixels."""
    small = image.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    buffer = BytesIO()
    small.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def ahead(
    pool: Executor, work: Callable[[In], Out], items: Iterable[In], depth: int
) -> Iterator[Out]:
    """The results of ``work`` in order, at most ``depth`` items ahead of their consumer."""
    running: deque[Future[Out]] = deque()
    try:
        for item in items:
            running.append(pool.submit(work, item))
            if len(running) >= depth:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()
    finally:
        for future in running:
            future.cancel()
