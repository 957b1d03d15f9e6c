"""The only writer: finds files, encodes what is new, and accounts for every one."""

from indexer.account import Account, Failure
from indexer.cluster import Cluster, connected
from indexer.errors import ArchiveError, ClusterError, IndexerError, SourceError
from indexer.read import THUMBNAIL_SIDE, thumbnail
from indexer.reindex import reindex
from indexer.run import index
from indexer.sources import Source, read_bytes, sources, sources_of
from indexer.stages import Stages

__all__ = [
    "THUMBNAIL_SIDE",
    "Account",
    "ArchiveError",
    "Cluster",
    "ClusterError",
    "Failure",
    "IndexerError",
    "Source",
    "SourceError",
    "Stages",
    "connected",
    "index",
    "read_bytes",
    "reindex",
    "sources",
    "sources_of",
    "thumbnail",
]
