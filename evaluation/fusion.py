"""Pictures found by their own words too: ways to fuse the two, measured side by side.

A picture's words are read off its file's name (``killer-whale_2.png``: killer whale), so they are
never the captions that are asked. Their embedding joins that of the pixels as ``sum`` or as
``concat``, as a collection is served (see `indexer.fusion`), or ``late``: the two rankings of each
query, by reciprocal rank fusion (see `search.ranking`).
"""

import time
from dataclasses import replace

import numpy as np

from encoders import Embeddings, Encoder, Progress
from encoders.kept import kept_texts
from evaluation.measure import How, Subject, new_run, of_dataset, retrieved
from evaluation.retrieval import Embedded, embed
from evaluation.shape import Run
from indexer.fusion import fused as join
from indexer.fusion import words_of
from search.ranking import RRF
from store import CONCAT, LATE, NO_FUSION, SUM, WEIGHT, Fusion

FUSIONS = (NO_FUSION, SUM, CONCAT, LATE)


def fusion_run(
    encoder: Encoder,
    subject: Subject,
    how: How,
    fusion: str,
    weight: float = WEIGHT,
    progress: Progress = lambda *_: None,
) -> Run:
    """Captions to pictures, whose own words count as one of `FUSIONS` says, with this weight.

    Raises:
        DatasetError: not one of the pictures can be opened.
    """
    start = time.perf_counter()
    embedded = embed(encoder, subject.dataset, progress)
    moved = fused(embedded, _own_words(encoder, embedded), fusion, weight)
    sections = retrieved(encoder, moved, how)
    run = new_run(encoder, subject, how, start)
    run["title"] += f", fusion {fusion}"
    run["options"] |= {"mode": f"fusion {fusion}", "fusion": fusion, "fusion_weight": weight}
    run["failures"] = [{"path": path, "reason": reason} for path, reason in embedded.failures]
    del sections["image_to_text"], sections["queries"]["image_to_text"]
    return {**run, **of_dataset(embedded.dataset), **sections}


def fused(embedded: Embedded, words: Embeddings, fusion: str, weight: float = WEIGHT) -> Embedded:
    """Texts and pictures whose products are the fused scores; ``words`` are ``(pictures, dim)``.

    Of ``late``, these are the scores of every pair themselves, beside a matrix of ones.
    """
    texts, pictures = embedded.texts, embedded.pictures
    if fusion in (SUM, CONCAT):
        return replace(embedded, pictures=join(Fusion(fusion, weight), pictures, words))
    if fusion == LATE:
        scores = _reciprocal(texts @ pictures.T) + _reciprocal(texts @ words.T)
        return replace(embedded, texts=scores, pictures=np.eye(len(pictures), dtype=np.float32))
    return embedded


def _reciprocal(scores: Embeddings) -> Embeddings:
    """``1 / (RRF + rank)`` of every picture for each query, ``(queries, pictures)``."""
    ranks = np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1, kind="stable") + 1
    return (1 / (RRF + ranks)).astype(np.float32)


def _own_words(encoder: Encoder, embedded: Embedded) -> Embeddings:
    said = [words_of(name) for name in embedded.dataset.names]
    rows = kept_texts(said, encoder, encoder.encode_texts)
    silent = np.array([not one for one in said])
    return np.where(silent[:, None], embedded.pictures, rows)
