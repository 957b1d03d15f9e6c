"""A run as a whole: progress, interruption, and the encoder it insists on."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from indexer import Account, index, thumbnail
from store import Collection, EncoderMismatchError
from tests.colours import Colours
from tests.conftest import Paint


@pytest.fixture
def hundred(tmp_path: Path, paint: Paint) -> Path:
    for number in range(100):
        paint(tmp_path / "hundred" / f"{number:03}.png", (number * 2, 100, 50), (8, 8))
    return tmp_path / "hundred"


def test_progress_counts_up_to_all_that_is_read(
    collection: Collection, encoder: Colours, hundred: Path
) -> None:
    calls: list[tuple[int, int, int]] = []
    index(collection, encoder, [hundred], lambda *now: calls.append((*now[:2], now[2].seen)))
    assert calls == [(32, 100, 32), (64, 100, 64), (96, 100, 96), (100, 100, 100)]


def test_what_was_read_before_an_interruption_is_kept_and_found(
    collection: Collection, encoder: Colours, hundred: Path
) -> None:
    def interrupt(done: int, _total: int, _account: Account) -> None:
        if done >= 64:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index(collection, encoder, [hundred], interrupt)
    with collection.snapshot() as snapshot:
        assert snapshot.index is not None
        assert len(snapshot.index) == 64
    assert index(collection, encoder, [hundred]) == Account(unchanged=64, indexed=36)
    assert encoder.pictures_encoded == 100


def test_an_interruption_removes_nothing_that_was_not_looked_for_yet(
    collection: Collection, encoder: Colours, photos: Path, paint: Paint
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    index(collection, encoder, [photos])
    (photos / "leaf.jpg").unlink()
    paint(photos / "new.png", (7, 7, 7))
    with pytest.raises(KeyboardInterrupt):
        index(collection, encoder, [photos], interrupt)
    assert collection.catalog.counts() == {"present": 4, "pictures": 4}
    assert index(collection, encoder, [photos]) == Account(unchanged=3, removed=1)


def test_another_encoder_is_refused_before_anything_is_read(
    collection: Collection, photos: Path
) -> None:
    other = Colours("other")
    with pytest.raises(EncoderMismatchError, match="'colours', not with 'other'"):
        index(collection, other, [photos])
    assert other.pictures_encoded == 0


def test_a_whole_folder_can_go_and_come_back(
    collection: Collection, encoder: Colours, tmp_path: Path, paint: Paint
) -> None:
    one = paint(tmp_path / "many" / "0.png", (1, 2, 3), (1, 1))
    for number in range(1, 600):
        (one.parent / f"{number}.png").hardlink_to(one)
    index(collection, encoder, [one.parent])
    one.parent.rename(tmp_path / "away")
    one.parent.mkdir()
    assert index(collection, encoder, [one.parent]) == Account(removed=600)
    one.parent.rmdir()
    (tmp_path / "away").rename(one.parent)
    assert index(collection, encoder, [one.parent]) == Account(restored=600)


def test_a_thumbnail_is_a_small_jpeg_of_the_whole_picture() -> None:
    picture = Image.new("RGB", (4000, 1000), "red")
    small = Image.open(BytesIO(thumbnail(picture)))
    assert (small.format, small.size) == ("JPEG", (320, 80))
    assert picture.size == (4000, 1000)
    assert Image.open(BytesIO(thumbnail(Image.new("RGB", (10, 20))))).size == (10, 20)
