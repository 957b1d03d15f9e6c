"""Pictures with captions, as people have them in folders."""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from encoders import SUFFIXES
from evaluation.errors import DatasetError


@dataclass(frozen=True)
class Dataset:
    """Pictures with their captions, and how many of either lacked the other.

    ``captions[i]`` describe ``pictures[i]``; there is at least one for each.
    """

    format: str
    pictures: tuple[Path, ...]
    captions: tuple[tuple[str, ...], ...]
    without_caption: int
    without_picture: int


def read_dataset(folder: Path) -> Dataset:
    """Recognise and read ``captions.csv`` (``image,caption``) or one ``.txt`` beside each picture.

    Of a ``.txt`` only the first line counts: the stamps keep translations in the others.

    Raises:
        DatasetError: there is neither.
    """
    if not folder.is_dir():
        raise DatasetError(f"{folder} is not a folder; give one with pictures and captions")
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    pictures = [file for file in files if file.suffix.lower() in SUFFIXES]
    table = folder / "captions.csv"
    if table.exists():
        return _joined("captions.csv", {one.name: one for one in pictures}, _table(table), folder)
    texts = {str(one.with_suffix("")): _first_line(one) for one in files if one.suffix == ".txt"}
    by_stem = {str(one.with_suffix("")): one for one in pictures}
    return _joined("one .txt beside each picture", by_stem, texts, folder)


def _joined(
    form: str, pictures: Mapping[str, Path], captions: Mapping[str, Sequence[str]], folder: Path
) -> Dataset:
    both = sorted(pictures.keys() & {name for name, lines in captions.items() if lines})
    if not both:
        raise DatasetError(
            f"no captions in {folder}; expected captions.csv with the columns image,caption, or a "
            ".txt beside each picture"
        )
    return Dataset(
        form,
        tuple(pictures[name] for name in both),
        tuple(tuple(captions[name]) for name in both),
        without_caption=len(pictures) - len(both),
        without_picture=len(captions.keys() - pictures.keys()),
    )


def _table(file: Path) -> dict[str, list[str]]:
    captions: dict[str, list[str]] = defaultdict(list)
    # Spreadsheets begin UTF-8 with a byte order mark; "utf-8-sig" reads it with and without.
    with file.open(newline="", encoding="utf-8-sig", errors="replace") as stream:
        rows = csv.DictReader(stream)
        if not {"image", "caption"} <= set(rows.fieldnames or ()):
            raise DatasetError(f"{file} lacks the columns image,caption in its first line")
        for row in rows:
            caption = (row["caption"] or "").strip()
            if caption:
                captions[row["image"]].append(caption)
    return captions


def _first_line(file: Path) -> list[str]:
    with file.open(encoding="utf-8", errors="replace") as stream:
        line = stream.readline().strip()
    return [line] if line else []
