"""A report is whole at every moment, and goes where a file cannot be replaced."""

import subprocess
import sys
from pathlib import Path

import pytest

from mindseye.reports import write
from tests.mindseye.command import mindseye


def test_a_report_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    write(report, "first")
    with report.open() as old:
        write(report, "second \udcff")
        assert old.read() == "first"  # who reads it now still has the whole of it
    assert report.read_text() == "second \\udcff"
    assert list(tmp_path.iterdir()) == [report]


def test_a_link_to_a_report_stays_a_link(tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "report.json")
    write(link, "first")
    write(link, "second")
    assert link.is_symlink()
    assert (tmp_path / "report.json").read_text() == "second"


def test_a_report_that_fails_leaves_the_one_before(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text("first")
    with pytest.raises(TypeError):
        write(report, 3)  # type: ignore[arg-type]
    assert report.read_text() == "first"
    assert list(tmp_path.iterdir()) == [report]


def test_a_report_to_a_pipe_is_written_as_it_is() -> None:
    code = """
from pathlib import Path
from mindseye.reports import write
write(Path("/dev/stdout"), "x")
"""
    assert subprocess.check_output([sys.executable, "-c", code]) == b"x"


def test_a_report_into_no_folder_is_refused_before_the_work(tmp_path: Path) -> None:
    ran = mindseye("index", tmp_path, "--report", tmp_path / "no" / "report.json")
    assert ran.code == 2
    assert f"there is no folder {tmp_path / 'no'}; make it first" in " ".join(ran.err.split())
