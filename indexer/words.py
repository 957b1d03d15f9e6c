"""Captions and keywords: within a picture (EXIF, IPTC, XMP, PNG) and in the files beside it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import PurePath
from typing import Any, cast

from PIL import ExifTags, Image, IptcImagePlugin
from PIL.ImageFile import ImageFile

from store import Words

MAX_CAPTION, MAX_TAG = 2000, 100  # characters; what is longer is cut
MAX_CAPTIONS, MAX_TAGS = 10, 50
TRANSLATION = re.compile(r"[\w@]+\.utf8=")  # how the stamps begin a line in another language

_CAPTION, _KEYWORDS = (2, 120), (2, 25)  # IPTC-IIM 4.2, record 2
_CAPTION_KEYS = ("caption", "captions", "description", "text", "alt")
_TAG_KEYS = ("keywords", "tags")


def embedded(image: Image.Image, exif: Mapping[int, Any]) -> Words:
    """What the picture carries; each place that cannot be read is passed over."""
    captions: list[str] = []
    tags: list[str] = []
    for read in (_from_exif, _from_iptc, _from_xmp, _from_png):
        with suppress(Exception):  # metadata are advice; nonsense in them costs only itself
            found = read(image, exif)
            captions += found.captions
            tags += found.tags
    return tidy(captions, tags)


def sidecar(name: str, data: bytes) -> Words:
    """What a ``.txt`` (a caption a line) or ``.json`` beside a picture says of it."""
    text = data.decode("utf-8-sig", errors="replace")
    if PurePath(name).suffix.lower() == ".txt":
        lines = [line for line in text.splitlines() if not TRANSLATION.match(line)]
        return tidy(lines, ())
    with suppress(ValueError, RecursionError):  # it is no JSON, or nests too deeply
        found = json.loads(text)
        if isinstance(found, dict):
            captions = [one for key in _CAPTION_KEYS for one in _strings(found.get(key))]
            tags = [one for key in _TAG_KEYS for one in _keywords(found.get(key))]
            return tidy(captions, tags)
    return Words()


def tidy(captions: Iterable[str], tags: Iterable[str]) -> Words:
    """One line each, without repetitions, neither too long nor too many."""
    sentences = dict.fromkeys(clean(text, MAX_CAPTION) for text in captions)
    names = dict.fromkeys(clean(text, MAX_TAG) for text in tags)
    sentences.pop("", None)
    names.pop("", None)
    return Words(tuple(sentences)[:MAX_CAPTIONS], tuple(names)[:MAX_TAGS])


def clean(text: str, length: int) -> str:
    """Printable characters and single spaces only, as UTF-8 can keep them."""
    spaced = " ".join(text[: 4 * length].replace("\0", " ").split())
    return "".join(one for one in spaced if one.isprintable())[:length].strip()


def text_of(value: Any) -> str:
    """A string or bytes from a picture's header; Pillow reads as Latin-1 what often is UTF-8."""
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    try:
        return str(value).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return str(value)


def _from_exif(_image: Image.Image, exif: Mapping[int, Any]) -> Words:
    captions = [text_of(exif.get(ExifTags.Base.ImageDescription, ""))]
    for tag in (ExifTags.Base.XPTitle, ExifTags.Base.XPComment):
        captions.append(_windows(exif.get(tag, b"")))
    return Words(
        tuple(captions), tuple(_windows(exif.get(ExifTags.Base.XPKeywords, b"")).split(";"))
    )


def _windows(value: Any) -> str:
    """Windows keeps UTF-16 in bytes, or in a tuple of them."""
    return bytes(value).decode("utf-16-le", errors="replace")


def _from_iptc(image: Image.Image, _exif: object) -> Words:
    found = IptcImagePlugin.getiptcinfo(cast(ImageFile, image)) or {}
    lists = [_list(found.get(key)) for key in (_CAPTION, _KEYWORDS)]
    captions, tags = (tuple(text_of(one) for one in values) for values in lists)
    return Words(captions, tags)


def _from_xmp(image: Image.Image, _exif: object) -> Words:
    if not {"xmp", "XML:com.adobe.xmp"} & image.info.keys():
        return Words()
    found = image.getxmp()
    captions = [text for key in ("description", "title") for text in _under(found, key)]
    return Words(tuple(captions), tuple(_under(found, "subject")))


def _from_png(image: Image.Image, _exif: object) -> Words:
    texts = [image.info.get(key) for key in ("Title", "Description")]
    return Words(tuple(str(text) for text in texts if text))


def _under(tree: Any, key: str) -> Iterator[str]:
    """All strings below ``key``, anywhere in the nested lists and dictionaries of XMP."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from _strings(value) if name == key else _under(value, key)
    elif isinstance(tree, list):
        for value in tree:
            yield from _under(value, key)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, dict):  # of XMP: {"Alt": {"li": {"lang": "x-default", "text": …}}}
        for name, one in value.items():
            if name != "lang":
                yield from _strings(one)


def _keywords(value: Any) -> Iterator[str]:
    for text in _strings(value):
        yield from text.split(",") if isinstance(value, str) else (text,)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
