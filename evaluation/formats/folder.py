"""A folder's files, looked at once, and captions joined with the pictures among them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from encoders import SUFFIXES
from evaluation.dataset import Dataset
from evaluation.errors import DatasetError


@dataclass(frozen=True)
class Captions:
    """Captions by the name of their picture, and the pictures of other parts, left out of this."""

    format: str
    by_name: Mapping[str, Sequence[str]]
    elsewhere: frozenset[str] = frozenset()

    def called(self, form: str) -> "Captions":
        """The same under another name of the format."""
        return replace(self, format=form)


class Folder:
    """All files below a folder; pictures by their path below it, with ``/`` between the parts."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.files = [file for file in sorted(place.rglob("*")) if file.is_file()]
        self.pictures = {
            self.name(file): file for file in self.files if file.suffix.lower() in SUFFIXES
        }

    def name(self, file: Path) -> str:
        """The path of a file below this folder."""
        return file.relative_to(self.place).as_posix()

    def ending(self, suffix: str) -> list[Path]:
        """The files whose names end so."""
        return [file for file in self.files if file.suffix == suffix]

    def joined(self, captions: Captions) -> Dataset:
        """Pictures and captions together, in the order of the names that the captions use.

        Raises:
            DatasetError: a name fits more than one picture.
        """
        places = {name: self._find(name) for name in sorted(captions.by_name)}
        names = [name for name, at in places.items() if at and captions.by_name[name]]
        used = {places[name] for name in names} | {self._find(one) for one in captions.elsewhere}
        return Dataset(
            captions.format,
            tuple(names),
            tuple(self.pictures[str(places[name])] for name in names),
            tuple(tuple(captions.by_name[name]) for name in names),
            pictures_without_caption=tuple(name for name in self.pictures if name not in used),
            captions_without_picture=tuple(name for name, at in places.items() if not at),
        )

    def _find(self, name: str) -> str | None:
        """The picture of that path, or of a path that ends so."""
        if name in self.pictures:
            return name
        wanted = name.removeprefix("./")
        ends = [
            one for one in self._by_last[wanted.split("/")[-1]] if f"/{one}".endswith("/" + wanted)
        ]
        if len(ends) > 1:
            raise DatasetError(
                f"{name} fits several pictures in {self.place}: {', '.join(ends[:3])}; "
                "write their folders into the captions too"
            )
        return ends[0] if ends else None

    @cached_property
    def _by_last(self) -> defaultdict[str, list[str]]:
        found = defaultdict(list)
        for name in self.pictures:
            found[name.split("/")[-1]].append(name)
        return found
