"""A Milvus server as we use it: with time limits, our credentials, and our errors."""

import importlib.util
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from store.errors import DamagedCollectionError, UnreachableError
from store.index.milvus.address import Place, place_of_vectors

TOKEN = "MINDSEYE_MILVUS_TOKEN"  # noqa: S105  (the name of the variable)
READING = 10  # seconds in which a server has to answer a search
WRITING = 60  # and what is written: it may be starting again
REBUILD = "build it again: mindseye doctor --repair"
NOT_FOUND = 100  # Milvus's code


class GoneError(DamagedCollectionError, ValueError):
    """The server has no such table, or lost some of it."""


class Server:
    """Calls of one server; pymilvus repeats those that fail, with growing pauses, until then.

    ``patience`` is how many seconds a call may take with all its repetitions.
    """

    def __init__(self, place: Place, patience: float = READING) -> None:
        """Connect to it.

        Raises:
            UnreachableError: it does not answer, or refuses us.
        """
        self.place = place
        self.patience = patience
        with _translated(place):
            self._client = _connected(place, patience)

    def rows(self, table: str, **options: Any) -> Iterator[list[Any]]:
        """The rows of a query, some at a time, by id.

        Raises:
            as a call.
        """
        with _translated(self.place):
            found = self._client.query_iterator(table, timeout=self.patience, **options)
        try:
            while some := self._next(found):
                yield list(some)
        finally:
            found.close()

    def _next(self, found: Any) -> Any:
        with _translated(self.place):
            return found.next()

    def __call__(self, what: str, *arguments: Any, **options: Any) -> Any:
        """One call of pymilvus's client, by its name.

        Raises:
            GoneError: there is no such table.
            UnreachableError: the server does not answer, or refuses.
        """
        with _translated(self.place):
            return getattr(self._client, what)(*arguments, **({"timeout": self.patience} | options))


def answering(address: str) -> Place | None:
    """The place that an address means, whose server answers; ``None`` for the directory.

    Raises:
        BadVectorsError: it means neither.
        UnreachableError: the server does not answer, or refuses us.
    """
    place = place_of_vectors(address)
    if place:
        Server(place)
    return place


def _connected(place: Place, patience: float) -> Any:
    from pymilvus import MilvusClient
    from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_exponential

    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # what fails is said once, by us
    host = f"[{place.host}]" if ":" in place.host else place.host
    uri, token = f"http://{host}:{place.port}", os.environ.get(TOKEN, "")
    attempts = Retrying(
        retry=retry_if_exception(lambda error: not _refused(error)),
        wait=wait_exponential(0.1, max=3),
        stop=stop_after_delay(patience),
        reraise=True,
    )
    return attempts(MilvusClient, uri, token=token, timeout=patience)


@contextmanager
def _translated(place: Place) -> Iterator[None]:
    """Milvus's errors as ours, which name the address and what to do."""
    if importlib.util.find_spec("pymilvus") is None:
        raise UnreachableError("vectors on Milvus need pymilvus: pip install 'mindseye[milvus]'")
    from grpc import RpcError
    from pymilvus.exceptions import MilvusException

    try:
        yield
    except MilvusException as error:
        if error.code == NOT_FOUND:
            raise GoneError(f"{place} has lost the index ({error.message}); {REBUILD}") from error
        raise UnreachableError(_said(place, error, str(error.message))) from error
    except RpcError as error:
        raise UnreachableError(_said(place, error, str(error))) from error


def _said(place: Place, error: Exception, reason: str) -> str:
    remedy = f"set {TOKEN} to USER:PASSWORD" if _refused(error) else "start the server"
    if cause := _rpc_error(error):
        reason = str(cause.details())
    return f"cannot use the vectors in {place}: {reason}; {remedy}"


def _refused(error: BaseException) -> bool:
    """Whether the server answered, but does not know us, or not for this."""
    from grpc import StatusCode

    cause = _rpc_error(error)
    return cause and cause.code() in (StatusCode.UNAUTHENTICATED, StatusCode.PERMISSION_DENIED)


def _rpc_error(error: BaseException | None) -> Any:
    """The error of the call behind one of pymilvus's, which says more."""
    from grpc import Call

    while error and not isinstance(error, Call):
        cause = error.__cause__
        error = None if cause is error else cause  # pymilvus raises errors from themselves
    return error
