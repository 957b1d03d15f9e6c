"""What can go wrong with a collection.

StoreError
├── NoCollectionError       there is none at that place
├── EncoderMismatchError    it was made with another encoder
├── SameEncoderError        it is to be changed to the encoder that it has
├── CollectionBusyError     another process is writing to it
├── NewerCollectionError    a newer mindseye made it
├── DamagedCollectionError  its parts contradict each other
├── DiskFullError           there is no room for what is to be written
├── BadCatalogError         that is no address of a catalog
├── BadVectorsError         that is no address of vectors
├── OccupiedError           a collection is to be copied to where something is already
└── UnreachableError        a server does not answer, or refuses us
"""


class StoreError(Exception):
    """The base of every error of this package."""


class NoCollectionError(StoreError):
    """There is no collection at that place."""


class EncoderMismatchError(StoreError):
    """The collection was made with another encoder than the one given."""


class SameEncoderError(StoreError):
    """The encoder to change to is the one that the collection has already."""


class CollectionBusyError(StoreError):
    """Another process holds the writer lock."""


class NewerCollectionError(StoreError):
    """The catalog's schema is newer than this program."""


class DamagedCollectionError(StoreError):
    """Embeddings or index hold less than the catalog says."""


class DiskFullError(StoreError):
    """There is no room for what is to be written; what was written before is kept."""


class BadCatalogError(StoreError):
    """What was given is no address of a catalog, or the address of another collection's."""


class OccupiedError(StoreError):
    """Something is already where a collection is to be copied to."""


class BadVectorsError(StoreError):
    """What was given is no address of vectors."""


class UnreachableError(StoreError):
    """A server that holds a part of the collection does not answer, or refuses us."""
