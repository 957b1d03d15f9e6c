"""`mindseye index --watch`, really run: pictures come, change, move, go, and searching sees it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from search import Engine, parse
from store import Collection
from tests.conftest import paint_picture
from tests.mindseye.forks import Telling
from tests.servers.postgres import Postgres
from tests.store.test_collection import another_writer

SECONDS = 90  # that a change may take to be found on a busy machine; elsewhere it takes two
FITS = 0.7  # a score that only a picture of that colour has
COMMAND = """
from encoders.choose import PREFIXES
from tests.mindseye.forks import Telling
PREFIXES["colours"] = Telling
from mindseye.cli import main
main()
"""


class Watching:
    """The command while it runs, and what a search of its collection finds."""

    def __init__(self, process: subprocess.Popen[str], folder: Path, place: Path) -> None:
        self.process = process
        self.folder = folder
        self.place = place
        self._engine: Engine | None = None

    def best(self, words: str) -> str:
        """The file name of what fits best, if anything fits well."""
        if self._engine is None:
            self._engine = Engine(Collection(self.place), Telling())
        hits = self._engine.search(parse(words), 1).hits
        fits = [Path(hit.files[0]).name for hit in hits if (hit.score or 0) > FITS]
        return fits[0] if fits else ""

    def close(self) -> None:
        """Let go of the collection."""
        if self._engine:
            self._engine.collection.close()

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait for it."""
        deadline = time.monotonic() + SECONDS
        while not happened():
            assert time.monotonic() < deadline
            assert self.process.poll() is None
            time.sleep(0.05)

    def stop(self) -> tuple[str, str]:
        """Ctrl-C, and what was printed."""
        self.process.send_signal(signal.SIGINT)
        return self.process.communicate(timeout=SECONDS)


@contextmanager
def watching(tmp_path: Path, *words: str | Path) -> Iterator[Watching]:
    """The command over a folder with one red picture, once that can be found."""
    folder, place = tmp_path / "photos", tmp_path / "collection"
    paint_picture(folder / "cherry.png", (250, 10, 10))
    options = ("--watch", "--encoder", "colours:tiny", "--collection", place, *words)
    command = [sys.executable, "-c", COMMAND, "index", folder, *options]
    with subprocess.Popen(
        list(map(str, command)), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            watch = Watching(process, folder, place)
            watch.until((place / "index-000001.faiss").exists)
            watch.until(lambda: watch.best("red") == "cherry.png")
            yield watch
        finally:
            process.kill()


def counts(out: str) -> list[str]:
    """The line of each run that says what became of the files."""
    return [line for line in out.splitlines() if " seen = " in line]


def test_whatever_happens_in_the_folder_is_soon_found(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    with watching(tmp_path, "--report", report) as watch:
        folder = watch.folder
        paint_picture(folder / "new" / "leaf.png", (10, 250, 10))
        watch.until(lambda: watch.best("green") == "leaf.png")

        paint_picture(folder / "cherry.png", (10, 10, 250))
        watch.until(lambda: watch.best("blue") == "cherry.png")

        (folder / "new").rename(folder / "moved.album")
        (folder / "moved.album" / "leaf.png").rename(folder / "grass.png")
        watch.until(lambda: watch.best("green") == "grass.png")

        (folder / "cherry.png").unlink()
        watch.until(lambda: not watch.best("blue"))
        watch.until(lambda: json.loads(report.read_text())["removed"] == 1)
        out, err = watch.stop()
    assert watch.process.returncode == 0
    assert counts(out) == [
        "1 file seen = 1 indexed",
        "2 files seen = 1 indexed + 1 unchanged",
        "2 files seen = 1 unchanged + 1 changed",
        "2 files seen = 1 unchanged + 1 moved",
        "1 file seen = 1 unchanged; 1 removed",
    ]
    assert err.splitlines()[-1] == "stopped watching; everything that was there is indexed"
    assert "Traceback" not in err


def test_a_burst_is_one_run_and_what_is_no_picture_none(tmp_path: Path) -> None:
    with watching(tmp_path) as watch:
        for number in range(30):
            paint_picture(watch.folder / f"{number}.png", (5, 8 * number, 9))
            time.sleep(0.01)
        watch.until(lambda: len(Collection(watch.place).catalog.living()[0]) == 31)
        (watch.folder / "notes.log").write_text("nothing to see")
        time.sleep(1.5)
        out, _ = watch.stop()
    assert counts(out)[1:] == ["31 files seen = 30 indexed + 1 unchanged"]


def test_a_half_written_picture_fails_and_is_mended_when_it_is_whole(tmp_path: Path) -> None:
    whole = paint_picture(tmp_path / "leaf.png", (10, 250, 10), (60, 60)).read_bytes()
    with watching(tmp_path) as watch:
        (watch.folder / "leaf.png").write_bytes(whole[:60])
        watch.until(lambda: bool(Collection(watch.place).catalog.failures()))
        (watch.folder / "leaf.png").write_bytes(whole)
        watch.until(lambda: watch.best("green") == "leaf.png")
        out, err = watch.stop()
    assert "2 files seen = 1 unchanged + 1 failed" in out
    assert f"failed: {watch.folder}/leaf.png: " in err


def test_another_writer_is_waited_for(tmp_path: Path) -> None:
    with watching(tmp_path) as watch:
        with another_writer(watch.place):
            paint_picture(watch.folder / "leaf.png", (10, 250, 10))
            time.sleep(1.5)
            assert watch.best("green") == ""
        watch.until(lambda: watch.best("green") == "leaf.png")


def test_a_catalog_on_a_server_is_followed_too(tmp_path: Path, postgres_server: Postgres) -> None:
    address = postgres_server.url(postgres_server.database())
    with watching(tmp_path, "--catalog", address) as watch:
        with another_writer(watch.place):
            paint_picture(watch.folder / "leaf.png", (10, 250, 10))
            time.sleep(1.5)
            assert watch.best("green") == ""
        watch.until(lambda: watch.best("green") == "leaf.png")
        watch.close()
        _, err = watch.stop()
    assert watch.process.returncode == 0
    assert "Traceback" not in err
