"""What a picture says of itself: when, where and with what it was taken, captions and keywords."""

import math
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image

from encoders.picture import FORMATS
from indexer.words import clean, embedded, text_of
from store import About

MAX_CAMERA = 100  # characters
_TIMES = (ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTimeDigitized)


def about(data: bytes) -> About:
    """Read the header of a picture file. Never raises: what makes no sense is left out."""
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            exif = image.getexif()
            words = embedded(image, exif)
            taken, camera = _taken(exif), _camera(exif)
            return About(taken, camera, *_place(exif), *words)
    except Exception:  # whatever it is: a picture is worth more than its metadata
        return About()


def _taken(exif: Image.Exif) -> datetime | None:
    inner = _directory(exif, ExifTags.IFD.Exif)
    for tag in _TIMES:
        with suppress(ValueError):
            return datetime.strptime(str(inner.get(tag))[:19], "%Y:%m:%d %H:%M:%S")
    return None


def _camera(exif: Image.Exif) -> str | None:
    tags = (ExifTags.Base.Make, ExifTags.Base.Model)
    make, model = (clean(text_of(exif.get(tag, "")), MAX_CAMERA) for tag in tags)
    if model.lower().startswith(make.lower()):  # "Canon", "Canon EOS 5D"
        return model or None
    return f"{make} {model}".strip()[:MAX_CAMERA]


def _place(exif: Image.Exif) -> tuple[float | None, float | None]:
    gps = _directory(exif, ExifTags.IFD.GPSInfo)
    tags = ExifTags.GPS
    latitude = _degrees(gps.get(tags.GPSLatitude), gps.get(tags.GPSLatitudeRef), "S", 90)
    longitude = _degrees(gps.get(tags.GPSLongitude), gps.get(tags.GPSLongitudeRef), "W", 180)
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None, None  # a receiver without a fix writes zeros
    return latitude, longitude


def _degrees(value: Any, side: Any, negative: str, limit: int) -> float | None:
    """Degrees from degrees, minutes and seconds; EXIF 2.32, 4.6.6."""
    try:
        parts = [float(part) for part in value]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    degrees = math.fsum(part / 60**place for place, part in enumerate(parts[:3]))
    if not parts or not math.isfinite(degrees) or not 0 <= degrees <= limit:
        return None
    return -degrees if text_of(side).strip("\0 ").upper() == negative else degrees


def _directory(exif: Image.Exif, which: int) -> Mapping[int, Any]:
    try:
        return exif.get_ifd(which)
    except Exception:  # damaged: as good as none
        return {}
