"""Camera RAW files: the preview that the camera put into them, else a quick development."""

import importlib.util
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from encoders.errors import PictureError

if TYPE_CHECKING:
    import rawpy

RAW_SUFFIXES = frozenset(
    (
        *(".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".orf"),
        *(".rw2", ".raf", ".pef", ".srw", ".rwl", ".3fr", ".iiq", ".kdc", ".mrw", ".erf"),
    )
)
MISSING = "a camera RAW file; to read these: pip install 'mindseye[raw]'"


class Preview(NamedTuple):
    """An encoded picture out of a RAW file, and the size of the sensor's picture, upright."""

    data: bytes
    width: int
    height: int


def preview(data: bytes) -> Preview | None:
    """The preview within a RAW file, or ``None`` if LibRaw does not know the file.

    Raises:
        PictureError: the file is damaged, or LibRaw is not installed.
    """
    if importlib.util.find_spec("rawpy") is None:
        raise PictureError(MISSING)
    import rawpy

    try:
        with rawpy.imread(BytesIO(data)) as raw:
            sizes = raw.sizes
            sides = (sizes.width, sizes.height)
            turned = sizes.flip in (5, 6)
            return Preview(_preview(raw), *(reversed(sides) if turned else sides))
    except rawpy.LibRawFileUnsupportedError:
        return None
    except rawpy.LibRawError as error:
        raise PictureError(f"damaged: {error}") from error


def _preview(raw: "rawpy.RawPy") -> bytes:
    import rawpy

    try:
        found = raw.extract_thumb()
        if found.format == rawpy.ThumbFormat.JPEG:
            return bytes(found.data)
        pixels = np.asarray(found.data)
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        pixels = raw.postprocess(half_size=True, use_camera_wb=True)
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "BMP")
    return buffer.getvalue()
