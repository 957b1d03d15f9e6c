"""The values that filters and options take, read from their text."""

import re
from collections.abc import Callable
from datetime import MAXYEAR, datetime
from typing import Any

from search.query import DUPES, MODES, SORTS
from store import Filter, Near

BYTES = {"": 1, "b": 1, "k": 10**3, "kb": 10**3, "m": 10**6, "mb": 10**6, "g": 10**9, "gb": 10**9}
MOST = 2**62  # a number of pixels or bytes that SQLite can compare
SHORT_FORMATS = {"JPG": "JPEG", "TIF": "TIFF", "HEIC": "HEIF"}
ORIENTATIONS = ("landscape", "portrait", "square")

OPTIONS: dict[str, tuple[str, ...]] = {"sort": SORTS, "mode": MODES, "dupes": DUPES}


def read_filter(field: str, text: str, *, negative: bool) -> Filter:
    """The filter ``field:text``.

    Raises:
        ValueError: the text is no value of that field; the message says what is.
    """
    text = text.strip()
    if not text:
        raise ValueError(f"{field}: needs a value")
    name = ALIASES.get(field, field)
    op = ""
    if name in ("width", "height", "size"):
        op, text = _split(text)
    return Filter(name, FIELDS[field](text), op or "=", negative)


def read_option(name: str, text: str) -> str:
    """The value of the option ``name:text``.

    Raises:
        ValueError: it has no such value; the message lists them.
    """
    return _one_of(name, text, OPTIONS[name])


def _split(text: str) -> tuple[str, str]:
    found = re.fullmatch(r"([<>]=?|=)?\s*(.*)", text, re.DOTALL)
    assert found  # noqa: S101 - every part is optional
    return found[1] or "", found[2]


def _date(text: str) -> datetime:
    found = re.fullmatch(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?", text, re.ASCII)
    try:
        year, month, day = (int(part or 1) for part in found.groups()) if found else (0, 0, 0)
        return datetime(year, month, day)
    except ValueError:
        raise ValueError(f"{text!r} is no date; write 2024, 2024-05 or 2024-05-17") from None


def _year(text: str) -> int:
    if not re.fullmatch(r"\d{4}", text, re.ASCII) or not 0 < int(text) < MAXYEAR:
        raise ValueError(f"{text!r} is no year; write it as 2024")
    return int(text)


def _pixels(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise ValueError(f"{text!r} is no number of pixels; write 1000, >1000 or <=1000")
    return int(text)


def _bytes(text: str) -> int:
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?)\s*([a-z]{0,2})", text.lower(), re.ASCII)
    if not found or found[2] not in BYTES:
        raise ValueError(f"{text!r} is no size of a file; write >2MB or <500kB")
    return round(float(found[1]) * BYTES[found[2]])


def _format(text: str) -> str:
    return SHORT_FORMATS.get(text.upper(), text.upper())


def _near(text: str) -> Near:
    try:
        latitude, longitude, km = (float(part) for part in text.split(","))
        if abs(latitude) <= 90 and abs(longitude) <= 180 and 0 <= km <= 20_040:
            return Near(latitude, longitude, km)
    except ValueError:
        pass
    raise ValueError(
        f"{text!r} is no place; write latitude,longitude,kilometres, as near:48.86,2.35,10"
    )


def _one_of(name: str, text: str, known: tuple[str, ...]) -> str:
    if text.lower() not in known:
        raise ValueError(f"{text!r} is no {name}; there are {', '.join(known)}")
    return text.lower()


FIELDS: dict[str, Callable[[str], Any]] = {
    "folder": str,
    "name": str,
    "type": _format,
    "format": _format,
    "after": _date,
    "before": _date,
    "year": _year,
    "width": _pixels,
    "height": _pixels,
    "size": _bytes,
    "orientation": lambda text: _one_of("orientation", text, ORIENTATIONS),
    "camera": str,
    "tag": str,
    "near": _near,
}
ALIASES = {"format": "type"}
