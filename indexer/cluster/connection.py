"""The way to a Ray cluster: one that runs, or one on this machine for as long as it is needed.

Nothing is reported to anybody: Ray's usage statistics are off, and there is no dashboard. A cluster
that runs already was started by somebody else, with what they chose.
"""

import importlib.util
import logging
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from encoders.device import Share, shares
from indexer.cluster.ahead import Dealing
from indexer.cluster.crew import Crew
from indexer.cluster.worker import Job, Load
from indexer.errors import ClusterError
from indexer.stages import Stages
from store import Catalog

LOCAL = "local"
ANSWER = 5.0  # seconds for a cluster to answer; Ray itself tries for minutes, and then aborts
OBJECTS = 256_000_000  # bytes for results on their way, in a cluster of our own
QUIET: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # as future versions do; this one warns otherwise
}


class Cluster:
    """A cluster that is reached, and what its workers encode with."""

    def __init__(self, load: Load, has: list[Share]) -> None:
        self.load = load
        self._shares = has
        self._crew: Crew | None = None

    def reading(self, job: Job, catalog: Catalog, stages: Stages) -> Dealing:
        """Read the files of one run there; the workers stay for the next one."""
        self._crew = self._crew or Crew(job, self._shares)
        return Dealing(self._crew, catalog, stages)

    def close(self) -> None:
        """Let the workers go."""
        if self._crew:
            self._crew.close()


@contextmanager
def connected(address: str, load: Load) -> Iterator[Cluster]:
    """The cluster at ``address`` (HOST:PORT, ``auto``, or ``local`` for one on this machine).

    ``load`` makes the encoder, on every machine of it.

    Raises:
        ClusterError: Ray is not installed, does not answer, or has no room for a worker.
    """
    if importlib.util.find_spec("ray") is None:
        raise ClusterError("indexing on Ray needs ray: pip install 'mindseye[ray]'")
    os.environ |= SETTINGS  # before Ray is imported
    import ray

    with _running(address):
        cluster = Cluster(load, _shares(ray.nodes()))  # type: ignore[no-untyped-call]
        try:
            yield cluster
        finally:
            cluster.close()


@contextmanager
def _running(address: str) -> Iterator[None]:
    import ray

    with tempfile.TemporaryDirectory(prefix="mindseye-", ignore_cleanup_errors=True) as scratch:
        own: dict[str, Any] = {
            "include_dashboard": False,
            "object_store_memory": OBJECTS,
            "_node_ip_address": "127.0.0.1",  # nobody else is to reach it
            "_temp_dir": scratch,
        }
        try:
            _knock(address)
            ray.init(address, **QUIET, **(own if address == LOCAL else {}))
        except (OSError, RuntimeError, ValueError) as error:  # ConnectionError is an OSError
            reason = str(error).strip().splitlines()[0]
            raise ClusterError(
                f"cannot use the Ray cluster at {address}: {reason}; start one with "
                "`ray start --head`, or give --ray local"
            ) from error
        try:
            yield
        finally:
            ray.shutdown()


def _knock(address: str) -> None:
    """Whether anything listens at HOST:PORT."""
    host, _, port = address.rpartition(":")
    if host and "//" not in host:
        with suppress(ValueError):
            socket.create_connection((host, int(port)), ANSWER).close()


def _shares(nodes: list[dict[str, Any]]) -> list[Share]:
    """What each worker gets; where there are GPUs, only they encode."""
    has = [node["Resources"] for node in nodes if node["Alive"]]
    found = [
        share
        for resources in has
        for share in shares(int(resources.get("CPU", 0)), int(resources.get("GPU", 0)))
    ]
    on_gpus = [share for share in found if share.gpus]
    if not found:
        raise ClusterError("the Ray cluster has no processors; start a machine with some")
    return on_gpus or found
