"""Pictures and words into one space."""

from encoders.check import check
from encoders.choose import AUTO as DEFAULT
from encoders.choose import load
from encoders.errors import (
    BrokenEncoderError,
    EncoderError,
    PictureError,
    TrainingError,
    UnknownEncoderError,
)
from encoders.files import Progress, encode_files
from encoders.picture import SUFFIXES, Picture, open_picture
from encoders.protocol import Embeddings, Encoder, Identity, Pixels, unit
from encoders.queries import TextQueries

__all__ = [
    "DEFAULT",
    "SUFFIXES",
    "BrokenEncoderError",
    "Embeddings",
    "Encoder",
    "EncoderError",
    "Identity",
    "Picture",
    "PictureError",
    "Pixels",
    "Progress",
    "TextQueries",
    "TrainingError",
    "UnknownEncoderError",
    "check",
    "encode_files",
    "load",
    "open_picture",
    "unit",
]
