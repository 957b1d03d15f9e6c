"""What compressed tars hold, kept in the cache: who is unchanged is not unpacked to be listed."""

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from encoders.cache import cache_dir
from indexer.sources.opened import Member


def facts_of(path: str) -> list[int]:
    """Size, time of change and inode, by which an archive is known to be unchanged."""
    facts = Path(path).stat()
    return [facts.st_size, facts.st_mtime_ns, facts.st_ino]


def kept_listing(path: str, facts: Sequence[int]) -> list[Member] | None:
    """The members that were kept when the archive had the same facts; else ``None``."""
    try:
        kept = json.loads(_place(path).read_text(encoding="ascii"))
        members = [Member(*one) for one in kept["members"]]
        return members if kept["facts"] == facts else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_listing(path: str, facts: Sequence[int], members: Sequence[Member]) -> None:
    """Keep the members that it has with these facts; where there is no room, nothing is kept."""
    place = _place(path)
    scratch = place.with_suffix(f".{os.getpid()}")
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        listing = {"facts": facts, "members": members}
        scratch.write_text(json.dumps(listing), encoding="ascii")
        scratch.replace(place)


def _place(path: str) -> Path:
    name = hashlib.sha256(os.fsencode(path)).hexdigest()
    return cache_dir() / "archives" / f"{name}.json"
