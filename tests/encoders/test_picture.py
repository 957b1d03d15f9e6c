"""The one way to open a picture, tried on files as people and cameras write them."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image

from encoders import Picture, PictureError, open_picture

RED, BLUE = (255, 0, 0), (0, 0, 255)


def encoded(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    buffer = BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def plain(size: tuple[int, int] = (64, 48), form: str = "JPEG", **options: Any) -> bytes:
    return encoded(Image.linear_gradient("L").convert("RGB").resize(size), form, **options)


def turned(image: Image.Image, orientation: int, form: str) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return encoded(image, form, exif=exif)


def corner(opened: Picture) -> Any:
    return opened.image.getpixel((1, 1))


def near(pixel: Any, colour: tuple[int, int, int], tolerance: int = 3) -> bool:
    return bool(np.abs(np.subtract(pixel, colour)).max() <= tolerance)


UNDO: dict[int, Callable[[Image.Image], Image.Image]] = {
    1: lambda image: image,
    2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
    4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
    6: lambda image: image.transpose(Image.Transpose.ROTATE_90),
    7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
    8: lambda image: image.transpose(Image.Transpose.ROTATE_270),
}


@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", UNDO)
def test_a_camera_held_any_way_gives_an_upright_picture(orientation: int, form: str) -> None:
    scene = Image.new("RGB", (40, 20), BLUE)
    scene.paste(RED, (0, 0, 20, 10))
    opened = open_picture(turned(UNDO[orientation](scene), orientation, form))
    assert (opened.width, opened.height) == opened.image.size == (40, 20)
    assert near(corner(opened), RED, 40)
    assert near(opened.image.getpixel((38, 18)), BLUE, 40)


def test_width_and_height_are_exchanged_even_where_the_reduced_picture_is_a_square() -> None:
    opened = open_picture(turned(Image.new("RGB", (1000, 999)), 6, "JPEG"), at_least=100)
    assert opened.image.size == (125, 125)
    assert (opened.width, opened.height) == (999, 1000)


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_a_large_picture_is_reduced_before_it_is_turned_and_looks_the_same(form: str) -> None:
    scene = Image.radial_gradient("L").convert("RGB").resize((900, 700))
    scene.paste(RED, (0, 0, 300, 200))
    whole, small = (open_picture(turned(scene, 6, form), at_least=side) for side in (None, 50))
    assert (small.width, small.height) == (whole.width, whole.height) == (700, 900)
    assert min(small.image.size) == 100
    pair = [one.image.resize((50, 50), reducing_gap=2.0) for one in (whole, small)]
    assert np.abs(np.subtract(*[np.asarray(one, dtype=int) for one in pair])).max() <= 8


def test_transparency_lies_over_white() -> None:
    layer = Image.new("RGBA", (8, 8), (255, 0, 0, 0))
    assert corner(open_picture(encoded(layer))) == (255, 255, 255)
    layer.putalpha(128)
    assert near(corner(open_picture(encoded(layer))), (255, 127, 127))


def test_the_transparent_colour_of_a_palette_lies_over_white() -> None:
    palette = Image.new("P", (8, 8), 1)
    palette.putpalette([10, 20, 30, 40, 50, 60])
    assert corner(open_picture(encoded(palette))) == (40, 50, 60)
    assert corner(open_picture(encoded(palette, transparency=1))) == (255, 255, 255)


@pytest.mark.parametrize(("value", "grey"), [(0, 0), (200, 0), (32_896, 128), (65_535, 255)])
def test_sixteen_bit_values_keep_their_brightness(value: int, grey: int) -> None:
    deep = Image.fromarray(np.full((8, 8), value, dtype=np.uint16))
    assert near(corner(open_picture(encoded(deep))), (grey,) * 3, 1)


@pytest.mark.parametrize(("value", "grey"), [(100, 100), (32_896, 128)])
def test_32_bit_integers_are_read_as_8_or_16_bits(value: int, grey: int) -> None:
    deep = Image.fromarray(np.array([[value, value], [value, value]], dtype=np.int32))
    assert near(corner(open_picture(encoded(deep, "TIFF"))), (grey,) * 3, 1)


def test_floats_keep_their_order_and_not_a_number_is_black() -> None:
    values = np.array([[0, 0.5], [1, np.nan]], dtype=np.float32)
    opened = open_picture(encoded(Image.fromarray(values), "TIFF"))
    assert np.asarray(opened.image)[:, :, 0].tolist() == [[0, 127], [255, 0]]


def test_a_printer_s_jpeg_in_cmyk_shows_its_colour() -> None:
    print_red = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    assert near(corner(open_picture(encoded(print_red, "JPEG"))), RED, 5)


def test_of_an_animation_the_first_frame_counts() -> None:
    first, second = Image.new("RGB", (8, 8), RED), Image.new("RGB", (8, 8), BLUE)
    opened = open_picture(encoded(first, "GIF", save_all=True, append_images=[second]))
    assert corner(opened) == RED
    assert opened.format == "GIF"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"])
def test_every_format_opens_as_rgb_and_says_its_name(form: str) -> None:
    opened = open_picture(plain(form=form))
    assert (opened.format, opened.image.mode, opened.image.size) == (form, "RGB", (64, 48))


def test_a_multi_picture_jpeg_is_a_jpeg() -> None:
    data = plain(form="MPO", save_all=True, append_images=[Image.new("RGB", (64, 48))])
    assert open_picture(data).format == "JPEG"


def test_reduced_decoding_keeps_at_least_what_was_asked_and_reports_the_original() -> None:
    opened = open_picture(plain((2000, 1200)), at_least=150)
    assert opened.image.size == (250, 150)
    assert (opened.width, opened.height) == (2000, 1200)


@pytest.mark.parametrize("side", [581, 638, 639, 640, 1276, 2552])
def test_no_rounding_makes_the_shorter_side_too_short(side: int) -> None:
    opened = open_picture(plain((side, side)), at_least=320)
    assert min(opened.image.size) >= 320


def test_a_picture_smaller_than_asked_for_is_not_touched() -> None:
    assert open_picture(plain((30, 20)), at_least=320).image.size == (30, 20)


def test_bytes_decide_the_format_and_no_name_is_asked() -> None:
    assert open_picture(plain(form="WEBP")).format == "WEBP"  # whatever its file is called


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "^empty file$"),
        (b"<html>not found</html>", "^not a picture in a format that mindseye reads$"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "^not a picture in a format that mindseye reads$"),
        (plain((640, 480))[:-500], "^damaged: .*truncated"),
        (plain(form="PNG")[:-60], "^damaged: "),
        (plain(form="WEBP")[:60], "^(damaged|not a picture)"),
    ],
    ids=["empty", "html", "eps", "half a jpeg", "half a png", "half a webp"],
)
def test_the_reason_for_refusing_bytes_is_named(data: bytes, message: str) -> None:
    with pytest.raises(PictureError, match=message):
        open_picture(data)


@pytest.mark.parametrize("side", [15_000, 30_000, 2**31 - 1])
def test_a_tiny_file_that_claims_a_huge_picture_is_refused_unread(side: int) -> None:
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", b"") + _chunk(b"IEND")
    with pytest.raises(PictureError, match=r"^more than 200 megapixels$"):
        open_picture(bomb)


def _chunk(kind: bytes, data: bytes = b"") -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")  # as `encoders` does itself
@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0nonsense",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xee" * 40,
        b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0\0\0\0\0",
    ],
    ids=["text", "no directory", "endless directory", "orientation 99"],
)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_absurd_exif_does_not_cost_the_picture(exif: bytes, form: str) -> None:
    opened = open_picture(plain(form=form, exif=exif))
    assert (opened.width, opened.height) == (64, 48)
