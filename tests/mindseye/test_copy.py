"""`mindseye copy`, really run: what it prints, and what a kill at any instant leaves behind."""

import shutil
import signal
from pathlib import Path

import numpy as np
import pytest

from store import Collection, NoCollectionError
from tests.conftest import paint_picture
from tests.mindseye.forks import Forks
from tests.store.test_collection import another_writer

KILLS = 8
MOST_KILLS = 60  # until one of them came while it copied, which is soon done


@pytest.fixture(scope="module")
def place(forks: Forks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of nine pictures."""
    folder = tmp_path_factory.mktemp("copied")
    for number in range(9):
        paint_picture(folder / "photos" / f"{number}.png", (25 * number, 250 - 20 * number, 9))
    words = ("index", folder / "photos", "--encoder", "colours:tiny")
    assert forks.run(*words, "--collection", folder / "collection").code == 0
    return folder / "collection"


def test_the_proof_is_printed_and_the_copy_is_sound(
    forks: Forks, place: Path, tmp_path: Path
) -> None:
    ran = forks.run("copy", place, tmp_path / "to")
    assert ran.code == 0, ran.err
    first, *lines = ran.out.splitlines()
    assert first == f"copied {place} to {tmp_path / 'to'}"
    assert {line.split()[-1] for line in lines} == {"same"}
    assert [line.split()[:2] for line in lines if line.startswith(("file", "embed"))] == [
        ["file", "9"],
        ["embeddings.f32", "144"],
    ]
    assert lines[-1].split()[:4] == ["top", "10", "100", "sentences"]
    assert forks.run("doctor", "--collection", tmp_path / "to").code == 0
    assert forks.run("copy", place, tmp_path / "to").code == 1


def test_stored_pictures_ask_where_the_encoder_cannot_be_had(
    forks: Forks, place: Path, tmp_path: Path
) -> None:
    lost = shutil.copytree(place, tmp_path / "lost")
    collection = Collection(lost)
    collection.catalog.set(encoder=collection.encoder | {"name": "nobody knows it"})
    collection.close()
    ran = forks.run("copy", lost, tmp_path / "to")
    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[-1].split()[:4] == ["top", "10", "9", "pictures"]


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [("milvus://127.0.0.1:1/photos", 1, "start the server"), ("milvus:photos", 2, "milvus://")],
)
def test_nothing_is_copied_if_the_index_has_no_place(
    address: str, code: int, said: str, forks: Forks, place: Path, tmp_path: Path
) -> None:
    ran = forks.run("copy", place, tmp_path / "to", "--vectors", address)
    assert (ran.code, said in ran.err) == (code, True), ran.err
    assert not (tmp_path / "to").exists()


def test_another_writer_is_not_copied_under(forks: Forks, place: Path, tmp_path: Path) -> None:
    with another_writer(place):
        ran = forks.run("copy", place, tmp_path / "to")
    assert ran.code == 1
    assert "is being written by process" in ran.err
    assert not (tmp_path / "to").exists()


def test_a_kill_at_any_instant_leaves_a_whole_copy_or_none(
    forks: Forks, place: Path, tmp_path: Path
) -> None:
    seconds = forks.run("copy", place, tmp_path / "whole").seconds
    instants = np.random.default_rng(8)
    unfinished = number = 0
    while number < KILLS or (not unfinished and number < MOST_KILLS):
        number += 1
        to = tmp_path / str(number)
        killed = forks.run("copy", place, to, after=instants.uniform(0.2, 1) * seconds)
        assert killed.code in (-signal.SIGKILL, 0)
        if killed.code == 0:
            seconds = killed.seconds  # the machine is faster by now
        try:
            made = Collection(to)
        except NoCollectionError:
            unfinished += to.exists()
            assert forks.run("copy", place, to).code == 0
            made = Collection(to)
        assert len(made.catalog.living()[0]) == 9
        made.close()
        assert forks.run("doctor", "--collection", to).code == 0
    assert unfinished
