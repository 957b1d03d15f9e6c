"""Where pictures come from: folders, archives, single files, and lists of any of these.

Every source names its files in the order of their paths, so that they can be compared with the
catalog line by line, whatever their number. `read_bytes` is the one way to the bytes of a path that
a source named, also within an archive.
"""

from indexer.sources.archive import is_archive, read_bytes
from indexer.sources.given import Source, roots, sources, sources_of
from indexer.sources.seen import MISSING, SeenFile, storable

__all__ = [
    "MISSING",
    "SeenFile",
    "Source",
    "is_archive",
    "read_bytes",
    "roots",
    "sources",
    "sources_of",
    "storable",
]
