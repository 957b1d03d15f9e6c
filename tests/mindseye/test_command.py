"""Commands, exit codes and messages. Each run pays for loading the encoder, so runs are few."""

import os
import re
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner

from mindseye.cli import group
from tests.conftest import paint_picture
from tests.mindseye.command import Ran, mindseye, start
from tests.store.test_collection import another_writer


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three pictures, one of them damaged, one with a name that is not UTF-8."""
    folder = tmp_path_factory.mktemp("album") / "photos"
    exif = b"Exif\0\0II*\0\xff\xff\xff\xff"
    paint_picture(folder / "red.png", (200, 10, 10))
    paint_picture(folder / "odd metadata.jpg", (20, 20, 200), exif=exif)
    (folder / "broken.jpg").write_bytes(b"nothing")
    paint_picture(folder / os.fsdecode(b"caf\xe9.png"), (1, 2, 3))
    return folder


@pytest.fixture(scope="module")
def place(folder: Path) -> Path:
    return folder.parent / "collection"


@pytest.fixture(scope="module")
def indexed(folder: Path, place: Path) -> Ran:
    report = folder.parent / "r.json"
    words = ("--encoder", "starter", "--collection", place, "--report", report)
    return mindseye("index", folder, *words)


@pytest.mark.parametrize("command", sorted(group.commands))
def test_every_command_s_help_shows_an_example(command: str) -> None:
    shown = CliRunner().invoke(group, [command, "--help"])
    assert shown.exit_code == 0
    assert "\n  Example:\n    mindseye " in shown.output
    assert f"mindseye {command}" in shown.output


def test_the_help_of_the_whole_lists_every_command() -> None:
    ran = mindseye("-h")
    assert ran.code == 0
    assert all(f"\n  {command} " in ran.out for command in group.commands)
    assert "\n  Example:\n    mindseye index ~/Pictures\n" in ran.out


def test_indexing_accounts_for_every_file_and_ends_with_3_where_some_failed(
    indexed: Ran, folder: Path, place: Path
) -> None:
    assert indexed.code == 3
    account, pace, where = indexed.out.splitlines()
    assert account == "4 files seen = 2 indexed + 2 failed"
    stages = r"read \d+%, decode \d+%, encode \d+%, write \d+% busy: (decode|encode) limits"
    assert re.fullmatch(rf"4 read in [\d.]+ s, \d+/s: {stages}", pace)
    assert where == f"collection: {place}"
    reason = "not a picture in a format that mindseye reads"
    assert f"failed: {folder}/broken.jpg: {reason}\n" in indexed.err
    assert "its name is not valid UTF-8; rename it" in indexed.err
    assert "encoder: starter (efficientnet-lite0" in indexed.err
    assert "Warning" not in indexed.err
    report = (folder.parent / "r.json").read_text(encoding="utf-8")
    assert '"seen": 4' in report
    assert "caf\\udce9.png" in report


@pytest.mark.usefixtures("indexed")
def test_a_search_prints_rank_score_and_path(place: Path, folder: Path) -> None:
    ran = mindseye("search", "a red thing", "-k", "1", MINDSEYE_COLLECTION=str(place))
    assert ran.code == 0
    rank, score, path = ran.out.split(maxsplit=2)
    assert (rank, path.rstrip()) in {
        ("1", f"{folder}/red.png"),
        ("1", f"{folder}/odd metadata.jpg"),
    }
    assert -1 <= float(score) <= 1
    assert ran.err.startswith("1 picture, exact, ")


@pytest.mark.usefixtures("indexed")
def test_a_search_by_picture_as_json_is_one_object(place: Path, folder: Path) -> None:
    ran = mindseye("search", "--image", folder / "red.png", "--json", "--collection", place)
    assert ran.json.keys() >= {"query", "route", "timings_ms", "hits"}
    best = ran.json["hits"][0]
    assert best["files"] == [f"{folder}/red.png"]
    assert best["score"] == pytest.approx(1, abs=1e-4)


@pytest.mark.usefixtures("indexed")
def test_status_says_what_there_is(place: Path) -> None:
    facts = mindseye("status", "--json", "--collection", place).json
    expected = {"encoder": "starter", "dimensions": 896, "pictures": 2, "files": 2, "failed": 1}
    assert facts | expected == facts


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["index", "NOWHERE"], 2, "does not exist; give folders that hold pictures"),
        (["index"], 2, "Missing argument 'PLACES...'"),
        (["search", " "], 2, "nothing to look for; describe a picture in a few words"),
        (["search", "red", "-k", "0"], 2, "k is 0; it must be between 1 and 1000"),
        (["search", "--image", "BROKEN"], 2, "broken.jpg: not a picture in a format that"),
        (["search", "--image", "NOWHERE"], 2, "does not exist"),
        (["serch", "red"], 2, "No such command 'serch'"),
        (["index", "FOLDER", "--encoder", "clip-9"], 1, "no encoder is called 'clip-9'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_its_exit_code(
    place: Path, folder: Path, words: list[str], code: int, message: str
) -> None:
    names = {"NOWHERE": folder / "nowhere", "BROKEN": folder / "broken.jpg", "FOLDER": folder}
    ran = mindseye(*(names.get(word, word) for word in words), MINDSEYE_COLLECTION=str(place))
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.splitlines()[-1].startswith("Error: ")
    assert message in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("words", [["search", "red"], ["serve"]])
def test_without_a_collection_the_message_says_how_to_make_one(
    tmp_path: Path, words: list[str]
) -> None:
    ran = mindseye(*words, "--collection", tmp_path / "none")
    assert ran.code == 1
    message = f"no collection in {tmp_path / 'none'}; make one: mindseye index FOLDER"
    assert ran.err == f"Error: {message}\n"
    assert not (tmp_path / "none").exists()


def test_a_folder_that_is_not_there_leaves_no_collection_behind(tmp_path: Path) -> None:
    ran = mindseye("index", tmp_path / "nowhere", "--collection", tmp_path / "none")
    assert ran.code == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("indexed")
def test_a_second_writer_is_told_of_the_first(place: Path, folder: Path) -> None:
    with another_writer(place) as process:
        ran = mindseye("index", folder, "--collection", place)
        assert ran.code == 1
        assert f"is being written by process {process.pid} on " in ran.err


def test_ctrl_c_ends_in_one_line_and_130(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    with start("search", "--image", pipe) as process, pipe.open("wb"):
        process.send_signal(signal.SIGINT)  # it waits for the pipe now: opening it says so
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.strip() == "stopped"
