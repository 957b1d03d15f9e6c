"""Captioned pictures in the formats that people have; which one it is, is recognised and said."""

from collections.abc import Callable
from pathlib import Path

from evaluation.dataset import Dataset
from evaluation.errors import DatasetError
from evaluation.formats import coco, sidecar, tables
from evaluation.formats.folder import Captions, Folder
from evaluation.formats.shards import unpacked
from store import many

EXPECTED = (
    "expected captions.csv with the columns image,caption (or .tsv, .txt, .parquet), a .txt beside "
    "each picture, JSON of COCO or Karpathy, webdataset shards, or a folder for each class"
)


def read_dataset(source: Path, *, part: str | None = None, language: str | None = None) -> Dataset:
    """Recognise and read captioned pictures: a folder, or the file in it that has the captions.

    ``part`` is the split of a Karpathy JSON (``test`` unless told otherwise); ``language`` is that
    of the lines ``LANGUAGE.utf8=…`` in the ``.txt`` beside each picture, as the stamps have them.

    Raises:
        DatasetError: no captions are there, or none for this part or language.
    """
    if source.is_dir():
        return _of_folder(source, part, language)
    if not source.is_file():
        raise DatasetError(f"{source} is not a folder; give one with pictures and captions")
    _one_language(source.name, language)
    folder = Folder(source.parent.parent if source.parent.name == "annotations" else source.parent)
    return _checked(folder, _reader(source)(source, part))


def read_classes(folder: Path) -> Dataset:
    """Pictures in a folder for each class; labels are the names of the folders.

    Raises:
        DatasetError: there are fewer than two folders with pictures.
    """
    found = _classes(Folder(folder))
    if found is None:
        raise DatasetError(f"{folder} has fewer than two folders with pictures, one for each class")
    return found


def _of_folder(place: Path, part: str | None, language: str | None) -> Dataset:
    folder = Folder(place)
    files = coco.candidates(place) or tables.candidates(folder)
    if len(files) > 1:
        names = ", ".join(str(file.relative_to(place)) for file in files)
        raise DatasetError(f"{place} has several files of captions; give one of them: {names}")
    if files:
        _one_language(files[0].name, language)
        return _checked(folder, _reader(files[0])(files[0], part))
    shards = folder.ending(".tar")
    if shards:
        folder = Folder(unpacked(shards))
    captions = sidecar.read(folder, language)
    classes = None if any(captions.by_name.values()) or shards or language else _classes(folder)
    if classes:
        return classes
    if shards:
        captions = captions.called(f"webdataset, {many(len(shards), 'shard')}: {captions.format}")
    return _checked(folder, captions)


def _reader(file: Path) -> Callable[[Path, str | None], Captions]:
    if file.suffix == ".json":
        return coco.read
    return lambda table, _: tables.read(table)


def _one_language(name: str, language: str | None) -> None:
    if language:
        raise DatasetError(f"{name} has no languages; only the .txt beside a picture can have some")


def _checked(folder: Folder, captions: Captions) -> Dataset:
    found = folder.joined(captions)
    if found.names:
        return found
    lost = [name for name in found.captions_without_picture if captions.by_name[name]]
    if lost:
        raise DatasetError(
            f"{captions.format}: not one of its pictures is in {folder.place}, "
            f"as {', '.join(lost[:3])}; the names must be paths below this folder"
        )
    raise DatasetError(f"no captions in {folder.place}; {EXPECTED}")


def _classes(folder: Folder) -> Dataset | None:
    names = [name for name in folder.pictures if "/" in name]
    labels = tuple(name.split("/")[0] for name in names)
    if len(set(labels)) < 2:
        return None
    return Dataset(
        f"a folder for each of {len(set(labels))} classes",
        tuple(names),
        tuple(folder.pictures[name] for name in names),
        tuple((label.replace("_", " "),) for label in labels),
        pictures_without_caption=tuple(name for name in folder.pictures if "/" not in name),
        labels=labels,
    )


__all__ = ["read_classes", "read_dataset"]
