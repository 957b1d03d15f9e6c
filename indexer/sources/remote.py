"""Object storage as a source: whatever fsspec can list and read, as ``s3://bucket/folder``."""

from collections.abc import Iterator
from typing import Any

from fsspec.core import url_to_fs

from indexer.errors import SourceError
from indexer.sources.opened import MAX_BYTES, TOO_LARGE
from indexer.sources.seen import WORDS, SeenFile, number_of, stamp, words_for
from store import Catalog, KnownFile

SEPARATOR = "/"
# What says that a content has changed, the surest first; each kind of storage has some of them.
MARKS = ("ETag", "etag", "md5Hash", "mtime", "LastModified", "last_modified", "updated", "created")


class Remote:
    """Every file below an address; archives in it are not looked into."""

    paths = ()

    def __init__(self, address: str) -> None:
        """Find what can speak to it.

        Raises:
            SourceError: nothing can, or there is nothing at that address.
        """
        try:
            self._system, name = url_to_fs(address)
            found = self._system.exists(name)
        except (ImportError, ValueError) as error:  # fsspec names the package that is missing
            raise SourceError(f"cannot read {address}: {error}") from error
        except Exception as error:  # each storage has errors of its own
            raise SourceError(f"cannot reach {address}: {error}; check the credentials") from error
        if not found:
            raise SourceError(f"{address} does not exist; give an address that holds pictures")
        self._name = name.rstrip(SEPARATOR)
        self.root = self._address(self._name)

    def known(self, catalog: Catalog) -> Iterator[KnownFile]:
        """What the catalog knows below it."""
        return catalog.files_under([self.root], SEPARATOR)

    def seen(self) -> Iterator[SeenFile]:
        """Every file, by path; a folder only where it cannot be listed."""
        yield from self._inside(self._name)

    def _inside(self, folder: str) -> Iterator[SeenFile]:
        try:
            entries = self._system.ls(folder, detail=True, refresh=True)
        except Exception as error:
            place = self._address(folder) + SEPARATOR
            yield SeenFile(place, reason=f"cannot list this folder: {error}")
            return
        named = sorted((_key(entry, folder), entry) for entry in entries if _within(entry, folder))
        words = {key: entry for key, entry in named if key.endswith(WORDS)}
        for key, entry in named:
            if key.endswith(SEPARATOR):
                yield from self._inside(entry["name"].rstrip(SEPARATOR))
            else:
                yield self._look(key, entry, words)

    def _look(self, key: str, entry: dict[str, Any], words: dict[str, Any]) -> SeenFile:
        seen = SeenFile(self._address(entry["name"]), entry["size"] or 0, _mark(entry))
        found = [words[name] for name in words_for(key, words)] if seen.is_picture else []
        paths = tuple(self._address(one["name"]) for one in found)
        return seen._replace(
            beside=paths, sidecars=stamp((one["size"] or 0, _mark(one)) for one in found)
        )

    def _address(self, name: str) -> str:
        return str(self._system.unstrip_protocol(name))


def is_address(path: str) -> bool:
    """Whether it is an address, and not a path of this machine."""
    return "://" in path


def read_remote(address: str, most: int | None) -> bytes:
    """The bytes at an address, at most ``most`` of them.

    Raises:
        OSError: they cannot be read.
    """
    try:
        system, name = url_to_fs(address)
        data = bytes(system.cat_file(name, end=most or MAX_BYTES + 1))
    except OSError:
        raise
    except Exception as error:  # each storage has errors of its own
        raise OSError(str(error)) from error
    if len(data) > MAX_BYTES:
        raise OSError(TOO_LARGE)
    return data


def _within(entry: dict[str, Any], folder: str) -> bool:
    """Whether it is not the marker of the folder itself, which some storages list."""
    return str(entry["name"]).rstrip(SEPARATOR) != folder


def _key(entry: dict[str, Any], folder: str) -> str:
    """Names in the order of the whole paths: a folder sorts with a separator."""
    name = str(entry["name"]).rstrip(SEPARATOR)[len(folder) :].lstrip(SEPARATOR)
    return name + SEPARATOR if entry["type"] == "directory" else name


def _mark(entry: dict[str, Any]) -> int:
    """A number that changes when the content does."""
    marks = [str(entry[mark]) for mark in MARKS if entry.get(mark)]
    return number_of(marks[0]) if marks else 0
