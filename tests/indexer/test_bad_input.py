"""Bad input by name: nothing crashes, nothing hangs, and each has one line in the account."""

import io
import os
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from indexer import Account, index
from indexer.sources import SeenFile
from indexer.sources.folder import Folder
from store import Collection
from tests.colours import Colours
from tests.conftest import Paint
from tests.indexer.test_life import answer, counts


def picture(form: str = "JPEG", size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(buffer, form, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def bomb() -> bytes:
    """A PNG of a few bytes that claims 60,000 × 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + chunk(b"IDAT", zlib.compress(b"\0" * 9))
        + chunk(b"IEND", b"")
    )


def half_transparent() -> bytes:
    """A palette of which one colour is transparent: red on nothing."""
    image = Image.new("P", (64, 48), 0)
    image.putpalette([0, 0, 255, 255, 0, 0])
    ImageDraw.Draw(image).rectangle((16, 12, 48, 36), fill=1)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", transparency=0)
    return buffer.getvalue()


def deep() -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((48, 64), 40_000, np.uint16)).save(buffer, "PNG")
    return buffer.getvalue()


def printed() -> bytes:
    buffer = io.BytesIO()
    Image.new("CMYK", (64, 48), (0, 255, 255, 0)).save(buffer, "JPEG")
    return buffer.getvalue()


def animated() -> bytes:
    frames = [Image.new("RGB", (64, 48), (9 * place, 9, 9)) for place in range(5)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


FAILS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "truncated": ("a.jpg", lambda: picture()[:900], "damaged: "),
    "cut to its header": ("a.png", lambda: picture("PNG")[:30], "not a picture in a format"),
    "zero bytes": ("a.jpg", lambda: b"", "empty file"),
    "text with a picture's name": ("a.jpg", lambda: b"hello", "not a picture in a format"),
    "a decompression bomb": ("a.png", bomb, "more than 200 megapixels"),
}
READS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "the end of another format": ("a.png", picture),
    "16 bits a channel": ("a.png", deep),
    "CMYK": ("a.jpg", printed),
    "a palette with transparency": ("a.png", half_transparent),
    "animated": ("a.gif", animated),
    "absurd EXIF": ("a.jpg", lambda: picture(exif=b"Exif\0\0MM\0*\xff\xff\xff\xff" + bytes(90))),
    "capitals": ("A.JPEG", picture),
    "more behind the picture": ("a.jpg", lambda: picture() + b"trailer" * 99),
    "one pixel": ("a.png", lambda: picture("PNG", (1, 1))),
    "a line": ("a.png", lambda: picture("PNG", (3000, 1))),
}


@pytest.mark.parametrize("name", FAILS)
def test_what_cannot_be_read_is_one_failure_with_its_reason(
    collection: Collection, encoder: Colours, photos: Path, name: str
) -> None:
    file, make, reason = FAILS[name]
    (photos / file).write_bytes(make())
    account = index(collection, encoder, [photos])
    assert counts(account) == {"indexed": 3, "failed": 1}
    (failure,) = account.failures
    assert failure.path == str(photos / file)
    assert failure.reason.startswith(reason)
    assert counts(index(collection, encoder, [photos])) == {"unchanged": 3, "failed": 1}


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")  # as `encoders` does itself
@pytest.mark.parametrize("name", READS)
def test_what_is_odd_and_can_be_read_is_read(
    collection: Collection, encoder: Colours, photos: Path, name: str
) -> None:
    file, make = READS[name]
    (photos / file).write_bytes(make())
    assert counts(index(collection, encoder, [photos])) == {"indexed": 4}


class Meanwhile(Folder):
    """A folder to which something happens between listing and reading."""

    def __init__(self, root: Path, happens: Callable[[], object]) -> None:
        super().__init__(str(root))
        self._happens = happens

    def seen(self) -> Iterator[SeenFile]:
        yield from super().seen()
        self._happens()


def test_a_file_that_vanishes_before_it_is_read_has_failed_and_is_gone_in_the_next_run(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    account = index(collection, encoder, [Meanwhile(photos, (photos / "leaf.jpg").unlink)])
    assert counts(account) == {"indexed": 2, "failed": 1}
    assert account.failures[0].reason == "cannot be read: No such file or directory"
    assert counts(index(collection, encoder, [photos])) == {"unchanged": 2, "removed": 1}


def test_a_file_that_is_cut_while_it_is_read_has_failed(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    whole = (photos / "leaf.jpg").read_bytes()
    cut = Meanwhile(photos, lambda: (photos / "leaf.jpg").write_bytes(whole[:300]))
    assert counts(index(collection, encoder, [cut])) == {"indexed": 2, "failed": 1}
    (photos / "leaf.jpg").write_bytes(whole)
    assert counts(index(collection, encoder, [photos])) == {"unchanged": 2, "indexed": 1}


def test_a_pipe_that_takes_a_file_s_place_before_it_is_read_does_not_hang(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    def happens() -> None:
        (photos / "leaf.jpg").unlink()
        os.mkfifo(photos / "leaf.jpg")

    account = index(collection, encoder, [Meanwhile(photos, happens)])
    assert counts(account) == {"indexed": 2, "failed": 1}
    assert account.failures[0].reason == "cannot be read: not an ordinary file any more"


def test_a_folder_that_becomes_a_file_while_it_is_read(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    def happens() -> None:
        shutil.rmtree(photos / "deep")
        (photos / "deep").write_bytes(b"a file")

    account = index(collection, encoder, [Meanwhile(photos, happens)])
    assert counts(account) == {"indexed": 2, "failed": 1}
    assert account.failures[0].reason == "cannot be read: Not a directory"


def test_a_folder_named_like_a_picture_that_becomes_one_and_a_picture_that_becomes_a_folder(
    collection: Collection, encoder: Colours, photos: Path, paint: Paint
) -> None:
    paint(photos / "night.png" / "inner.png", (9, 9, 9))
    assert counts(index(collection, encoder, [photos])) == {"indexed": 4}
    shutil.rmtree(photos / "night.png")
    paint(photos / "night.png", (250, 250, 0))
    (photos / "cherry.png").unlink()
    paint(photos / "cherry.png" / "inner.png", (0, 250, 250))
    account = index(collection, encoder, [photos])
    assert counts(account) == {"indexed": 2, "unchanged": 2, "removed": 2}
    assert answer(collection, encoder, "red green") == ["night.png"]


def test_a_tree_deeper_than_python_recurses(
    collection: Collection, encoder: Colours, tmp_path: Path, paint: Paint
) -> None:
    place = tmp_path / "deep"
    place.mkdir()
    here = os.open(place, os.O_RDONLY)
    source = paint(tmp_path / "one.png", (9, 9, 9)).read_bytes()
    for _ in range(1100):  # two letters each: the whole path stays below the system's 4,096
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    file = os.open("one.png", os.O_WRONLY | os.O_CREAT, dir_fd=here)
    os.write(file, source)
    os.close(file)
    os.close(here)
    try:
        assert index(collection, encoder, [place]) == Account(indexed=1)
    finally:
        subprocess.run(["rm", "-r", place], check=True)  # Python's own rmtree recurses
