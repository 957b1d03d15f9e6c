"""`mindseye serve --workers`: one address, several processes, started and ended as one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from mindseye.running import server_of
from store import Collection
from tests.conftest import paint_picture
from tests.mindseye.forks import Forks

SECONDS = 60


@pytest.fixture
def place(tmp_path: Path, forks: Forks) -> Path:
    """A collection of one picture."""
    paint_picture(tmp_path / "album" / "red.png", (200, 20, 10))
    words = ("--encoder", "colours:tiny", "--collection", tmp_path / "collection")
    assert forks.run("index", tmp_path / "album", *words).code == 0
    return tmp_path / "collection"


@contextmanager
def serving(place: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """`mindseye serve` with two workers, in a session of its own."""
    command = [sys.executable, "-m", "tests.mindseye.serving", "serve", "--workers", "2", *words]
    command += ["--collection", str(place), "--port", "0"]
    pipes = {"stderr": subprocess.PIPE, "text": True, "start_new_session": True}
    with subprocess.Popen(command, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def until(true: Callable[[], object]) -> None:
    """Wait for it."""
    deadline = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def workers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes that answer."""
    children = psutil.Process(process.pid).children()
    return [one for one in children if "spawn_main" in " ".join(one.cmdline())]


def asked(place: Path, path: str) -> str:
    """What the announced server answers."""
    server = server_of(place)
    assert server
    with urlopen(server.address + path, timeout=SECONDS) as answer:  # noqa: S310 - our own server
        return str(answer.read().decode())


def test_a_worker_that_dies_is_replaced_while_the_others_answer(place: Path) -> None:
    with serving(place) as process:
        until(lambda: server_of(place))
        first, second = workers(process)
        first.kill()
        for number in range(5):
            assert "red.png" in asked(place, f"/api/v1/search?q=red+{number}")
        until(
            lambda: first.pid not in (found := [one.pid for one in workers(process)]) and found[1:]
        )
        assert second in workers(process)
        assert 'searches_total{route="exact"} 5.0' in asked(place, "/metrics")
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert "a worker died (SIGKILL); starting another" in err
    assert "Traceback" not in err
    assert server_of(place) is None


def test_ctrl_c_in_a_terminal_ends_all_of_them_in_order(place: Path) -> None:
    with serving(place) as process:
        until(lambda: server_of(place))
        found = workers(process)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert "Traceback" not in err
    assert not any(one.is_running() for one in found)


def test_workers_end_with_the_process_that_started_them(place: Path) -> None:
    with serving(place) as process:
        until(lambda: server_of(place))
        found = workers(process)
        process.kill()
        assert psutil.wait_procs(found, timeout=SECONDS)[1] == []


def test_a_worker_that_cannot_start_ends_the_command_with_its_reason(place: Path) -> None:
    catalog = Collection(place).catalog
    catalog.set(encoder=catalog.setting("encoder") | {"name": "open_clip:no-such/model"})
    with serving(place) as process:
        _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert "no-such" in err
    assert "Traceback" not in err
