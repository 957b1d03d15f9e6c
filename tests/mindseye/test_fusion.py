"""Fusion through the real command: killed at any instant, and followed."""

import shutil
import signal
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from encoders import load
from evaluation import How, Subject, read_dataset
from evaluation.fusion import fusion_run
from evaluation.served import mode_run
from indexer import index
from search import Engine, parse
from store import Collection, facts
from tests.conftest import paint_picture
from tests.mindseye.command import mindseye
from tests.mindseye.forks import Forks, Telling
from tests.mindseye.test_watch import watching

ENCODER = ("--encoder", "colours:tiny")
KILLS = 12
NAMES = ("red", "green", "blue")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve greys with words beside them."""
    folder = tmp_path_factory.mktemp("fusion") / "photos"
    for number in range(12):
        file = paint_picture(folder / f"{number}.png", (100, 100, 100 + number))
        file.with_suffix(".txt").write_text(NAMES[number % 3])
    return folder


@pytest.fixture(scope="module")
def fused(forks: Forks, photos: Path) -> Path:
    """A collection of them with fusion; then words change, and files come and go."""
    place = photos.parent / "fused"
    ran = forks.run("index", photos, *ENCODER, "--collection", place, "--fusion", "sum")
    assert ran.code == 0, ran.err
    assert best(place, "green") in {"1.png", "4.png", "7.png", "10.png"}
    (photos / "1.txt").write_text("dark")
    (photos / "2.txt").unlink()
    (photos / "3.png").unlink()
    for number in range(12, 18):
        file = paint_picture(photos / f"{number}.png", (100, 100 + number, 100))
        file.with_suffix(".txt").write_text(NAMES[number % 3])
    return place


def best(place: Path, words: str) -> str:
    """The name of the file that is found first."""
    collection = Collection(place)
    encoder = Telling(collection.encoder["name"])
    hit = Engine(collection, encoder).search(parse(words), 1).hits[0]
    collection.close()
    return Path(hit.files[0]).name


def ranked_by(place: Path) -> dict[str, bytes]:
    """What each picture is ranked by, in the index as in the file, by its name."""
    collection = Collection(place)
    with collection.snapshot() as snapshot:
        assert snapshot.index is not None
        held = {
            number: row.tobytes()
            for ids, rows in snapshot.index.vectors()
            for number, row in zip(ids.tolist(), rows, strict=True)
        }
        found = {}
        for number, picture in snapshot.pictures(snapshot.ids().tolist()).items():
            row = snapshot.ranked_by(number)
            assert row is not None
            assert row.tobytes() == held.pop(number)
            found[Path(picture.files[0]).name] = row.tobytes()
        assert not held
    collection.close()
    return found


def test_kills_at_random_instants_leave_what_an_undisturbed_run_leaves(
    forks: Forks, photos: Path, fused: Path
) -> None:
    instants = np.random.default_rng(8)
    for words in ((), ("--fusion", "concat"), ("--fusion", "none")):
        whole = shutil.copytree(fused, photos.parent / "whole")
        ran = forks.run("index", photos, "--collection", whole, *words)
        assert ran.code == 0, ran.err
        expected, seconds = ranked_by(whole), ran.seconds
        shutil.rmtree(whole)
        for number in range(KILLS):
            place = shutil.copytree(fused, photos.parent / f"killed {number}")
            run = ("index", photos, "--collection", place)
            killed = forks.run(*run, *words, after=instants.uniform(0.3, 1) * seconds)
            assert killed.code in (-signal.SIGKILL, 0)
            assert best(place, "red")  # readers always find something whole
            again = forks.run(*run, *words)
            assert again.code == 0, again.err
            assert ranked_by(place) == expected
            seconds = again.seconds
            shutil.rmtree(place)


def test_a_change_of_encoder_killed_at_random_instants_keeps_the_fusion(
    forks: Forks, photos: Path, fused: Path
) -> None:
    words = ("reindex", "--encoder", "colours:other", "--collection")
    whole = forks.run(*words, shutil.copytree(fused, photos.parent / "changed"))
    assert whole.code == 3, whole.err  # a file is gone
    expected, seconds = ranked_by(photos.parent / "changed"), whole.seconds
    instants = np.random.default_rng(9)
    for number in range(KILLS):
        place = shutil.copytree(fused, photos.parent / f"changed {number}")
        forks.run(*words, place, after=instants.uniform(0.3, 1) * seconds)
        assert best(place, "blue")
        assert forks.run(*words, place).code in (0, 3)
        assert facts(Collection(place)).fusion == "sum"
        assert ranked_by(place) == expected
        assert forks.run("doctor", "--collection", place).code == 0
        shutil.rmtree(place)


def test_words_that_change_are_followed(tmp_path: Path) -> None:
    with watching(tmp_path, "--fusion", "sum") as watch:
        paint_picture(watch.folder / "leaf.png", (10, 250, 10))
        watch.until(lambda: watch.best("green") == "leaf.png")
        (watch.folder / "cherry.txt").write_text("dark dark dark")
        watch.until(lambda: watch.best("dark") == "cherry.png")
        (watch.folder / "cherry.png").rename(watch.folder / "green leaf.png")
        _, err = watch.stop()
        assert watch.process.returncode in (0, 130), err


def test_stamps_are_served_as_they_were_measured(tmp_path: Path) -> None:
    fetched = mindseye("fetch", "stamps")
    if fetched.code:
        pytest.skip(f"the stamps cannot be had here: {fetched.err.strip()}")
    birds = read_dataset(Path(fetched.out.strip()) / "animals" / "birds")
    subject, encoder, how = Subject(birds, Path("birds")), load("starter"), How()
    (tmp_path / "stamps").mkdir()
    for file in birds.pictures:  # without the sentences beside them, which are asked
        shutil.copy(file, tmp_path / "stamps")
    collection = Collection.create(tmp_path / "collection", asdict(encoder.identity))
    found = {}
    for way in ("none", "sum", "concat"):
        collection.catalog.set(fusion=way)
        index(collection, encoder, [tmp_path / "stamps"])
        served = mode_run(Engine(collection, encoder), subject, how, "semantic")["text_to_image"]
        measured = fusion_run(encoder, subject, how, way)["text_to_image"]
        for name in ("r@1", "r@5", "mrr"):
            assert served[name]["value"] == pytest.approx(measured[name]["value"], abs=0.01)
        found[way] = served["r@1"]["value"]
    assert found["none"] + 0.2 < found["concat"]
    assert found["none"] + 0.2 < found["sum"]
