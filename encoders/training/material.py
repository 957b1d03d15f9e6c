"""What training sees: features of captioned pictures, encoded once and kept in the cache."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.cache import cache_dir
from encoders.files import Encoded, Progress, encode_files
from encoders.joint import Towers
from encoders.protocol import Embeddings

TEXTS_AT_ONCE = 1024


@dataclass(frozen=True)
class Part:
    """Captioned pictures that are drawn together.

    ``weight`` scales their loss; ``fraction`` of them is seen in an epoch; with ``classes``, the
    classes of ImageNet join them as pseudo-pictures. One epoch draws each picture once, so naming
    a picture three times makes it three times as frequent.
    """

    pictures: Sequence[Path]
    captions: Sequence[Sequence[str]]
    weight: float = 1.0
    fraction: float = 1.0
    classes: bool = False


@dataclass
class Material:
    """The features of a part: pictures ``(n, width)``, texts ``(m, width)``, and who owns which.

    ``owned[i]`` are the rows of ``texts`` that describe picture ``i``; rows with the same ``ids``
    are the same picture.
    """

    pictures: Embeddings
    texts: Embeddings
    owned: list[NDArray[np.int64]]
    ids: NDArray[np.int64]
    weight: float = 1.0
    fraction: float = 1.0
    classes: bool = False
    failures: list[tuple[str, str]] = field(default_factory=list)


def encode(towers: Towers, part: Part, progress: Progress = lambda *_: None) -> Material:
    """Features of a part, from the cache where the same towers saw the same files before.

    Raises:
        PictureError: not one picture can be opened.
    """
    files = sorted(set(part.pictures))
    encoded = _pictures(towers, files, progress)
    row = {files[place]: number for number, place in enumerate(encoded.places)}
    opened = [place for place, path in enumerate(part.pictures) if path in row]
    ids = np.array([row[part.pictures[place]] for place in opened])
    lengths = np.cumsum([0, *(len(part.captions[place]) for place in opened)])
    return Material(
        encoded.rows[ids],
        _texts(towers, [text for place in opened for text in part.captions[place]], progress),
        [np.arange(first, last) for first, last in pairwise(lengths)],
        ids,
        part.weight,
        part.fraction,
        part.classes,
        encoded.failures,
    )


def _pictures(towers: Towers, files: Sequence[Path], progress: Progress) -> Encoded:
    stats = [f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}" for file in files]
    kept = _cache(towers, "pictures", stats)
    if kept.exists():
        with np.load(kept) as saved:
            failures = [(str(path), str(reason)) for path, reason in saved["failures"]]
            return Encoded(saved["rows"], saved["places"].tolist(), failures)
    encoded = encode_files(files, towers, towers.image_features, progress)
    lost = np.array(encoded.failures, dtype=str).reshape(-1, 2)
    _keep(kept, rows=encoded.rows, places=np.array(encoded.places), failures=lost)
    return encoded


def _texts(towers: Towers, texts: Sequence[str], progress: Progress) -> Embeddings:
    kept = _cache(towers, "texts", texts)
    if kept.exists():
        with np.load(kept) as saved:
            return np.asarray(saved["rows"])
    parts = []
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        parts.append(towers.text_features(texts[start : start + TEXTS_AT_ONCE]))
        progress(min(start + TEXTS_AT_ONCE, len(texts)), len(texts))
    rows = np.concatenate(parts)
    _keep(kept, rows=rows)
    return rows


def _cache(towers: Towers, kind: str, facts: Sequence[str]) -> Path:
    digest = hashlib.sha256("\n".join((towers.identity.fingerprint, *facts)).encode())
    return cache_dir() / "features" / f"{kind}-{digest.hexdigest()[:24]}.npz"


def _keep(file: Path, **arrays: NDArray[Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_suffix(".new.npz")
    np.savez(scratch, allow_pickle=False, **arrays)
    scratch.replace(file)
