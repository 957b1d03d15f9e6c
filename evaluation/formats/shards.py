"""Webdataset shards: tar files of pictures and captions, unpacked into the cache."""

import hashlib
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from encoders import SUFFIXES
from encoders.cache import cache_dir
from evaluation.errors import DatasetError

KEPT = {*SUFFIXES, ".txt", ".json"}


def unpacked(shards: Sequence[Path]) -> Path:
    """The folder in the cache with the pictures and captions of these shards, a folder for each.

    Raises:
        DatasetError: one is damaged, or wants to write outside its folder.
    """
    stats = [f"{one} {one.stat().st_size} {one.stat().st_mtime_ns}" for one in shards]
    place = cache_dir() / "shards" / hashlib.sha256("\n".join(stats).encode()).hexdigest()[:24]
    if place.exists():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
        whole = Path(scratch) / "whole"
        for number, shard in enumerate(shards):
            _unpack(shard, whole / f"{number:05} {shard.stem}")
        whole.rename(place)
    return place


def _unpack(shard: Path, folder: Path) -> None:
    try:
        with tarfile.open(shard) as tar:
            wanted = [one for one in tar if one.isfile() and Path(one.name).suffix.lower() in KEPT]
            tar.extractall(folder, wanted, filter="data")
    except (tarfile.TarError, EOFError) as error:
        raise DatasetError(f"{shard} cannot be unpacked: {error}") from error
