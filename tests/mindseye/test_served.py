"""A search that a running server answers: the same as one that is not, and quick."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from mindseye.running import announced, server_of
from tests.conftest import paint_picture
from tests.mindseye.command import mindseye
from tests.mindseye.forks import Forks

SECONDS = 60
SERVE = """
from encoders.choose import PREFIXES
from mindseye.cli import main
from tests.mindseye.forks import Telling

PREFIXES["colours"] = Telling
main()
"""
SEARCH = """
import sys
from click.testing import CliRunner
from mindseye.cli import group

ran = CliRunner().invoke(group, ["search", *sys.argv[1:]])
assert ", served by http://127.0.0.1:" in ran.stderr, ran.stderr
print(sorted({"torch", "numpy", "faiss", "sqlalchemy", "search"} & sys.modules.keys()))
"""


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four pictures, one of whose names is hard to write, and a file that is none."""
    folder = tmp_path_factory.mktemp("served") / "album"
    paint_picture(folder / "red.png", (200, 20, 10))
    paint_picture(folder / "deep" / "blue sea.png", (10, 20, 200), (60, 60))
    paint_picture(folder / "deep" / "copy.png", (10, 20, 200), (60, 60))
    paint_picture(folder / os.fsdecode(b"caf\xe9 \xc3\xbc.png"), (20, 180, 20))
    (folder / "none.png").write_bytes(b"nothing")
    return folder


@pytest.fixture(scope="module")
def place(album: Path, forks: Forks) -> Path:
    """Their collection."""
    place = album.parent / "collection"
    words = ("--encoder", "colours:tiny", "--collection", place)
    assert forks.run("index", album, *words).code == 3
    return place


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The real server of that collection."""
    with serving(place) as process:
        yield process


@contextmanager
def serving(place: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", SERVE, "serve", "--collection", place, "--port", 0]
    with subprocess.Popen(list(map(str, command)), stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + SECONDS
        while server_of(place) is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield process
        process.terminate()


def plain(text: str) -> str:
    """Without what may differ: milliseconds, who answered, and how the command is started."""
    if text.startswith("{"):
        answer = json.loads(text)
        del answer["timings_ms"], answer["how"], answer["server"]
        return json.dumps(answer)
    differs = re.compile(r" ms|^encoded |python -m ")
    return "".join(line for line in text.splitlines(True) if not differs.search(line))


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["blue"], 0),
        (["blue -red green^0.5", "-k", "2", "--json"], 0),
        (["green", "--exact", "--offset", "1", "--json"], 0),
        (["folder:deep sort:name", "--json"], 0),
        (["--image", "ALBUM/deep/blue sea.png", "--json"], 0),
        (["red", "--image", "ALBUM/deep/blue sea.png", "--json"], 0),
        (['red -image:"ALBUM/deep/blue sea.png"^0.5', "--json"], 0),
        (["image:ALBUM/red.png"], 0),
        (["like:1 image:ALBUM/red.png", "--image", "ALBUM/red.png"], 0),
        (["name:nobody"], 0),
        (["  "], 2),
        (['an "open quote'], 2),
        (['an "open quote', "--image", "ALBUM/red.png"], 2),
        (["like:99"], 1),
        (["red", "-k", "0"], 2),
        (["red", "--offset", "10001"], 2),
        (["image:ALBUM/none.png"], 2),
        (["image:nowhere.png"], 1),
        (["--image", "ALBUM/none.png"], 2),
    ],
)
def test_served_or_not_output_and_exit_code_are_the_same(
    place: Path, album: Path, forks: Forks, words: list[str], code: int
) -> None:
    words = [word.replace("ALBUM", str(album)) for word in words]
    served = mindseye("search", *words, "--collection", place)
    here = forks.run("search", *words, "--collection", place, "--no-server")
    assert served.code == here.code == code, served.err
    assert plain(served.out) == plain(here.out)
    assert plain(served.err) == plain(here.err)


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    "words", [["red " * 1000], ["image:ALBUM/red.png", "--image", "ALBUM/deep/copy.png"]]
)
def test_what_the_server_does_not_take_is_answered_without_it(
    place: Path, album: Path, forks: Forks, words: list[str]
) -> None:
    words = [word.replace("ALBUM", str(album)) for word in words]
    ran = forks.run("search", *words, "--json", "--collection", place)
    assert ran.code == 0
    assert json.loads(ran.out)["server"] is None


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("words", [["blue"], ["--image", "PICTURE"], ["image:PICTURE"]])
def test_a_served_search_says_so_and_imports_nothing_heavy(
    place: Path, album: Path, words: list[str]
) -> None:
    words = [word.replace("PICTURE", str(album / "red.png")) for word in words]
    command = [sys.executable, "-c", SEARCH, *words, "--collection", str(place)]
    assert subprocess.check_output(command, text=True, timeout=SECONDS) == "[]\n"


def test_the_address_is_in_the_json_and_null_without_a_server(
    place: Path, forks: Forks, server: subprocess.Popen[bytes]
) -> None:
    known = server_of(place)
    assert known
    assert known.pid == server.pid
    served = mindseye("search", "red", "--json", "--collection", place)
    assert served.json["server"] == known.address
    here = forks.run("search", "red", "--json", "--collection", place, "--no-server")
    assert json.loads(here.out)["server"] is None


@pytest.mark.usefixtures("server")
def test_only_the_user_reads_the_token(place: Path) -> None:
    assert (place / "server.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("server")
def test_what_is_indexed_while_a_server_runs_is_found_through_it(
    place: Path, album: Path, forks: Forks
) -> None:
    new = paint_picture(album / "new.png", (5, 250, 5))
    assert forks.run("index", album, "--collection", place).code == 3
    assert str(new) in mindseye("search", "green", "-k", "1", "--collection", place).out
    new.unlink()
    assert forks.run("index", album, "--collection", place).code == 3
    assert str(new) not in mindseye("search", "green", "--collection", place).out


def test_a_server_that_was_killed_is_not_waited_for(album: Path, forks: Forks) -> None:
    place = album.parent / "another"
    forks.run("index", album, "--encoder", "colours:tiny", "--collection", place)
    with serving(place) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (place / "server.json").exists()
    assert server_of(place) is None
    ran = forks.run("search", "red", "--collection", place)
    assert ran.code == 0
    assert "served by" not in ran.err


def test_a_server_that_ends_takes_its_file_along(tmp_path: Path) -> None:
    with announced(tmp_path, "0.0.0.0", 80, "secret"):  # noqa: S104
        known = server_of(tmp_path)
        assert known
        assert (known.address, known.token) == ("http://127.0.0.1:80", "secret")
        with announced(tmp_path, "127.0.0.1", 81, "other"):  # a second one changes nothing
            assert server_of(tmp_path) == known
    assert server_of(tmp_path) is None
    assert not (tmp_path / "server.json").exists()


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"host": 1}'])
def test_a_file_that_is_not_a_server_s_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "server.json").write_text(text)
    assert server_of(tmp_path) is None


def test_a_server_that_does_not_answer_as_ours_is_passed_by(
    album: Path, forks: Forks, tmp_path: Path
) -> None:
    copy = tmp_path / "collection"
    forks.run("index", album, "--encoder", "colours:tiny", "--collection", copy)
    with closing(socket.socket()) as nobody:  # bound, but it does not listen
        nobody.bind(("127.0.0.1", 0))
        with announced(copy, "127.0.0.1", nobody.getsockname()[1], "secret"):
            ran = forks.run("search", "red", "--collection", copy)
    assert ran.code == 0
    assert "served by" not in ran.err
