"""A measurement from files to figures, with three colours and known answers."""

from pathlib import Path

import pytest

from evaluation import DatasetError, evaluate, read_dataset
from tests.colours import Colours

CAPTIONS = "image,caption\ncherry.png,red\nleaf.jpg,green\nsea.webp,blue\nsea.webp,red\n"


@pytest.fixture
def captioned(photos: Path) -> Path:
    """Four captions; the last says that the blue picture is red."""
    (photos / "captions.csv").write_text(CAPTIONS)
    return photos


def test_both_directions_are_measured(encoder: Colours, captioned: Path) -> None:
    figures = evaluate(encoder, read_dataset(captioned)).as_dict()
    assert (figures["pictures"], figures["captions"], figures["failures"]) == (3, 4, [])
    assert figures["text_to_image"] == {"r@1": 0.75, "r@5": 1, "r@10": 1, "median_rank": 1}
    # Two captions say "red" and only one of them is the cherry's: a tie counts against it.
    assert figures["image_to_text"] == {"r@1": 0.6667, "r@5": 1, "r@10": 1, "median_rank": 1}


def test_a_picture_that_cannot_be_opened_is_reported_and_left_out(
    encoder: Colours, captioned: Path
) -> None:
    (captioned / "cherry.png").write_bytes(b"")
    found = evaluate(encoder, read_dataset(captioned))
    assert (found.pictures, found.captions) == (2, 3)
    assert found.failures == ((str(captioned / "cherry.png"), "empty file"),)


def test_a_data_set_of_unreadable_pictures_is_refused_with_the_first_reason(
    encoder: Colours, captioned: Path
) -> None:
    for name in ("cherry.png", "leaf.jpg", "deep/sea.webp"):
        (captioned / name).write_bytes(b"")
    with pytest.raises(DatasetError, match=r"cherry\.png: empty file"):
        evaluate(encoder, read_dataset(captioned))


def test_progress_ends_at_all_pictures(encoder: Colours, captioned: Path) -> None:
    calls: list[tuple[int, int]] = []
    evaluate(encoder, read_dataset(captioned), lambda done, total: calls.append((done, total)))
    assert calls == [(3, 3)]
