"""From an empty machine to answers: the whole stamps once, and a run that was killed."""

import time
from pathlib import Path

import numpy as np
import pytest

from encoders import Embeddings
from store import Collection
from tests.conftest import paint_picture
from tests.mindseye.command import SECONDS, mindseye, start
from tests.servers.milvus import Milvus
from tests.servers.postgres import Postgres

PICTURES = 70
STARTER = ("--encoder", "starter")
ONE_BATCH = 32 * 896 * 4  # bytes of embeddings; what lies beyond begins the second batch


@pytest.fixture(scope="session")
def stamps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of all stamps."""
    fetched = mindseye("fetch", "stamps")
    if fetched.code:
        pytest.skip(f"the stamps cannot be had here: {fetched.err.strip()}")
    place = tmp_path_factory.mktemp("stamps") / "collection"
    ran = mindseye("index", fetched.out.strip(), *STARTER, "--collection", place)
    assert ran.code == 0, ran.err
    return place


@pytest.mark.parametrize(
    ("words", "stamp"),
    [
        ("a whale", "whale.png"),
        ("a classical guitar", "guitar_classical.png"),
        ("a frog", "frog.png"),
    ],
)
def test_words_find_their_stamp_among_the_first_three(stamps: Path, words: str, stamp: str) -> None:
    answer = mindseye("search", words, "-k", "3", "--json", "--collection", stamps).json
    assert stamp in {Path(file).name for hit in answer["hits"] for file in hit["files"]}


def test_the_stamps_on_servers_answer_the_same(
    stamps: Path, tmp_path: Path, postgres_server: Postgres, milvus_server: Milvus
) -> None:
    catalog, vectors = postgres_server.url(postgres_server.database()), milvus_server.address()
    there = tmp_path / "there"
    ran = mindseye("copy", stamps, there, "--catalog", catalog, "--vectors", vectors)
    assert ran.code == 0, ran.out + ran.err  # top 10 of a hundred sentences among the rest
    assert "DIFFERENT" not in ran.out
    assert mindseye("status", "--json", "--collection", there).json["vectors"] == vectors
    for words in ("a whale", "a musical instrument", "something to eat -fruit"):
        ours, theirs = (
            mindseye("search", words, "-k", "10", "--json", "--collection", one).json["hits"]
            for one in (stamps, there)
        )
        assert len(ours) == 10
        assert ours == theirs


def test_a_killed_run_is_finished_by_the_same_command(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    for number in range(PICTURES):
        paint_picture(folder / f"{number:03}.png", (number, 255 - number, 9), (16, 16))
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    with start("index", folder, *STARTER, "--collection", killed) as process:
        _wait_for_more_than(ONE_BATCH, killed / "embeddings.f32")
        process.kill()
    assert 0 < Collection(killed).catalog.rows() < PICTURES
    ran = mindseye("index", folder, "--collection", killed)
    assert ran.code == 0
    assert " unchanged" in ran.out
    assert mindseye("index", folder, *STARTER, "--collection", whole).code == 0
    ours, theirs = _contents(killed), _contents(whole)
    assert ours.keys() == theirs.keys()
    for path, embedding in ours.items():
        np.testing.assert_allclose(embedding, theirs[path], atol=1e-4)


def _wait_for_more_than(size: int, file: Path) -> None:
    end = time.monotonic() + SECONDS
    while not file.exists() or file.stat().st_size <= size:
        assert time.monotonic() < end
        time.sleep(0.005)


def _contents(folder: Path) -> dict[str, Embeddings]:
    """The embedding that can be found at each path."""
    found = {}
    with Collection(folder).snapshot() as snapshot:
        assert snapshot.index is not None
        for number, picture in snapshot.pictures(snapshot.index.ids().tolist()).items():
            embedding = snapshot.embedding(number)
            assert embedding is not None
            found[picture.files[0]] = embedding
    assert len(found) == PICTURES
    return found
