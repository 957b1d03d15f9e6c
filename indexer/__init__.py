"""The only writer: finds files, encodes what is new, and accounts for every one."""

from indexer.account import Account, Failure
from indexer.errors import IndexerError, SourceError
from indexer.read import thumbnail
from indexer.reindex import reindex
from indexer.run import index

__all__ = ["Account", "Failure", "IndexerError", "SourceError", "index", "reindex", "thumbnail"]
