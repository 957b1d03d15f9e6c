"""Where the vectors of a collection are, if not in its directory."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from store.errors import BadVectorsError

SCHEME = "milvus"
PORT = 19530  # Milvus's own
HERE = "here"  # in place of an address: in the collection's directory


class Place(NamedTuple):
    """A Milvus server, and what the names of our tables on it begin with."""

    host: str
    port: int
    name: str

    @classmethod
    def parse(cls, address: str) -> "Place":
        """The place that an address means.

        Raises:
            BadVectorsError: it is none, or tells a secret.
        """
        try:
            parts = urlsplit(address)
            host, port, name = parts.hostname, parts.port or PORT, parts.path[1:]
        except ValueError:
            host = None
        if not host or parts.scheme != SCHEME or not re.fullmatch(r"[A-Za-z_]\w{0,99}", name):
            raise BadVectorsError(
                f"{address!r} is no address of vectors; give milvus://HOST:PORT/NAME, or here"
            )
        if parts.username or parts.query or parts.fragment:
            raise BadVectorsError(
                f"{SCHEME}://{host}:{port}/{name} is all of the address; put USER:PASSWORD or the "
                "token into MINDSEYE_MILVUS_TOKEN, it is not written down"
            )
        return cls(host, port, name)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{SCHEME}://{host}:{self.port}/{self.name}"


def place_of_vectors(address: str) -> Place | None:
    """The place that an address means; ``None`` for ``here``, the directory.

    Raises:
        BadVectorsError: it means neither.
    """
    return None if address == HERE else Place.parse(address)
