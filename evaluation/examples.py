"""Pictures with a class each, to learn from: files with labels, or pictures that have a tag."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from encoders import SUFFIXES, Embeddings, Encoder, PictureError, Progress
from encoders.classifier import Truths
from encoders.files import Encoded
from encoders.kept import kept_pictures
from evaluation.errors import DatasetError
from store import Collection, tagged_pictures

Labelled = tuple[Path, str]
"""A picture file and its class."""


@dataclass(frozen=True)
class Examples:
    """Embeddings ``(n, dim)``, each picture once, and the places of their classes among ``names``.

    ``files`` are where they lie, and ``stored`` of them are the collection's own. ``repeated``
    files show a picture that another shows too; ``ambiguous`` pictures lie in several classes, and
    were left out.
    """

    names: tuple[str, ...]
    rows: Embeddings
    truths: Truths
    stored: int
    repeated: int = 0
    ambiguous: int = 0
    failures: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()

    def only(self, places: NDArray[np.int64]) -> "Examples":
        """The examples at these places; classes without any go."""
        left, truths = np.unique(self.truths[places], return_inverse=True)
        names = tuple(self.names[one] for one in left)
        files = tuple(self.files[one] for one in places) if self.files else ()
        return replace(self, names=names, rows=self.rows[places], truths=truths, files=files)

    def distinct(self, cosine: float) -> NDArray[np.int64]:
        """The places of the examples that no earlier one comes as close to as ``cosine``.

        Of near-duplicates one is left, so they cannot stand on both sides of a split.
        """
        kept: list[int] = []
        held = np.empty_like(self.rows)
        for place, row in enumerate(self.rows):
            if not (held[: len(kept)] @ row >= cosine).any():
                held[len(kept)] = row
                kept.append(place)
        return np.array(kept, dtype=np.int64)


def read_labelled(source: Path) -> list[Labelled]:
    """A folder with a folder for each class, or a CSV with the columns image,label.

    Raises:
        DatasetError: it is neither.
    """
    found = _of_classes(source) if source.is_dir() else _of_table(source)
    if len({label for _, label in found}) < 2:
        raise DatasetError(
            f"{source} has fewer than two classes; give a folder with a folder of pictures for "
            "each class, or a CSV with the columns image,label"
        )
    return found


def examples_of_files(
    encoder: Encoder,
    labelled: Sequence[Labelled],
    collection: Collection | None = None,
    progress: Progress = lambda *_: None,
) -> Examples:
    """Examples from files, in the order of the SHA-256 of their contents.

    Pictures that the collection holds are not opened: their stored embeddings serve.

    Raises:
        OSError: a file cannot be read.
        PictureError: not one of the pictures that have to be opened can be.
    """
    seen = _contents(labelled)
    clear = {content: seen[content] for content in sorted(seen) if len(seen[content].labels) == 1}
    rows = _stored(collection, clear) if collection else {}
    new = [content for content in clear if content not in rows]
    stored, failures = len(rows), []
    if new:
        files = [clear[content].file for content in new]
        encoded = _encoded(files, encoder, progress, required=not rows)
        failures = encoded.failures
        rows |= {new[at]: row for at, row in zip(encoded.places, encoded.rows, strict=True)}
    opened = [content for content in clear if content in rows]
    labels = [next(iter(clear[content].labels)) for content in opened]
    return Examples(
        names := tuple(sorted(set(labels))),
        np.stack([rows[content] for content in opened]),
        np.array([names.index(label) for label in labels], dtype=np.int64),
        stored=stored,
        repeated=len(labelled) - len(seen),
        ambiguous=len(seen) - len(clear),
        failures=tuple(failures),
        files=tuple(str(clear[content].file.resolve()) for content in opened),
    )


def examples_of_tags(collection: Collection, names: Sequence[str]) -> Examples:
    """The pictures of the collection that people or files gave exactly one of these tags.

    Raises:
        DatasetError: no picture has one of them.
    """
    with collection.catalog.reading() as connection:
        tagged = tagged_pictures(connection, names)
    classes: dict[int, list[str]] = {}
    for picture, name in tagged:
        classes.setdefault(picture, []).append(name)
    clear = {picture: own[0] for picture, own in classes.items() if len(own) == 1}
    rows = _rows(collection, clear)
    if not rows:
        raise DatasetError(f"no picture has only one of the tags {', '.join(names)}")
    with collection.snapshot() as snapshot:
        files = snapshot.pictures(list(rows))
    return Examples(
        tuple(names),
        np.stack(list(rows.values())),
        np.array([names.index(clear[picture]) for picture in rows], dtype=np.int64),
        stored=len(rows),
        ambiguous=sum(len(own) > 1 for own in classes.values()),
        files=tuple(files[picture].files[0] for picture in rows),
    )


def _encoded(
    files: Sequence[Path], encoder: Encoder, progress: Progress, *, required: bool
) -> Encoded:
    try:
        return kept_pictures(files, encoder, encoder.encode_images, progress)
    except PictureError as error:
        if required:
            raise
        nothing = np.empty((0, encoder.identity.dim), dtype=np.float32)
        return Encoded(nothing, [], [(str(file), str(error)) for file in files])


class _Content(NamedTuple):
    file: Path
    labels: set[str]


def _contents(labelled: Sequence[Labelled]) -> dict[str, _Content]:
    """What lies in the files, by SHA-256: the first such file, and every class it lies in."""
    found: dict[str, _Content] = {}
    for file, label in labelled:
        with file.open("rb") as stream:
            content = file_digest(stream, "sha256").hexdigest()
        found.setdefault(content, _Content(file, set())).labels.add(label)
    return found


def _stored(collection: Collection, contents: Iterable[str]) -> dict[str, Embeddings]:
    ids = collection.catalog.pictures(contents)
    rows = _rows(collection, ids.values())
    return {content: rows[number] for content, number in ids.items() if number in rows}


def _rows(collection: Collection, pictures: Iterable[int]) -> dict[int, Embeddings]:
    """The stored embedding ``(dim,)`` of each of these pictures that has one."""
    with collection.snapshot() as snapshot:
        found = ((picture, snapshot.embedding(picture)) for picture in pictures)
        return {picture: row[0] for picture, row in found if row is not None}


def _of_classes(folder: Path) -> list[Labelled]:
    files = (file for file in sorted(folder.rglob("*")) if file.suffix.lower() in SUFFIXES)
    inside = (file.relative_to(folder) for file in files)
    return [(folder / name, name.parts[0]) for name in inside if len(name.parts) > 1]


def _of_table(table: Path) -> list[Labelled]:
    try:
        with table.open(newline="", encoding="utf-8-sig") as stream:
            rows = [(row.get("image"), row.get("label")) for row in csv.DictReader(stream)]
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetError(f"cannot read {table}: {error}") from error
    return [(table.parent / image, label) for image, label in rows if image and label]
