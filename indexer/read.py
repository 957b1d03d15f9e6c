"""Reading one picture file: its bytes once, for the hash, the encoder and the thumbnail."""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from PIL import Image

from encoders import Encoder, PictureError, Pixels, open_picture
from indexer.scan import SeenFile
from store import NewPicture

THUMBNAIL_SIDE = 320  # pixels, the longer side; sharp in the web's grid on dense screens too

In = TypeVar("In")
Out = TypeVar("Out")


@dataclass(frozen=True)
class ReadFile:
    """A file after reading: why it failed, or its hash and, where it is new, what to keep of it."""

    seen: SeenFile
    reason: str | None = None
    sha256: str = ""
    picture: NewPicture | None = None
    pixels: Pixels | None = None


class Reader:
    """Reads files in worker threads; decodes only contents that ``is_known`` does not know."""

    def __init__(self, encoder: Encoder, is_known: Callable[[str], bool]) -> None:
        self._encoder = encoder
        self._is_known = is_known

    def read(self, seen: SeenFile) -> ReadFile:
        """Never raises for a bad file: the reason is in the result."""
        try:
            seen.path.encode()
            data = Path(seen.path).read_bytes()
            sha256 = hashlib.sha256(data).hexdigest()
            if self._is_known(sha256):
                return ReadFile(seen, sha256=sha256)
            return self._decode(seen, data, sha256)
        except UnicodeEncodeError:
            return ReadFile(seen, reason="its name is not valid UTF-8; rename it")
        except OSError as error:
            return ReadFile(seen, reason=f"cannot be read: {error.strerror or error}")
        except PictureError as error:
            return ReadFile(seen, reason=str(error))

    def _decode(self, seen: SeenFile, data: bytes, sha256: str) -> ReadFile:
        opened = open_picture(data, at_least=max(self._encoder.image_size, THUMBNAIL_SIDE))
        size = (opened.width, opened.height)
        picture = NewPicture(sha256, *size, opened.format, len(data), thumbnail(opened.image))
        pixels = self._encoder.prepare(opened.image)
        return ReadFile(seen, sha256=sha256, picture=picture, pixels=pixels)


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
