"""What is known of models that were loaded here before, so that nobody loads them to ask."""

import hashlib
import json
import logging
import os
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from encoders.cache import cache_dir
from encoders.protocol import Identity

log = logging.getLogger(__name__)

PREFIX = "open_clip:"


class Facts(NamedTuple):
    """What a model says of itself; ``scale`` is its learned temperature."""

    identity: Identity
    scale: float

    @property
    def anonymous(self) -> str:
        """The fingerprint of the identity, whatever its name."""
        return replace(self.identity, name="").fingerprint


def known(name: str) -> Facts | None:
    """What was kept of this model, if its files and open_clip are as they were then."""
    try:
        kept = json.loads(_place(name).read_text(encoding="utf-8"))
        if kept["made_of"] != _made_of(name):
            return None
        return Facts(Identity(**kept["identity"]), float(kept["scale"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(name: str, facts: Facts) -> None:
    """Keep this of a model in a directory or a checkpoint; of others nothing is kept."""
    if not _files(name):
        return
    kept = {"made_of": _made_of(name), "identity": asdict(facts.identity), "scale": facts.scale}
    place = _place(name)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        scratch = place.with_suffix(f".{os.getpid()}")
        scratch.write_text(json.dumps(kept), encoding="utf-8")
        scratch.replace(place)
    except OSError as error:  # it saves time and nothing else
        log.warning("cannot keep what is known of %s: %s", name, error)


def _files(name: str) -> list[Path]:
    """All files of a directory, or the checkpoint behind ``@``; none for published models."""
    rest = name.removeprefix(PREFIX)
    if Path(rest).is_dir():
        return sorted(file for file in Path(rest).resolve().iterdir() if file.is_file())
    file = Path(rest.partition("@")[2])
    return [file.resolve()] if file.is_file() else []


def _made_of(name: str) -> list[object]:
    """What decides what a model is: its files by size and time, and the version of open_clip."""
    facts = [(str(file), file.stat()) for file in _files(name)]
    state = [[file, one.st_size, one.st_mtime_ns] for file, one in facts]
    return [version("open_clip_torch"), *state]


def _place(name: str) -> Path:
    """One for each architecture and place of its files, however that is written."""
    rest = name.removeprefix(PREFIX)
    model = "" if Path(rest).is_dir() else rest.partition("@")[0]
    files = _files(name)
    where = str(files[0].parent if not model else files[0]) if files else ""
    digest = hashlib.sha256(f"{model}@{where}".encode()).hexdigest()
    return cache_dir() / "open_clip" / "known" / f"{digest[:24]}.json"
