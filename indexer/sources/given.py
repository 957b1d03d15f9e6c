"""From what somebody names to sources: each file belongs to exactly one of them."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Protocol

from indexer.errors import SourceError
from indexer.sources.archive import Archive, is_archive
from indexer.sources.folder import Folder, look, with_words
from indexer.sources.remote import Remote, is_address
from indexer.sources.seen import MISSING, WORDS, SeenFile, storable
from store import Catalog, KnownFile

STANDARD_INPUT = "-"
PATHS_AT_ONCE = 500


class Source(Protocol):
    """Files that are there, and files that the catalog knows, both in the order of their paths."""

    @property
    def root(self) -> str | None:
        """The folder or archive; ``None`` for files that were named one by one."""
        ...

    @property
    def paths(self) -> Sequence[str]:
        """What was named on this machine, where changes can be watched: the root, or files."""
        ...

    def seen(self) -> Iterator[SeenFile]:
        """Every file, and folders that cannot be listed."""
        ...

    def known(self, catalog: Catalog) -> Iterator[KnownFile]:
        """What the catalog has in its place; what of it is not seen is gone."""
        ...


class Files:
    """Single files, named one by one; a path that is not there any more is removed."""

    root = None

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths = sorted(set(paths))

    def seen(self) -> Iterator[SeenFile]:
        """Each of them as it is now."""
        for path in self.paths:
            if not os.path.lexists(path):
                yield SeenFile(path, reason=MISSING)
            elif seen := look(path):
                yield with_words(seen, _beside(path)) if seen.is_picture else seen

    def known(self, catalog: Catalog) -> Iterator[KnownFile]:
        """Those of them that the catalog knows."""
        paths = iter(self.paths)
        while some := list(islice(paths, PATHS_AT_ONCE)):
            yield from catalog.files_at([path for path in some if storable(path)])


def sources(given: Iterable[Path | str | Source]) -> list[Source]:
    """Folders, archives, files and addresses (``s3://…``) as sources.

    ``-`` stands for a list of paths on standard input.

    What lies within another source is left to that one.

    Raises:
        SourceError: a path does not exist, or cannot hold pictures.
    """
    ready: list[Source] = []
    roots: set[str] = set()
    files: list[str] = []
    for one in given:
        if isinstance(one, str) and is_address(one):
            ready.append(Remote(one))
            continue
        if not isinstance(one, str | Path):
            ready.append(one)
            continue
        for path, listed in _listed(Path(one)):
            real = _real(path, listed)
            (roots.add if _holds_files(real) else files.append)(real)
    outer = sorted(root for root in roots if not _inside(root, roots))
    alone = [path for path in files if not _inside(path, roots)]
    ready += [Folder(root) if Path(root).is_dir() else Archive(root) for root in outer]
    return [*ready, Files(alone)] if alone else ready


def roots(places: Iterable[Source]) -> tuple[str, ...]:
    """What has to be seen by whoever reads the files: folders, archives and addresses."""
    found: dict[str, None] = {}
    for place in places:
        alone = (os.path.dirname(path) for path in place.paths)  # noqa: PTH120  (there may be many)
        found.update(dict.fromkeys([place.root] if place.root else alone))
    return tuple(found)


def sources_of(paths: Iterable[str]) -> list[Source]:
    """Where files lie that the catalog knows: archives as a whole, others one by one."""
    places: set[str] = set()
    files: list[str] = []
    for path in paths:
        if is_address(path):
            places.add(path.rstrip("/").rpartition("/")[0])
        elif path.endswith(os.sep) and os.path.exists(path):  # noqa: PTH110
            places.add(path)  # a folder or an archive that could not be looked into
        elif archive := next((str(one) for one in Path(path).parents if _is_archive(one)), None):
            places.add(archive)
        else:
            files.append(path)
    found = sources(sorted(places))
    return [*found, Files(files)] if files else found


def _is_archive(path: Path) -> bool:
    return is_archive(str(path)) and path.is_file()


def _listed(one: Path) -> Iterator[tuple[Path, bool]]:
    """The path itself, or those on standard input: one a line, or as `find -print0` ends them."""
    if str(one) != STANDARD_INPUT:
        yield one, False
        return
    data = sys.stdin.buffer.read()
    for line in data.split(b"\0" if b"\0" in data else b"\n"):
        if line.strip():
            yield Path(os.fsdecode(line.removesuffix(b"\r"))), True


def _real(path: Path, listed: bool) -> str:
    """The absolute path; a link to a file stays itself, a link to a folder is that folder."""
    if not listed and not path.exists():
        raise SourceError(
            f"{path} does not exist; give folders that hold pictures, archives, or files"
        )
    if not listed and not (path.is_dir() or path.is_file()):
        raise SourceError(f"{path} is neither a folder nor a file; give folders that hold pictures")
    found = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
    if not listed and not storable(str(found)):
        raise SourceError(f"{path} has a name that is not valid UTF-8; rename it")
    return str(found)


def _holds_files(path: str) -> bool:
    """Whether it is a folder or an archive."""
    return os.path.isdir(path) or (is_archive(path) and os.path.isfile(path))  # noqa: PTH112, PTH113


def _inside(path: str, roots: set[str]) -> bool:
    return any(str(parent) in roots for parent in Path(path).parents)


def _beside(path: str) -> dict[str, str]:
    """The files with words that there may be beside it, by name."""
    folder, name = os.path.split(path)
    stems = (os.path.splitext(name)[0], name)  # noqa: PTH122
    names = [stem + end for stem in stems for end in WORDS]
    places = {one: os.path.join(folder, one) for one in names}  # noqa: PTH118
    return {one: place for one, place in places.items() if os.path.isfile(place)}  # noqa: PTH113
