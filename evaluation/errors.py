"""What can go wrong with a measurement.

EvaluationError
├── DatasetError   pictures with captions were expected, and none were found
├── CorpusError    a corpus is not known, or cannot be fetched or verified
└── RunError       a run cannot be read, or two cannot be compared
"""


class EvaluationError(Exception):
    """The base of every error of this package."""


class DatasetError(EvaluationError):
    """The folder holds no pictures with captions in a format that mindseye reads."""


class CorpusError(EvaluationError):
    """A corpus is not known here, cannot be fetched, or is not what its recipe says."""


class RunError(EvaluationError):
    """A file is not a run, or two runs have nothing in common to compare."""
