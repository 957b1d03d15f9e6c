"""Captions of clip art, from the Dublin Core metadata that its SVG files carry."""

import csv
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

MOST_KEYWORDS = 8

# What contributors wrote for the library and not for the reader: names of authors and formats,
# numbers, and keywords that say nothing about the picture.
NOISE = re.compile(
    r"\b(\w*archite\w*|arc|\d+|nicu|remix|hash\(.*|icons?|theme|clip ?art|unsorted|svg|png|media"
    r"|public domain|image|externalsource|contest|http\S*|\S+@\S+)\b",
    re.IGNORECASE,
)


def write_captions(pictures: Path, drawings: Path) -> None:
    """Write ``captions.csv`` into ``pictures``: title and keywords of the drawing of each name."""
    with (pictures / "captions.csv").open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream)
        table.writerow(("image", "caption"))
        for picture in sorted(pictures.rglob("*.png")):
            name = picture.relative_to(pictures)
            for caption in dict.fromkeys(_captions(drawings / name.with_suffix(".svg"))):
                table.writerow((name.as_posix(), caption))


def _captions(drawing: Path) -> Iterator[str]:
    title, keywords = _metadata(drawing)
    yield title or _clean(drawing.stem) or _clean(drawing.parent.name)
    if keywords:
        yield ", ".join(keywords[:MOST_KEYWORDS])


def _metadata(drawing: Path) -> tuple[str, list[str]]:
    try:
        root = ElementTree.parse(drawing).getroot()  # noqa: S314  (a verified package)
    except (OSError, ElementTree.ParseError):
        return "", []
    work = next((one for one in root.iter() if one.tag.endswith("}Work")), None)
    if work is None:
        return "", []
    titles = [one.text or "" for one in work if one.tag.endswith("}title")]
    subjects = [one for one in work if one.tag.endswith("}subject")]
    words = [word.text or "" for one in subjects for word in one.iter() if word.tag.endswith("}li")]
    cleaned = dict.fromkeys(_clean(word) for word in words)
    return _clean(titles[0]) if titles else "", [word for word in cleaned if len(word) > 2]


def _clean(text: str) -> str:
    words = NOISE.sub(" ", re.sub(r"[_\-/]+", " ", text))
    return re.sub(r"\s+", " ", words).strip(" .,")
