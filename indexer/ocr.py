"""Words in pictures (OCR): read off the pixels of those that nobody has looked at yet.

The models are PP-OCR's, small ones for Latin capitals, letters and digits without accents, and for
Chinese; they come inside the package rapidocr and run in OpenVINO, on this machine.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
from PIL import Image

from encoders import Encoder, PictureError, open_picture
from encoders.runtime import silent  # noqa: F401  (before rapidocr imports OpenVINO)
from indexer.errors import ArchiveError, NoReaderError
from indexer.publishing import publish
from indexer.sources import read_bytes
from indexer.words import MAX_CAPTION, clean
from store import Collection, unread_texts

SIDE = 1000  # pixels that the shorter side keeps; small print in a photo needs them
AT_ONCE = 16  # pictures a transaction; a kill costs at most as many

TextReader = Callable[[Image.Image], list[str]]
"""The lines of text in an upright RGB picture."""

Progress = Callable[[int, int], None]
"""Called with pictures looked at so far, and in all."""


@dataclass
class TextsRead:
    """Pictures looked at, those with text, and those that could not be read."""

    pictures: int = 0
    with_text: int = 0
    failed: int = 0

    def as_dict(self) -> dict[str, int]:
        """The counts."""
        return asdict(self)


def text_reader() -> TextReader:
    """The reader that comes as an extra; it loads its models and fetches nothing.

    Raises:
        NoReaderError: the extra is not installed.
    """
    try:
        from rapidocr import EngineType, RapidOCR
    except ImportError as error:
        raise NoReaderError(
            f"reading words in pictures needs an extra ({error}); pip install 'mindseye[ocr]'"
        ) from error
    openvino = {f"{part}.engine_type": EngineType.OPENVINO for part in ("Det", "Cls", "Rec")}
    engine = RapidOCR(params={"Global.log_level": "critical", **openvino})

    def read(image: Image.Image) -> list[str]:
        output: Any = engine(np.asarray(image)[:, :, ::-1])  # BGR, as OpenCV has it
        return list(output.txts or ())

    return read


def read_texts(
    collection: Collection,
    encoder: Encoder,
    read: TextReader,
    progress: Progress = lambda *_: None,
) -> TextsRead:
    """Look for words in every picture that has not been looked at; they become searchable.

    Where the collection ranks by words too, the encoder embeds them.

    A picture that the reader fails at stays as it is, and is not tried again; one whose file cannot
    be opened now is.

    Raises:
        CollectionBusyError: another process is writing.
    """
    found = TextsRead()
    with collection.writing() as writer:
        with collection.catalog.reading() as connection:
            unread = unread_texts(connection)
        try:
            for start in range(0, len(unread), AT_ONCE):
                batch = unread[start : start + AT_ONCE]
                texts = {number: _read(path, read, found) for number, path in batch}
                writer.keep_texts({one: text for one, text in texts.items() if text is not None})
                progress(start + len(batch), len(unread))
        finally:
            publish(collection, writer, encoder, progress)
    return found


def _read(path: str, read: TextReader, found: TextsRead) -> str | None:
    """The text in a picture file, ``None`` if it cannot be opened; counted."""
    found.pictures += 1
    try:
        data = read_bytes(path)
        image = open_picture(data, at_least=SIDE, suffix=PurePath(path).suffix).image
    except (OSError, ArchiveError, PictureError):
        found.failed += 1
        return None
    try:
        text = clean(" ".join(read(image)), MAX_CAPTION)
    except Exception:  # whatever the models stumble over, the picture is none the worse
        found.failed += 1
        return ""
    found.with_text += bool(text)
    return text
