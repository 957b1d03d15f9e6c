"""Captions that pictures carry, or that lie beside them, and the pictures that they belong to.

No picture is opened: the stored embeddings are what users are answered from.
"""

import time
from collections.abc import Sequence
from hashlib import sha256
from itertools import chain
from pathlib import Path

import numpy as np

from encoders import Embeddings, Encoder, Progress
from evaluation.dataset import Dataset
from evaluation.errors import DatasetError
from evaluation.measure import How, Subject, new_run, of_dataset, retrieved
from evaluation.retrieval import Embedded
from evaluation.shape import Run
from search import Engine

MOST = 5000  # pictures; their intervals are narrow, and their scores are a second's work
TEXTS_AT_ONCE = 64  # between two words about how far it is


def captions_run(engine: Engine, how: How, progress: Progress = lambda *_: None) -> Run:
    """Captions to pictures and back, among the pictures of the collection that have a caption.

    Of more than ``MOST`` pictures, those count whose ids come first by their SHA-256.

    Raises:
        DatasetError: no picture has a caption.
    """
    start = time.perf_counter()
    ids, embedded = _embedded(engine, progress)
    subject = Subject(embedded.dataset, engine.collection.folder, "its captions")
    run = new_run(engine.encoder, subject, how, start)
    run["options"]["collection"] = str(engine.collection.folder)
    sections = of_dataset(embedded.dataset)
    sections["gallery"]["ids"] = ids
    return {**run, **sections, **retrieved(engine.encoder, embedded, how)}


def _embedded(engine: Engine, progress: Progress) -> tuple[list[int], Embedded]:
    with engine.collection.snapshot() as snapshot:
        lines = snapshot.catalog.captions()
        chosen = sorted(lines.keys() & set(snapshot.ids().tolist()), key=_shuffled)[:MOST]
        found = snapshot.pictures(chosen)
        ids = [one for one in chosen if one in found]
        rows = snapshot.embeddings_of(ids)
    if not ids:
        raise DatasetError("no picture of the collection has a caption, within it or beside it")
    paths = [found[one].files[0] for one in ids]
    captions = tuple(tuple(lines[one]) for one in ids)
    form = "captions of the collection"
    dataset = Dataset(form, tuple(paths), tuple(map(Path, paths)), captions)
    texts = _encoded(engine.encoder, list(chain.from_iterable(captions)), progress)
    owners = np.repeat(np.arange(len(ids)), [len(one) for one in captions])
    return ids, Embedded(dataset, rows, texts, owners)


def _encoded(encoder: Encoder, texts: Sequence[str], progress: Progress) -> Embeddings:
    parts = []
    for start in range(0, len(texts), TEXTS_AT_ONCE):
        parts.append(encoder.encode_texts(texts[start : start + TEXTS_AT_ONCE]))
        progress(min(start + TEXTS_AT_ONCE, len(texts)), len(texts))
    return np.concatenate(parts)


def _shuffled(number: int) -> bytes:
    """An order that is as good as random and the same each time."""
    return sha256(str(number).encode()).digest()
