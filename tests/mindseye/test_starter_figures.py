"""The starter finds what its card says, measured as its card says, on pictures it never saw."""

from pathlib import Path
from typing import Any

import pytest

from tests.mindseye.command import mindseye

FLICKR8K = Path(__file__).parents[3] / "shared" / "corpora" / "flickr8k"


def text_to_image(folder: str | Path, test: int, runs: Path) -> Any:
    ran = mindseye("evaluate", folder, "--test", str(test), "--json", MINDSEYE_RUNS=str(runs))
    assert ran.code == 0, ran.err
    assert ran.json["pictures"] == test
    return ran.json["text_to_image"]


@pytest.mark.skipif(not FLICKR8K.is_dir(), reason=f"needs Flickr8k in {FLICKR8K}")
def test_photos_are_found_by_their_captions(tmp_path: Path) -> None:
    found = text_to_image(FLICKR8K, 775, tmp_path)
    assert found["r@1"]["value"] >= 0.30
    assert found["r@10"]["value"] >= 0.73


def test_stamps_are_found_by_their_sentences(tmp_path: Path) -> None:
    fetched = mindseye("fetch", "stamps")
    if fetched.code:
        pytest.skip(f"the stamps cannot be had here: {fetched.err.strip()}")
    assert text_to_image(fetched.out.strip(), 392, tmp_path)["r@10"]["value"] >= 0.63
