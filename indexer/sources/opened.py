"""Archives that are open: their members and the bytes of each; nothing is unpacked by name."""

import os
import shutil
import tarfile
import tempfile
import threading
import zipfile
from abc import ABC, abstractmethod
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import IO, NamedTuple

from indexer.errors import ArchiveError

MAX_BYTES = 1 << 30  # of one file; the largest picture of `encoders.picture` fits, uncompressed
TOO_LARGE = f"larger than {MAX_BYTES >> 20} MB"
COPIED_AT_ONCE = 1 << 20
_PACKED = {b"\x1f\x8b": "gzip", b"BZ": "bzip2", b"\xfd7": "xz", b"\x28\xb5": "zstd"}


class Member(NamedTuple):
    """A file within an archive; ``mtime_ns`` changes when it does."""

    name: str
    size: int
    mtime_ns: int
    reason: str | None = None


class OpenedArchive(ABC):
    """The list of members, and reading them one at a time, from any thread.

    ``trouble`` is why the list may not be whole.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.members: dict[str, Member] = {}
        self.trouble: str | None = None
        self._lock = threading.Lock()

    def read(self, name: str) -> bytes:
        """The bytes of the member.

        Raises:
            ArchiveError: there is none of that name, or it is damaged or too large.
        """
        member = self.members.get(name)
        if member is None or member.size > MAX_BYTES:
            raise ArchiveError(f"{name} is not in {self.path}, or too large")
        try:
            with self._lock:
                return self._read(name)
        except Exception as error:  # damaged archives make their readers raise nearly anything
            raise ArchiveError(f"damaged in its archive: {_reason(error)}") from error

    @abstractmethod
    def _read(self, name: str) -> bytes: ...

    @abstractmethod
    def close(self) -> None:
        """Let go of the file."""

    def __del__(self) -> None:  # when nobody reads from it any more
        with suppress(AttributeError):  # it could not be opened
            self.close()


class OpenedZip(OpenedArchive):
    """A zip file."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except Exception as error:
            raise ArchiveError(_reason(error)) from error
        for info in self._zip.infolist():
            if not info.is_dir():
                reason = "encrypted; unpack the archive" if info.flag_bits & 1 else None
                member = Member(info.filename, info.file_size, _zip_time(info), reason)
                self.members[info.filename] = _checked(member)

    def _read(self, name: str) -> bytes:
        return self._zip.read(name)

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()


class OpenedTar(OpenedArchive):
    """A tar file; a compressed one is unpacked into a scratch file to be read in any order.

    A change of the archive counts as one of every member: the times within say little.
    """

    def __init__(self, path: str, mtime_ns: int) -> None:
        super().__init__(path)
        self._infos: dict[str, tarfile.TarInfo] = {}
        try:
            self._stream = _plain(path)
            self._tar = tarfile.open(fileobj=self._stream, mode="r:")  # noqa: SIM115
            for info in self._tar:
                if info.isreg():
                    self._infos[info.name] = info
                    self.members[info.name] = _checked(Member(info.name, info.size, mtime_ns))
        except Exception as error:
            if not self.members:
                raise ArchiveError(_reason(error)) from error
            self.trouble = _reason(error)

    def _read(self, name: str) -> bytes:
        stream = self._tar.extractfile(self._infos[name])
        data = stream.read() if stream else b""
        if len(data) != self.members[name].size:
            raise EOFError("the archive ends within this member")
        return data

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()


def _plain(path: str) -> IO[bytes]:
    """The tar itself, or what a compressed one holds, in a scratch file without a name."""
    stream = open(path, "rb")  # noqa: PTH123, SIM115  (it stays open as long as the archive)
    packed = _PACKED.get(stream.read(2))
    stream.seek(0)
    if packed is None:
        return stream
    if packed == "zstd":
        raise ArchiveError("compressed with zstd; unpack it")
    with stream, _unpacking(packed, stream) as source:
        scratch = tempfile.TemporaryFile()  # noqa: SIM115
        room = shutil.disk_usage(tempfile.gettempdir()).free // 2
        while block := source.read(COPIED_AT_ONCE):
            if scratch.tell() > room:
                raise ArchiveError(f"unpacks to more than {room >> 30} GB; unpack it yourself")
            scratch.write(block)
    scratch.seek(0)
    return scratch


def _unpacking(packed: str, stream: IO[bytes]) -> IO[bytes]:
    import bz2
    import gzip
    import lzma

    ways = {"gzip": gzip.open, "bzip2": bz2.open, "xz": lzma.open}
    return ways[packed](stream)  # type: ignore[operator, no-any-return]


def _zip_time(info: zipfile.ZipInfo) -> int:
    """Its date, with its checksum for the digits below a second: zip knows no finer time."""
    try:
        seconds = int(datetime(*info.date_time, tzinfo=UTC).timestamp())
    except ValueError:  # the 0th of the 0th month
        seconds = 0
    return seconds * 10**9 + info.CRC % 10**9


def _checked(member: Member) -> Member:
    """With a reason where the name points somewhere else than into the archive."""
    parts = PurePosixPath(member.name).parts
    if member.name.startswith(("/", os.sep)) or ".." in parts or "\0" in member.name:
        return member._replace(reason="its name leads out of its archive")
    return member


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
