"""The one way to open a picture: for indexing, for queries and for thumbnails alike."""

import warnings
from dataclasses import dataclass, replace
from io import BytesIO

import numpy as np
import pillow_heif
from PIL import ExifTags, Image, UnidentifiedImageError

from encoders.errors import PictureError
from encoders.raw import RAW_SUFFIXES, preview

pillow_heif.register_heif_opener()

# Pillow knows more formats; these are the ones that people keep pictures in. Leaving out the rest
# (EPS starts Ghostscript) keeps hostile files away from decoders that nobody here needs.
# Multi-picture JPEGs (MPO) open as JPEG.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF", "HEIF")
SUFFIXES = frozenset(
    (
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".gif"),
        *(".tif", ".tiff", ".bmp", ".dib", ".avif", ".avifs"),
        *(".heic", ".heics", ".heif", ".heifs", ".hif"),
        *RAW_SUFFIXES,
    )
)
MAX_PIXELS = 200_000_000  # the largest phone sensors; decoded, that is 600 MB

# Pillow warns above its limit and raises only above twice that; our limit is one line, not two.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
# Pillow also remarks on odd metadata; what counts here is whether the pixels can be had.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

_SIXTEEN_BIT = {"I;16", "I;16B", "I;16L", "I;16N", "I"}
_TURNS = {  # by EXIF's orientation
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = {_TURNS[orientation] for orientation in (5, 6, 7, 8)}


@dataclass(frozen=True)
class Picture:
    """An opened picture: upright RGB pixels, and the size and format of the original.

    ``image`` may be smaller than ``width`` × ``height`` (both in pixels, after the EXIF turn) when
    reduced decoding was asked for.
    """

    image: Image.Image
    width: int
    height: int
    format: str


def open_picture(
    data: bytes, *, at_least: int | None = None, max_pixels: int = MAX_PIXELS, suffix: str = ""
) -> Picture:
    """Decode a picture file: first frame, EXIF turn applied, as RGB (transparency over white).

    With ``at_least``, the picture may be decoded or reduced to a smaller size, as long as its
    shorter side keeps that many pixels. Bytes decide the format; only camera RAW files, which look
    like TIFFs, are known by the ``suffix`` of their name.

    Raises:
        PictureError: the bytes are not a picture of a known format, are damaged, or the picture
            has more than ``max_pixels`` pixels.
    """
    try:
        if data and suffix.lower() in RAW_SUFFIXES:
            return _decode_raw(data, at_least, max_pixels, suffix)
        return _decode(data, at_least, max_pixels)
    except PictureError:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise PictureError(f"more than {MAX_PIXELS // 1_000_000} megapixels") from error
    except UnidentifiedImageError as error:
        raise PictureError("not a picture in a format that mindseye reads") from error
    except Exception as error:
        # Damaged files make Pillow's decoders raise nearly anything (OSError, SyntaxError,
        # struct.error, KeyError, …); whatever it is, the file is at fault and not the program.
        raise PictureError(f"damaged: {error or type(error).__name__}") from error


def _decode_raw(data: bytes, at_least: int | None, max_pixels: int, suffix: str) -> Picture:
    found = preview(data)
    if found is None:  # only its name is that of a RAW file
        return _decode(data, at_least, max_pixels)
    shown = _decode(found.data, at_least, max_pixels)
    return replace(shown, width=found.width, height=found.height, format=suffix[1:].upper())


def _decode(data: bytes, at_least: int | None, max_pixels: int) -> Picture:
    if not data:
        raise PictureError("empty file")
    with Image.open(BytesIO(data), formats=FORMATS) as image:
        width, height = image.size
        if width * height > max_pixels:
            raise PictureError(f"more than {max_pixels // 1_000_000} megapixels")
        if at_least is not None:
            image.draft(None, (at_least, at_least))  # neither side will be shorter than that
        name = "JPEG" if image.format == "MPO" else str(image.format)
        image.load()
        turn = _turn(image)
        small = image if at_least is None else _reduced(image, at_least)
        upright = small.copy() if turn is None else small.transpose(turn)
    if turn in _SIDEWAYS:
        width, height = height, width
    return Picture(_rgb(upright), width, height, name)


def _reduced(image: Image.Image, at_least: int) -> Image.Image:
    """Whole blocks of pixels averaged while twice ``at_least`` remains for the resize to come.

    Turning and compositing a large picture would otherwise take several times its memory.
    """
    factor = min(image.size) // (2 * at_least)
    if factor < 2 or image.mode not in ("L", "LA", "RGB", "RGBA"):
        return image
    return image.reduce(factor)


def _turn(image: Image.Image) -> Image.Transpose | None:
    """What makes the picture upright, as its EXIF says."""
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # EXIF is advice; nonsense in it must not cost the picture
        return None


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode in _SIXTEEN_BIT or image.mode == "F":
        return _eight_bit(image).convert("RGB")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(paper, layer).convert("RGB")
    return image.convert("RGB")


def _eight_bit(image: Image.Image) -> Image.Image:
    """16-bit integers and floats scaled into 0..255; Pillow's own conversion would clip them."""
    values = np.nan_to_num(np.asarray(image, dtype=np.float32))
    top = float(values.max(initial=0))
    if image.mode == "F":
        full = max(top, 1.0)
    else:  # 32-bit integers ("I") may hold values of 8 or of 16 bits
        full = 255.0 if image.mode == "I" and top <= 255 else 65535.0
    return Image.fromarray((values.clip(0, full) * (255 / full)).astype(np.uint8))
