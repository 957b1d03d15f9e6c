"""What can go wrong with indexing as a whole; a single bad file never does.

IndexerError
├── NoReaderError  the package that reads words in pictures is not installed
└── SourceError    a folder to index is not there, or is none
"""


class IndexerError(Exception):
    """The base of every error of this package."""


class SourceError(IndexerError):
    """A folder to index does not exist, is not a folder, or cannot be listed."""


class NoReaderError(IndexerError):
    """The package that reads words in pictures is not installed."""
