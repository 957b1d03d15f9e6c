"""Captions in a file beside each picture: ``.txt``, or the ``.json`` of img2dataset."""

import json
import re
from pathlib import Path

from evaluation.formats.folder import Captions, Folder

TRANSLATION = re.compile(r"[\w@]+\.utf8=")  # how the stamps begin a line in another language


def read(folder: Folder, language: str | None = None) -> Captions:
    """Captions by the name of their picture, or of their own file where it has no picture.

    Of a ``.txt`` the first line counts, or with ``language`` the first that begins with
    ``LANGUAGE.utf8=``. A ``.json`` counts by its ``caption`` where there is no ``.txt``.
    """
    texts = {folder.name(file): _line(file, language) for file in folder.ending(".txt")}
    form = "one .txt beside each picture" + (f", in {language!r}" if language else "")
    if not texts and not language:
        found = {folder.name(file): _caption(file) for file in folder.ending(".json")}
        texts = {name: lines for name, lines in found.items() if lines is not None}
        form = "one .json beside each picture" if texts else form
    pictures = {_stem(name): name for name in folder.pictures}
    return Captions(form, {pictures.get(_stem(name), name): lines for name, lines in texts.items()})


def _stem(name: str) -> str:
    return name[: -len(Path(name).suffix)]


def _line(file: Path, language: str | None) -> list[str]:
    with file.open(encoding="utf-8", errors="replace") as stream:
        if language:
            own = f"{language}.utf8="
            lines = (line.removeprefix(own).strip() for line in stream if line.startswith(own))
            line = next(lines, "")
        else:
            line = stream.readline().strip()
            line = "" if TRANSLATION.match(line) else line
    return [line] if line else []


def _caption(file: Path) -> list[str] | None:
    try:
        facts = json.loads(file.read_text(encoding="utf-8", errors="replace"))
    except ValueError:
        return None
    if not isinstance(facts, dict) or "caption" not in facts:
        return None
    caption = str(facts["caption"] or "").strip()
    return [caption] if caption else []
