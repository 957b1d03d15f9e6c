"""Camera RAW files: their preview is the picture, and without LibRaw they say what to install."""

import sys

import pytest

from encoders import PictureError, open_picture
from tests.encoders.raw import dng
from tests.encoders.test_picture import near, plain

pytest.importorskip("rawpy", reason="the extra [raw] is not installed")


@pytest.mark.parametrize(("orientation", "size"), [(1, (64, 48)), (6, (48, 64)), (8, (48, 64))])
def test_the_preview_is_the_picture_upright_and_the_size_is_the_sensor_s(
    orientation: int, size: tuple[int, int]
) -> None:
    opened = open_picture(dng(orientation=orientation), suffix=".DNG")
    assert (opened.width, opened.height) == size
    assert opened.image.size == (size[0] // 2, size[1] // 2)
    assert near(opened.image.getpixel((5, 5)), (200, 10, 20))
    assert opened.format == "DNG"


def test_without_a_preview_the_sensor_s_picture_is_developed() -> None:
    opened = open_picture(dng(preview=False), suffix=".dng")
    assert (opened.width, opened.height) == (64, 48)
    assert opened.image.size == (32, 24)
    assert not near(opened.image.getpixel((5, 5)), (200, 10, 20), 60)


def test_a_jpeg_that_is_named_like_a_raw_file_is_a_jpeg() -> None:
    assert open_picture(plain((30, 20)), suffix=".nef").format == "JPEG"


@pytest.mark.parametrize("kept", [60, 3000, 6000])
def test_a_truncated_raw_file_is_refused(kept: int) -> None:
    with pytest.raises(PictureError):
        open_picture(dng()[:kept], suffix=".dng")


def test_without_libraw_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rawpy", None)  # as where it is not installed
    with pytest.raises(PictureError, match=r"to read these: pip install 'mindseye\[raw\]'"):
        open_picture(dng(), suffix=".dng")
