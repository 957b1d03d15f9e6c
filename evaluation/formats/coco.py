"""JSON of captions: COCO's own, and Karpathy's splits of COCO, Flickr30k and Flickr8k."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from evaluation.errors import DatasetError
from evaluation.formats.folder import Captions

NAMES = ("dataset*.json", "*captions*.json", "annotations/*captions*.json")
TEST = "test"


def candidates(place: Path) -> list[Path]:
    """The files of a folder that are named like captions in JSON."""
    return sorted(file for name in NAMES for file in place.glob(name))


def read(file: Path, part: str | None = None) -> Captions:
    """Captions by the name of their picture; of Karpathy's splits those of ``part``.

    Raises:
        DatasetError: it is neither of the two, or has no such part.
    """
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
        if "annotations" in facts:
            return _coco(file, facts)
        return _karpathy(file, facts["images"], part or TEST)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"it has no {error}" if isinstance(error, KeyError) else error
        raise DatasetError(
            f"{file} is neither COCO's captions nor Karpathy's splits: {reason}"
        ) from error


def _coco(file: Path, facts: dict[str, Any]) -> Captions:
    names = {one["id"]: one["file_name"] for one in facts["images"]}
    captions: dict[str, list[str]] = {name: [] for name in names.values()}
    for one in facts["annotations"]:
        captions[names[one["image_id"]]].append(one["caption"].strip())
    return Captions(f"COCO captions, {file.name}", captions)


def _karpathy(file: Path, images: list[dict[str, Any]], part: str) -> Captions:
    parts = defaultdict(list)
    for image in images:
        parts[image["split"]].append(image)
    if part not in parts:
        raise DatasetError(f"{file} has no part {part!r}; there are: {', '.join(sorted(parts))}")
    captions = {
        _name(one): [line["raw"].strip() for line in one["sentences"]] for one in parts[part]
    }
    elsewhere = frozenset(_name(one) for one in images if one["split"] != part)
    return Captions(f"Karpathy's {file.name}, {part}", captions, elsewhere)


def _name(image: dict[str, Any]) -> str:
    return "/".join(str(image[key]) for key in ("filepath", "filename") if image.get(key))
