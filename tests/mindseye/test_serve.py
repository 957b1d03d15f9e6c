"""`mindseye serve` for real: a job that it runs ends in order when the server does."""

import json
import signal
import socket
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from store import Collection, facts
from tests.conftest import paint_picture
from tests.mindseye.command import mindseye, start

TOKEN = "a token that nobody guesses"  # noqa: S105 (it opens this test's server only)
PICTURES = 256


def ask(address: str, body: object = None) -> Any:
    """The JSON of an answer, once the server is there."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    for _ in range(300):
        try:
            with urlopen(Request(address, data, headers), timeout=30) as answer:  # noqa: S310
                return json.load(answer)
        except URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
            time.sleep(0.1)
    raise AssertionError(f"nobody answers at {address}")


def test_a_job_stops_in_order_when_the_server_is_told_to_end(tmp_path: Path) -> None:
    place, many = tmp_path / "collection", tmp_path / "many"
    paint_picture(tmp_path / "few" / "red.png", "red")
    for number in range(PICTURES):
        paint_picture(many / f"{number}.png", (number, 255 - number, 7))
    made = mindseye("index", tmp_path / "few", "--encoder", "starter", "--collection", place)
    assert made.code == 0, made.err
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    words = ("--port", str(port), "--collection", place, "--token", TOKEN, "--allow", many)
    server = start("serve", *words)
    try:
        api = f"http://127.0.0.1:{port}/api/v1/jobs"
        job = ask(api, {"kind": "index", "folder": str(many)})
        while not job["done"]:
            job = ask(f"{api}/{job['id']}")
        server.send_signal(signal.SIGTERM)
        _, err = server.communicate(timeout=60)
    finally:
        server.kill()
    assert server.returncode == 0
    assert "stopping after what is in hand" in err
    assert "Traceback" not in err
    found = facts(Collection(place))
    assert 1 < found.pictures < PICTURES + 1
    assert found.searchable == found.pictures  # what was written is published too
