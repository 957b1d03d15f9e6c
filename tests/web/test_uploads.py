"""Pictures that people search with, as they are kept for their addresses."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from PIL import Image

from web.uploads import Uploads

AT_ONCE = 16


def test_uploads_in_the_same_instant_do_not_disturb_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.uploads.KEPT", 4)  # so that they forget each other's, too
    uploads = Uploads(tmp_path / "uploads")
    start = Barrier(AT_ONCE)

    def keep(number: int) -> str:
        image = Image.new("RGB", (64, 64), (number % 2 * 200, 90, 90))
        start.wait(30)
        for _ in range(9):
            uploads.keep(image)
        return uploads.keep(image)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        names = set(threads.map(keep, range(AT_ONCE)))
    assert len(names) == 2
    assert {uploads.image(name).size for name in names} == {(64, 64)}
    assert {file.stem for file in (tmp_path / "uploads").iterdir()} == names
