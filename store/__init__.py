"""A collection on disk: catalog, embeddings, index, and the generations that readers hold."""

from store.about import About, Words, unread_texts
from store.catalog import Catalog, FileChange, NewPicture
from store.collection import Collection, Snapshot
from store.database import place_of
from store.description import Description, GivenTag
from store.errors import (
    BadCatalogError,
    CollectionBusyError,
    DamagedCollectionError,
    DiskFullError,
    EncoderMismatchError,
    NewerCollectionError,
    NoCollectionError,
    StoreError,
    UnreachableError,
)
from store.facets import Facets
from store.facts import Facts, facts
from store.files import KnownFile
from store.filters import Filter, Near
from store.found import FoundPicture, pictures_at
from store.index import Ids, Point, QueryKind, Scores
from store.judgements import (
    Judged,
    JudgedCounts,
    judge,
    judged_counts,
    judgements,
    right_pictures,
)
from store.models import FAILED, PRESENT, REMOVED, USUAL
from store.tags import MODELS, NewTag, tagged_pictures
from store.writer import Writer

__all__ = [
    "FAILED",
    "MODELS",
    "PRESENT",
    "REMOVED",
    "USUAL",
    "About",
    "BadCatalogError",
    "Catalog",
    "Collection",
    "CollectionBusyError",
    "DamagedCollectionError",
    "Description",
    "DiskFullError",
    "EncoderMismatchError",
    "Facets",
    "Facts",
    "FileChange",
    "Filter",
    "FoundPicture",
    "GivenTag",
    "Ids",
    "Judged",
    "JudgedCounts",
    "KnownFile",
    "Near",
    "NewPicture",
    "NewTag",
    "NewerCollectionError",
    "NoCollectionError",
    "Point",
    "QueryKind",
    "Scores",
    "Snapshot",
    "StoreError",
    "UnreachableError",
    "Words",
    "Writer",
    "facts",
    "judge",
    "judged_counts",
    "judgements",
    "pictures_at",
    "place_of",
    "right_pictures",
    "tagged_pictures",
    "unread_texts",
]
