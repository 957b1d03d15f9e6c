"""What can go wrong here.

EncoderError
├── UnknownEncoderError   no encoder has that name
├── BrokenEncoderError    its embeddings cannot be used
├── TrainingError         there is too little, or nothing, to learn from
├── LabelError            a file of labels cannot be used
└── PictureError          bytes that are not a picture we can show
"""


class EncoderError(Exception):
    """The base of every error of this package."""


class UnknownEncoderError(EncoderError):
    """No encoder has that name."""


class BrokenEncoderError(EncoderError):
    """What the encoder gives cannot be used as embeddings."""


class TrainingError(EncoderError):
    """There is too little, or nothing, to learn from."""


class LabelError(EncoderError):
    """A file of labels that cannot be read, is empty, or contradicts itself."""


class PictureError(EncoderError):
    """These bytes cannot be opened as a picture; the text is the reason, without a path."""
