"""Embeddings and features of whole data sets, encoded once and kept in the cache."""

import hashlib
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from encoders.cache import cache_dir
from encoders.files import Encoded, Preparing, Progress, encode_files
from encoders.protocol import Embeddings, Identity, Pixels

log = logging.getLogger(__name__)

TEXTS_AT_ONCE = 1024


class Named(Preparing, Protocol):
    """An encoder, or towers, that say who they are."""

    @property
    def identity(self) -> Identity: ...


def kept_pictures(
    files: Sequence[Path],
    encoder: Named,
    encode: Callable[[Sequence[Pixels]], Embeddings],
    progress: Progress = lambda *_: None,
) -> Encoded:
    """As `encode_files`, from the cache where the same encoder saw the same files before.

    A file is the same as long as its path, its size and its time of change are.

    Raises:
        PictureError: not one of them can be opened.
    """
    stats = [f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
    kept = _place(encoder.identity, "pictures", stats)
    if saved := _saved(kept):
        failures = [(str(path), str(reason)) for path, reason in saved["failures"]]
        return Encoded(saved["rows"], saved["places"].tolist(), failures)
    encoded = encode_files(files, encoder, encode, progress)
    lost = np.array(encoded.failures, dtype=str).reshape(-1, 2)
    _keep(kept, rows=encoded.rows, places=np.array(encoded.places), failures=lost)
    return encoded


def kept_texts(
    texts: Sequence[str],
    encoder: Named,
    encode: Callable[[Sequence[str]], Embeddings],
    progress: Progress = lambda *_: None,
) -> Embeddings:
    """Rows of texts ``(n, width)``, from the cache where the same encoder read them before."""
    kept = _place(encoder.identity, "texts", texts)
    if saved := _saved(kept):
        return saved["rows"]
    parts = []
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        parts.append(encode(texts[start : start + TEXTS_AT_ONCE]))
        progress(min(start + TEXTS_AT_ONCE, len(texts)), len(texts))
    rows = np.concatenate(parts)
    _keep(kept, rows=rows)
    return rows


def _place(identity: Identity, kind: str, facts: Sequence[str]) -> Path:
    digest = hashlib.sha256("\n".join((identity.fingerprint, *facts)).encode())
    return cache_dir() / "features" / f"{kind}-{digest.hexdigest()[:24]}.npz"


def _saved(file: Path) -> dict[str, NDArray[Any]] | None:
    """What is kept there, or ``None`` where nothing is that can be read."""
    try:
        with file.open("rb") as stream, np.load(stream) as saved:
            return dict(saved)
    except (OSError, ValueError, EOFError, BadZipFile):
        return None


def _keep(file: Path, **arrays: NDArray[Any]) -> None:
    """Keep the arrays, if the cache may be written: it saves time and nothing else."""
    scratch = file.with_suffix(f".{os.getpid()}.npz")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(scratch, allow_pickle=False, **arrays)
        scratch.replace(file)
    except OSError as error:
        log.warning("cannot keep what was encoded: %s", error)
