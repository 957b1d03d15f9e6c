"""The command `index`, run for real with the tiny encoder."""

import json
import os
from pathlib import Path

from tests.mindseye.forks import Forks


def test_a_list_from_find_comes_in_on_standard_input(
    forks: Forks, photos: Path, tmp_path: Path
) -> None:
    listed = b"".join(os.fsencode(path) + b"\0" for path in photos.rglob("*.*g"))
    words = ("index", "-", "--encoder", "colours:tiny", "--collection", tmp_path / "listed")
    ran = forks.run(*words, typed=listed)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("2 files seen = 2 indexed\n")


def test_fusion_stays_with_the_collection_and_is_taken_back_without_reading(
    forks: Forks, photos: Path, tmp_path: Path
) -> None:
    words = ("index", photos, "--encoder", "colours:tiny", "--collection", tmp_path / "fused")
    for given, kept in (
        (["--fusion", "late"], "late"),
        ([], "late"),
        (["--fusion", "sum", "--fusion-weight", "0.3"], "sum"),
        (["--fusion", "concat"], "concat"),
        (["--fusion", "none"], "none"),
    ):
        ran = forks.run(*words, *given)
        assert ran.code == 0, ran.err
        status = forks.run("status", "--json", "--collection", tmp_path / "fused")
        assert json.loads(status.out)["fusion"] == kept
    assert "3 unchanged" in ran.out
    assert "indexed" not in ran.out
