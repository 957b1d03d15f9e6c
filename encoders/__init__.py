"""Pictures and words into one space."""

from encoders.check import check
from encoders.errors import BrokenEncoderError, EncoderError, PictureError, UnknownEncoderError
from encoders.picture import SUFFIXES, Picture, open_picture
from encoders.protocol import Embeddings, Encoder, Identity, Pixels, unit

DEFAULT = "starter"
NAMES = ("starter",)


def load(name: str) -> Encoder:
    """The encoder of that name, ready to use.

    Raises:
        UnknownEncoderError: there is none of that name.
    """
    if name == "starter":
        from encoders.starter import Starter  # heavy: only when it is wanted

        return Starter()
    raise UnknownEncoderError(f"no encoder is called {name!r}; choose one of: {', '.join(NAMES)}")


__all__ = [
    "DEFAULT",
    "NAMES",
    "SUFFIXES",
    "BrokenEncoderError",
    "Embeddings",
    "Encoder",
    "EncoderError",
    "Identity",
    "Picture",
    "PictureError",
    "Pixels",
    "UnknownEncoderError",
    "check",
    "load",
    "open_picture",
    "unit",
]
