"""Every test of a measurement with a cache of its own."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, for embeddings and unpacked shards."""
    monkeypatch.setenv("MINDSEYE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"
