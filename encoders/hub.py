"""The model hub: whether it can be asked, said within seconds."""

import os
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_connection
from urllib.parse import urlparse

from encoders.errors import UnknownEncoderError

PATIENCE = 2.0  # seconds to wait for a connection


def hub_reachable() -> bool:
    """Whether downloads from the model hub can work: a connection opens, and is allowed."""
    if os.environ.get("HF_HUB_OFFLINE", "") not in ("", "0"):
        return False
    from huggingface_hub import constants

    endpoint = urlparse(constants.ENDPOINT)
    proxy = urlparse(urllib.request.getproxies().get(endpoint.scheme, ""))
    address = proxy if proxy.hostname else endpoint
    return _answers(address.hostname or "", address.port or 443)


def _answers(host: str, port: int) -> bool:
    """In a thread of its own, because looking up a name knows no time-out."""
    opened = threading.Event()

    def connect() -> None:
        try:
            create_connection((host, port), PATIENCE).close()
        except OSError:
            return
        opened.set()

    thread = threading.Thread(target=connect, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return opened.is_set()


def require_hub(what: str) -> None:
    """Refuse to start a download that cannot work.

    Raises:
        UnknownEncoderError: the hub cannot be reached.
    """
    if not hub_reachable():
        raise UnknownEncoderError(
            f"{what} is not on this machine, and the model hub cannot be reached; connect, or name "
            "a directory that holds the model"
        )


@contextmanager
def offline() -> Iterator[None]:
    """Nothing is asked of the hub while the block runs: only what is cached is found."""
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = before
