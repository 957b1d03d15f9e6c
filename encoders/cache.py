"""Where converted models are kept between runs."""

import os
from pathlib import Path

import platformdirs


def cache_dir() -> Path:
    """The folder for files that can be made again: ``$MINDSEYE_CACHE``, or the system's own."""
    return Path(os.environ.get("MINDSEYE_CACHE") or platformdirs.user_cache_dir("mindseye", False))
