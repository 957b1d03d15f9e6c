"""A Milvus server of our own, in a scratch folder, that asks for a token."""

import shutil
import socket
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

ETCD = """
listen-client-urls: {client}
advertise-client-urls: {client}
listen-peer-urls: {peer}
initial-advertise-peer-urls: {peer}
initial-cluster: default={peer}
"""  # ports of its own, so that two servers can run at once
TOKEN = "root:Milvus"  # noqa: S105  (Milvus's own, of a new server)


class Milvus:
    """A server that can be killed and started again on the same port and data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0
        self._port, *self._etcd = _free_ports(3)
        client, peer = (f"http://127.0.0.1:{port}" for port in self._etcd)
        (folder / "etcd.yaml").write_text(ETCD.format(client=client, peer=peer))

    def address(self) -> str:
        """Where the vectors of one more collection can be, as a user writes it."""
        self._made += 1
        return f"milvus://127.0.0.1:{self._port}/photos_{self._made}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        from milvus import MilvusServer, MilvusServerConfig

        ports = {"proxy_port": self._port, "etcd_port": self._etcd[0]}
        self._server = MilvusServer(MilvusServerConfig(), data_dir=str(self._folder), **ports)
        self._server.config.set("authorization_enabled", True)
        for interval in ("checkInterval", "distPullInterval", "checkHandoffInterval"):
            self._server.config.set(f"queryCoord.{interval}", 100)  # ms: tables are small, and many
        self._run()

    def again(self) -> None:
        """Start it again after a kill, on the same port."""
        self._server.config.resolve = lambda: None  # which tries the ports: too early for some
        self._run()

    def _run(self) -> None:
        with pytest.MonkeyPatch.context() as environment, warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)  # ports that it tries and leaves open
            environment.setenv("ETCD_CONFIG_PATH", str(self._folder / "etcd.yaml"))
            self._server.start()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._server.server_proc:
            self._server.server_proc.kill()
        self._server.stop()


def installed() -> bool:
    """Whether the server can run here, and its client is there."""
    return all(find_spec(one) for one in ("milvus", "pymilvus", "tenacity"))


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        free = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(one.getsockname()[1]) for one in free]


@contextmanager
def milvus() -> Iterator[Milvus]:
    """A server that lives while the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="mindseye-"))
    server = Milvus(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
