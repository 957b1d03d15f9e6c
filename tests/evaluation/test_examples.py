"""Pictures with a class: from folders, tables and tags; each once, and stored ones not opened."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.orm import Session

from encoders import PictureError, unit
from evaluation import DatasetError
from evaluation.examples import Examples, examples_of_files, examples_of_tags, read_labelled
from search import Engine
from store import Collection
from store.models import EMBEDDED, ZERO_SHOT, Tag
from tests.colours import Colours
from tests.conftest import Paint


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of one's own, so that what is encoded here is counted here."""
    monkeypatch.setenv("MINDSEYE_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def classes(tmp_path: Path, photos: Path, paint: Paint) -> Path:
    """Two of the three photos of the collection in a folder of their class, and new pictures."""
    folder = tmp_path / "classes"
    for name, photo in (("warm", "cherry.png"), ("cold", "deep/sea.webp")):
        (folder / name / "deep").mkdir(parents=True)
        shutil.copy(photos / photo, folder / name / "deep")
    paint(folder / "warm" / "fire.png", (250, 90, 10))
    return folder


def test_every_picture_is_an_example_once_and_stored_ones_are_not_opened(
    classes: Path, engine: Engine, encoder: Colours, paint: Paint
) -> None:
    shutil.copy(classes / "warm" / "fire.png", classes / "warm" / "again.png")
    paint(classes / "warm" / "dusk.png", (90, 10, 90))
    shutil.copy(classes / "warm" / "dusk.png", classes / "cold" / "dusk.png")
    (classes / "cold" / "broken.png").write_bytes(b"nothing")
    before = encoder.pictures_encoded
    found = examples_of_files(encoder, read_labelled(classes), engine.collection)
    assert encoder.pictures_encoded == before + 1
    assert found.names == ("cold", "warm")
    assert sorted(found.truths.tolist()) == [0, 1, 1]
    assert found.rows.shape == (3, 3)
    assert (found.rows[found.truths == 0].argmax(axis=1) == 2).all()
    assert (found.stored, found.repeated, found.ambiguous) == (2, 2, 1)
    ((path, _),) = found.failures
    assert Path(path).name == "broken.png"


def test_stored_examples_do_where_no_other_can_be_opened(
    classes: Path, engine: Engine, encoder: Colours
) -> None:
    (classes / "warm" / "fire.png").write_bytes(b"nothing")
    found = examples_of_files(encoder, read_labelled(classes), engine.collection)
    assert (found.stored, len(found.rows), len(found.failures)) == (2, 2, 1)
    with pytest.raises(PictureError, match=r"no picture can be opened; .*fire.png"):
        examples_of_files(encoder, [(classes / "warm" / "fire.png", "warm")])


def test_near_duplicates_are_left_once_and_classes_without_an_example_go() -> None:
    rows = unit(np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1], [1, 1]], dtype=np.float32))
    found = Examples(("a", "b", "c"), rows, np.array([0, 1, 2, 2, 0]), stored=0)
    assert found.distinct(0.99).tolist() == [0, 2, 4]
    left = found.only(found.distinct(0.99))
    assert (left.names, left.truths.tolist()) == (("a", "c"), [0, 1, 0])
    assert np.array_equal(left.rows, rows[[0, 2, 4]])


def test_without_a_collection_every_example_is_encoded(classes: Path, encoder: Colours) -> None:
    assert examples_of_files(encoder, read_labelled(classes)).stored == 0
    assert encoder.pictures_encoded == 3


def test_a_table_names_pictures_and_their_classes(photos: Path) -> None:
    table = photos / "labels.csv"
    table.write_text("image,label\ncherry.png,warm\ndeep/sea.webp,cold\nleaf.jpg,\n")
    assert read_labelled(table) == [
        (photos / "cherry.png", "warm"),
        (photos / "deep" / "sea.webp", "cold"),
    ]


@pytest.mark.parametrize("text", ["image,caption\na.png,red\n", "image,label\na.png,red\n"])
def test_fewer_than_two_classes_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(DatasetError, match=r"labels.csv has fewer than two classes; give a folder"):
        read_labelled(tmp_path / "labels.csv")


def give(collection: Collection, tags: Sequence[tuple[str, str, str]]) -> None:
    """Tag pictures by the end of their path: path, tag, source."""
    with collection.snapshot() as snapshot:
        pictures = snapshot.pictures(snapshot.ids().tolist()).values()
    with collection.catalog.changing() as connection, Session(connection) as session:
        for path, name, source in tags:
            (number,) = (one.id for one in pictures if one.files[0].endswith(path))
            session.add(Tag(picture_id=number, name=name, source=source))
        session.flush()


def test_tags_of_people_and_files_are_examples_and_those_of_models_are_not(engine: Engine) -> None:
    give(
        engine.collection,
        [
            ("cherry.png", "warm", EMBEDDED),
            ("sea.webp", "cold", EMBEDDED),
            ("leaf.jpg", "cold", EMBEDDED),
            ("leaf.jpg", "warm", EMBEDDED),
            ("sea.webp", "warm", ZERO_SHOT),
        ],
    )
    found = examples_of_tags(engine.collection, ("warm", "cold"))
    assert found.names == ("warm", "cold")
    assert found.rows.argmax(axis=1).tolist() == [0, 2]
    assert found.truths.tolist() == [0, 1]
    assert (found.stored, found.ambiguous) == (2, 1)
    with pytest.raises(DatasetError, match="no picture has only one of the tags dark, light"):
        examples_of_tags(engine.collection, ("dark", "light"))


def test_examples_come_in_an_order_that_does_not_depend_on_names(
    classes: Path, encoder: Colours
) -> None:
    before = examples_of_files(encoder, read_labelled(classes))
    (classes / "warm" / "fire.png").rename(classes / "warm" / "a.png")
    after = examples_of_files(encoder, read_labelled(classes))
    assert np.array_equal(before.rows, after.rows)
