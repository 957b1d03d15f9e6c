"""A look at an encoder before anything is trusted to it."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from encoders.errors import BrokenEncoderError
from encoders.kept import kept_texts
from encoders.protocol import Embeddings, Encoder

TEXTS = ("a dog", "a red car in the snow")
TOLERANCE = 1e-3  # how far a row may be from unit length; half precision needs this much


def check(encoder: Encoder, *, known: bool = False) -> None:
    """Encode two texts and two pictures and look at the vectors; also loads both towers.

    With ``known`` the texts are not encoded if the encoder passed before: loading may take seconds.

    Raises:
        BrokenEncoderError: they have the wrong shape, are not finite, not unit vectors, or alike.
    """
    side = (encoder.image_size, encoder.image_size)
    pictures = [Image.new("RGB", side, "white"), Image.radial_gradient("L").convert("RGB")]
    images = encoder.encode_images([encoder.prepare(picture) for picture in pictures])
    _inspect(encoder, "pictures", images)

    def texts(some: Sequence[str]) -> Embeddings:
        rows = encoder.encode_texts(some)
        _inspect(encoder, "texts", rows)
        return rows

    if known:  # what does not pass is not kept
        kept_texts(TEXTS, encoder, texts)
    else:
        texts(TEXTS)


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
