"""A look at an encoder before anything is trusted to it."""

import numpy as np
from PIL import Image

from encoders.errors import BrokenEncoderError
from encoders.protocol import Embeddings, Encoder

TOLERANCE = 1e-3  # how far a row may be from unit length; half precision needs this much


def check(encoder: Encoder) -> None:
    """Encode two texts and two pictures and look at the vectors; also loads both towers.

    Raises:
        BrokenEncoderError: they have the wrong shape, are not finite, not unit vectors, or alike.
    """
    side = (encoder.image_size, encoder.image_size)
    pictures = [Image.new("RGB", side, "white"), Image.radial_gradient("L").convert("RGB")]
    images = encoder.encode_images([encoder.prepare(picture) for picture in pictures])
    _inspect(encoder, "pictures", images)
    _inspect(encoder, "texts", encoder.encode_texts(["a dog", "a red car in the snow"]))


def _inspect(encoder: Encoder, what: str, rows: Embeddings) -> None:
    expected = (2, encoder.identity.dim)
    if rows.shape != expected or rows.dtype != np.float32:
        problem = f"have shape {rows.shape} and type {rows.dtype}, not {expected} and float32"
    elif not np.isfinite(rows).all():
        problem = "are not finite"
    elif np.abs(np.linalg.norm(rows, axis=1) - 1).max() > TOLERANCE:
        problem = "are not unit vectors"
    elif np.allclose(rows[0], rows[1]):
        problem = "are the same whatever goes in"
    else:
        return
    raise BrokenEncoderError(
        f"the encoder {encoder.identity.name!r} is broken: its embeddings of {what} {problem}"
    )
