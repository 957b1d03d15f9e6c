"""Recipes of corpora, and what happens when a package is not what its recipe says."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from evaluation import CorpusError, fetch, recipes

PACKAGE = "tuxpaint-stamps-default"


def test_every_recipe_names_its_package_folder_licence_and_checksums() -> None:
    assert "stamps" in recipes()
    for name, recipe in recipes().items():
        assert recipe.name == name
        assert all((recipe.description, recipe.packages, recipe.folder, recipe.licence))
        assert not Path(recipe.folder).is_absolute()
        for checksums in recipe.packages.values():
            assert all(len(bytes.fromhex(checksum)) == 32 for checksum in checksums.values())


def test_an_unknown_corpus_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"'atlantis'; there are: .*stamps"):
        fetch("atlantis", tmp_path, print)


def test_a_system_without_apt_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CorpusError, match="a Debian package, and this system has no apt-get"):
        fetch("stamps", tmp_path, print)


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mirror that hands out whatever package lies in a folder."""
    if shutil.which("dpkg-deb") is None:
        pytest.skip("packages are built with dpkg-deb, and this system has none")
    place = tmp_path / "mirror"
    place.mkdir()
    (place / "apt-get").write_text(f"#!/bin/sh\ncp {place}/*.deb . || exit 100\n")
    (place / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(place), prepend=os.pathsep)
    return place


def build(mirror: Path, version: str) -> None:
    root = mirror / "root"
    stamps = root / recipes()["stamps"].folder
    stamps.mkdir(parents=True)
    (stamps / "whale.txt").write_text("A whale.\n")
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN" / "control").write_text(
        f"Package: {PACKAGE}\nVersion: {version}\nArchitecture: all\n"
        "Maintainer: Nobody <nobody@example.org>\nDescription: stamps\n"
    )
    package = str(mirror / f"{PACKAGE}_{version}_all.deb")
    command = ["dpkg-deb", "--build", "--root-owner-group", str(root), package]
    subprocess.run(command, check=True, capture_output=True)


def test_a_package_with_another_checksum_is_refused_and_not_kept(
    mirror: Path, tmp_path: Path
) -> None:
    version = next(iter(recipes()["stamps"].packages[PACKAGE]))
    build(mirror, version)
    message = f"{PACKAGE} {version} has the checksum [0-9a-f]{{64}}, not .*; nothing was kept"
    with pytest.raises(CorpusError, match=message):
        fetch("stamps", tmp_path / "cache", print)
    assert list((tmp_path / "cache").rglob("*.*")) == []


def test_a_package_of_a_version_not_tested_is_unpacked_once_and_said_to_be(
    mirror: Path, tmp_path: Path
) -> None:
    build(mirror, "9999-1")
    said: list[str] = []
    folder = fetch("stamps", tmp_path / "cache", said.append)
    assert (folder / "whale.txt").read_text() == "A whale.\n"
    assert any("9999-1 is not one that mindseye was tested with" in line for line in said)
    next(mirror.glob("*.deb")).unlink()
    assert fetch("stamps", tmp_path / "cache", said.append) == folder
    assert "licence: " in said[-1]


def test_a_mirror_that_has_nothing_is_reported_with_its_command(
    mirror: Path, tmp_path: Path
) -> None:
    assert not list(mirror.glob("*.deb"))
    with pytest.raises(CorpusError, match=r"apt-get .* failed: "):
        fetch("stamps", tmp_path / "cache", print)
    assert not (tmp_path / "cache" / "corpora" / "stamps").exists()
