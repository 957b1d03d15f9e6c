"""Pictures with captions, as people have them in folders."""

import csv
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import accumulate, pairwise
from pathlib import Path

from encoders import SUFFIXES
from evaluation.errors import DatasetError

TRANSLATION = re.compile(r"[\w@]+\.utf8=")  # how the stamps begin a line in another language


@dataclass(frozen=True)
class Dataset:
    """Pictures with their captions, and how many of either lacked the other.

    ``captions[i]`` describe ``pictures[i]``, which the data set calls ``names[i]``; there is at
    least one for each.
    """

    format: str
    names: tuple[str, ...]
    pictures: tuple[Path, ...]
    captions: tuple[tuple[str, ...], ...]
    without_caption: int
    without_picture: int

    @property
    def sha256(self) -> str:
        """One hash over names and captions, to say in a report what was measured."""
        return sha256(repr((self.names, self.captions)).encode()).hexdigest()

    def only(self, places: Sequence[int]) -> "Dataset":
        """The pictures at these places, with their captions."""
        return replace(
            self,
            names=tuple(self.names[place] for place in places),
            pictures=tuple(self.pictures[place] for place in places),
            captions=tuple(self.captions[place] for place in places),
        )


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
        captions = _table(table)
        nested = any("/" in name for name in captions)
        by_name = {_name(one, folder) if nested else one.name: one for one in pictures}
        return _joined("captions.csv", by_name, captions, folder)
    by_name = {_name(one, folder): one for one in pictures}
    texts = {_name(one, folder): _first_line(one) for one in files if one.suffix == ".txt"}
    named = {name[: -len(one.suffix)]: name for name, one in by_name.items()}
    captions = {named.get(name[:-4], name): lines for name, lines in texts.items()}
    return _joined("one .txt beside each picture", by_name, captions, folder)


def split(dataset: Dataset, *sizes: int) -> list[Dataset]:
    """Parts of these sizes, and the rest, by picture, in the order of the SHA-256 of the names.

    The order is as good as random, the same everywhere, and hardly changed by adding a picture.

    Raises:
        DatasetError: the sizes add up to more pictures than there are.
    """
    if sum(sizes) > len(dataset.names):
        raise DatasetError(f"{sum(sizes)} pictures wanted, and there are {len(dataset.names)}")
    places = range(len(dataset.names))
    order = sorted(places, key=lambda place: sha256(dataset.names[place].encode()).digest())
    borders = [*accumulate(sizes, initial=0), len(order)]
    return [dataset.only(order[first:last]) for first, last in pairwise(borders)]


def _name(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix()


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
        tuple(both),
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
    return [line] if line and not TRANSLATION.match(line) else []
