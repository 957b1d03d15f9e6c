"""Tags: one pass over what is stored, all at once, and never those of people and files."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from encoders.labels import ZeroShot
from indexer import index
from indexer.tag import tag, untag
from search import Engine
from store import Collection, EncoderMismatchError
from store.models import EMBEDDED, File, Tag
from tests.colours import NAMES, Colours


@pytest.fixture
def tagger(encoder: Colours) -> ZeroShot:
    none = np.empty((0, 3), dtype=np.float32)
    return ZeroShot.fit(encoder, NAMES, np.eye(3, dtype=np.float32), none)


def tags(collection: Collection) -> set[tuple[str, str, str]]:
    """File name, tag and source of every tag."""
    columns = (File.path, Tag.name, Tag.source)
    with collection.catalog.reading() as connection:
        rows = connection.execute(select(*columns).join(Tag, Tag.picture_id == File.picture_id))
        return {(Path(path).name, name, source) for path, name, source in rows}


ALL = {
    ("cherry.png", "red", "zero-shot"),
    ("leaf.jpg", "green", "zero-shot"),
    ("sea.webp", "blue", "zero-shot"),
}


def test_every_picture_gets_its_labels_and_none_is_opened_again(
    engine: Engine, tagger: ZeroShot, photos: Path
) -> None:
    shutil.rmtree(photos)
    encoded = engine.encoder.pictures_encoded  # type: ignore[attr-defined]
    found = tag(engine.collection, tagger)
    assert found.as_dict() == {
        "pictures": 3,
        "tagged": 3,
        "tags": 3,
        "labels": {"red": 1, "green": 1, "blue": 1},
    }
    assert tags(engine.collection) == ALL
    assert engine.encoder.pictures_encoded == encoded  # type: ignore[attr-defined]


def test_a_score_is_kept_with_each_tag(engine: Engine, tagger: ZeroShot) -> None:
    tag(engine.collection, tagger)
    with engine.collection.catalog.reading() as connection:
        scores = list(connection.scalars(select(Tag.score)))
    assert all(0.99 < score <= 1 for score in scores)


def test_a_second_run_replaces_the_first_and_leaves_other_sources_alone(
    engine: Engine, tagger: ZeroShot
) -> None:
    collection = engine.collection
    with collection.catalog.changing() as connection, Session(connection) as session:
        picture = session.scalar(select(File.picture_id).where(File.path.endswith("leaf.jpg")))
        session.add(Tag(picture_id=picture, name="green", source=EMBEDDED))
        session.flush()
    tag(collection, tagger)
    tag(collection, tagger)
    own = ("leaf.jpg", "green", EMBEDDED)
    assert tags(collection) == ALL | {own}
    untag(collection)
    assert tags(collection) == {own}


def test_pictures_without_a_file_get_no_tags(
    engine: Engine, encoder: Colours, tagger: ZeroShot, photos: Path
) -> None:
    (photos / "leaf.jpg").unlink()
    index(engine.collection, encoder, [photos])
    assert tag(engine.collection, tagger).pictures == 2
    assert tags(engine.collection) == {one for one in ALL if one[0] != "leaf.jpg"}


class Breaking(ZeroShot):
    def scores(self, rows: np.ndarray) -> np.ndarray:
        raise RuntimeError(f"out of memory at {len(rows)} rows")


def test_a_run_that_breaks_off_leaves_the_old_tags(engine: Engine, tagger: ZeroShot) -> None:
    tag(engine.collection, tagger)
    broken = Breaking(**vars(tagger))
    with pytest.raises(RuntimeError, match="out of memory"):
        tag(engine.collection, broken)
    assert tags(engine.collection) == ALL


def test_a_tagger_for_another_encoder_is_refused(engine: Engine, tagger: ZeroShot) -> None:
    other = ZeroShot(**vars(tagger) | {"encoder": Colours("other").identity})
    with pytest.raises(EncoderMismatchError, match="not with 'other'"):
        tag(engine.collection, other)


def test_the_writer_takes_no_tags_in_the_name_of_others(engine: Engine) -> None:
    with engine.collection.writing() as writer, pytest.raises(ValueError, match="they stay"):
        writer.retag(EMBEDDED, ())
