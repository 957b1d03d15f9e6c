"""A camera RAW file written by hand: the least DNG that LibRaw accepts."""

import struct
from io import BytesIO

import numpy as np
from PIL import Image

Tag = tuple[int, str, list[int]]  # number, letter of `struct`, values

_TYPES = {"B": 1, "s": 2, "H": 3, "I": 4, "i": 10}  # TIFF 6.0, section 2
WIDTH, HEIGHT = 64, 48


class _Tiff:
    """Blocks one after the other, behind the header that is written last."""

    def __init__(self) -> None:
        self.data = b""

    def put(self, block: bytes) -> int:
        """Where the block lies in the file."""
        place = 8 + len(self.data)
        self.data += block + b"\0" * (len(block) % 2)
        return place

    def directory(self, tags: list[Tag]) -> bytes:
        """An image file directory, the only one of its chain."""
        entries = b"".join(self._entry(*tag) for tag in sorted(tags))
        return struct.pack("<H", len(tags)) + entries + bytes(4)

    def _entry(self, number: int, letter: str, values: list[int]) -> bytes:
        plain = "B" if letter == "s" else letter
        block = struct.pack(f"<{len(values)}{plain}", *values)
        count = len(values) // 2 if letter == "i" else len(values)
        field = block.ljust(4, b"\0") if len(block) <= 4 else struct.pack("<I", self.put(block))
        return struct.pack("<HHI", number, _TYPES[letter], count) + field


def dng(*, orientation: int = 1, preview: bool = True) -> bytes:
    """A grey sensor picture of 64 × 48, and a red preview of 32 × 24 for it (DNG 1.4)."""
    tiff = _Tiff()
    sensor = np.full((HEIGHT, WIDTH), 30_000, np.uint16).tobytes()
    raw: list[Tag] = [
        *((256, "I", [WIDTH]), (257, "I", [HEIGHT]), (258, "H", [16]), (259, "H", [1])),
        *((262, "H", [32803]), (273, "I", [tiff.put(sensor)]), (277, "H", [1])),
        *((278, "I", [HEIGHT]), (279, "I", [len(sensor)]), (254, "I", [0])),
        *((33421, "H", [2, 2]), (33422, "B", [0, 1, 1, 2]), (50717, "I", [65535])),
    ]
    unity = [number for cell in range(9) for number in (int(cell % 4 == 0), 1)]
    camera: list[Tag] = [
        *((271, "s", list(b"Hand\0")), (272, "s", list(b"Made\0")), (274, "H", [orientation])),
        *((50706, "B", [1, 4, 0, 0]), (50708, "s", list(b"Hand Made\0"))),
        *((50721, "i", unity), (50778, "H", [21])),
    ]
    if preview:
        shown = BytesIO()
        Image.new("RGB", (32, 24), (200, 10, 20)).save(shown, "JPEG")
        raw = [(330, "I", [tiff.put(tiff.directory(raw))]), *_preview(tiff, shown.getvalue())]
    first = tiff.put(tiff.directory(raw + camera))
    return b"II*\0" + struct.pack("<I", first) + tiff.data


def _preview(tiff: _Tiff, jpeg: bytes) -> list[Tag]:
    return [
        *((254, "I", [1]), (256, "I", [32]), (257, "I", [24]), (258, "H", [8, 8, 8])),
        *((259, "H", [7]), (262, "H", [6]), (273, "I", [tiff.put(jpeg)]), (277, "H", [3])),
        *((278, "I", [24]), (279, "I", [len(jpeg)])),
    ]
