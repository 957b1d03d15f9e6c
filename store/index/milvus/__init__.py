"""The lists of a collection on a Milvus server, through pymilvus."""

from store.index.milvus.address import HERE, Place, place_of_vectors
from store.index.milvus.index import SUFFIX, MilvusIndex
from store.index.milvus.server import Server, answering

__all__ = ["HERE", "SUFFIX", "MilvusIndex", "Place", "Server", "answering", "place_of_vectors"]
