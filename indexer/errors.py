"""What can go wrong with indexing as a whole; a single bad file never does.

IndexerError
├── ClusterError   Ray is not installed or not reached, or its workers cannot start
├── NoReaderError  the package that reads words in pictures is not installed
├── SourceError    a folder, archive or file to index is not there, or is none
└── ArchiveError   an archive, or a member of it, cannot be read
"""


class IndexerError(Exception):
    """The base of every error of this package."""


class SourceError(IndexerError):
    """A place to index does not exist, or cannot hold pictures."""


class ArchiveError(IndexerError):
    """An archive is damaged, or has no such member."""


class ClusterError(IndexerError):
    """Ray is not installed or cannot be reached, or its workers cannot start."""


class NoReaderError(IndexerError):
    """The package that reads words in pictures is not installed."""
