"""A collection on disk: catalog, embeddings, index, and the generations that readers hold."""

from store.about import About, Said, Words, captioned, unread_texts
from store.catalog import Catalog, FileChange, NewPicture
from store.collection import Collection
from store.copying import copy
from store.counted import many
from store.database import place_of
from store.description import Description, GivenTag
from store.errors import (
    BadCatalogError,
    BadVectorsError,
    CollectionBusyError,
    DamagedCollectionError,
    DiskFullError,
    EncoderMismatchError,
    NewerCollectionError,
    NoCollectionError,
    OccupiedError,
    SameEncoderError,
    StoreError,
    UnreachableError,
)
from store.facets import Facets
from store.facts import Facts, facts
from store.files import KnownFile
from store.filters import Filter, Near
from store.found import FoundPicture, found_pictures, pictures_at
from store.fusion import WEIGHT, Fuse, Fusion
from store.health import Finding, Health, examine, mend
from store.index import CHECKED, Ids, Point, QueryKind, Scores, answering, place_of_vectors
from store.judgements import (
    Judged,
    JudgedCounts,
    judge,
    judged_counts,
    judgements,
    right_pictures,
)
from store.models import (
    CONCAT,
    FAILED,
    FUSION,
    FUSION_WEIGHT,
    LATE,
    NO_FUSION,
    PRESENT,
    REMOVED,
    SUM,
    USUAL,
)
from store.proof import Compared, compare
from store.snapshot import Snapshot
from store.succession import Succession, Unencoded, same_encoder
from store.tags import MODELS, NewTag, tagged_pictures
from store.words import WordRows
from store.writer import Writer

__all__ = [
    "CHECKED",
    "CONCAT",
    "FAILED",
    "FUSION",
    "FUSION_WEIGHT",
    "LATE",
    "MODELS",
    "NO_FUSION",
    "PRESENT",
    "REMOVED",
    "SUM",
    "USUAL",
    "WEIGHT",
    "About",
    "BadCatalogError",
    "BadVectorsError",
    "Catalog",
    "Collection",
    "CollectionBusyError",
    "Compared",
    "DamagedCollectionError",
    "Description",
    "DiskFullError",
    "EncoderMismatchError",
    "Facets",
    "Facts",
    "FileChange",
    "Filter",
    "Finding",
    "FoundPicture",
    "Fuse",
    "Fusion",
    "GivenTag",
    "Health",
    "Ids",
    "Judged",
    "JudgedCounts",
    "KnownFile",
    "Near",
    "NewPicture",
    "NewTag",
    "NewerCollectionError",
    "NoCollectionError",
    "OccupiedError",
    "Point",
    "QueryKind",
    "Said",
    "SameEncoderError",
    "Scores",
    "Snapshot",
    "StoreError",
    "Succession",
    "Unencoded",
    "UnreachableError",
    "WordRows",
    "Words",
    "Writer",
    "answering",
    "captioned",
    "compare",
    "copy",
    "examine",
    "facts",
    "found_pictures",
    "judge",
    "judged_counts",
    "judgements",
    "many",
    "mend",
    "pictures_at",
    "place_of",
    "place_of_vectors",
    "right_pictures",
    "same_encoder",
    "tagged_pictures",
    "unread_texts",
]
