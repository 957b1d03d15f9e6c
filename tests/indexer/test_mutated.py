"""A thousand files, each damaged in its own way: none crashes or hangs, and the counts add up."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from indexer import index
from store import Collection
from tests.colours import Colours
from tests.indexer.test_life import counts

FILES = 1000
FORMATS = {
    **{"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "gif": "GIF"},
    **{"tif": "TIFF", "bmp": "BMP", "avif": "AVIF", "heic": "HEIF"},
}
Rng = np.random.Generator


def originals(rng: Rng) -> Iterator[tuple[str, bytes]]:
    """One whole file of each format: a gradient with noise, with EXIF where there can be some."""
    pixels = np.linspace(0, 200, 48 * 64 * 3).reshape(48, 64, 3) + rng.integers(0, 50, (48, 64, 3))
    image = Image.fromarray(pixels.astype(np.uint8))
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "a gradient", 6
    for end, form in FORMATS.items():
        buffer = io.BytesIO()
        image.save(buffer, form, **({} if end in ("gif", "bmp") else {"exif": exif}))
        yield end, buffer.getvalue()


def flipped(data: bytes, rng: Rng) -> bytes:
    """With some bytes changed, often near the beginning, where formats keep what matters."""
    found = bytearray(data)
    within = len(found) if rng.random() < 0.5 else min(len(found), 200)
    for place in rng.integers(0, within, rng.integers(1, 20)):
        found[place] = rng.integers(256)
    return bytes(found)


def cut(data: bytes, rng: Rng) -> bytes:
    return data[: rng.integers(len(data))]


def spliced(data: bytes, rng: Rng) -> bytes:
    """With a piece of it in another place of it."""
    start, length, target = rng.integers(0, len(data), 3)
    return data[:target] + data[start : start + length] + data[target:]


def test_a_thousand_damaged_files_end_in_the_account(
    collection: Collection, encoder: Colours, tmp_path: Path
) -> None:
    rng = np.random.default_rng(1000)
    whole = list(originals(rng))
    ways = (flipped, cut, spliced)
    for number in range(FILES):
        end, data = whole[number % len(whole)]
        damaged = ways[number // len(whole) % len(ways)](data, rng)
        place = tmp_path / "damaged" / f"{number:04}.{end}"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(damaged)
    account = index(collection, encoder, [tmp_path / "damaged"], patience=20)
    assert account.seen == FILES
    assert account.failed == len(account.failures) == collection.catalog.counts()["failed"]
    assert not [failure for failure in account.failures if "took longer" in failure.reason]
    assert min(account.failed, account.indexed) > FILES / 5  # it was worth trying
    again = counts(index(collection, encoder, [tmp_path / "damaged"], patience=20))
    known = account.indexed + account.duplicate
    assert again == {"unchanged": known, "failed": account.failed}
