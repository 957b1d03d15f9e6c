"""Labels told in words, on plain colours."""

from pathlib import Path

import pytest

from encoders import PictureError
from evaluation.zero_shot import accuracy
from tests.colours import Colours


def test_the_share_of_pictures_nearest_to_their_own_label(photos: Path) -> None:
    pictures = [photos / "cherry.png", photos / "leaf.jpg", photos / "deep" / "sea.webp"]
    assert accuracy(Colours(), pictures, ["red", "green", "blue"]) == 1
    assert accuracy(Colours(), pictures, ["red", "blue", "green"]) == pytest.approx(1 / 3)


def test_an_unreadable_picture_does_not_count(photos: Path) -> None:
    (photos / "leaf.jpg").write_bytes(b"")
    pictures = [photos / "cherry.png", photos / "leaf.jpg"]
    assert accuracy(Colours(), pictures, ["red", "green"]) == 1


def test_nothing_to_look_at_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="no picture can be opened"):
        accuracy(Colours(), [tmp_path / "none.png"], ["red"])
