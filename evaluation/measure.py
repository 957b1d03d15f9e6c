"""A measurement as a `Run`: captioned pictures and an encoder in, JSON out."""

import re
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np

from encoders import Encoder, Progress
from evaluation.bootstrap import CONFIDENCE, SAMPLES, Bootstrap
from evaluation.dataset import Dataset
from evaluation.metrics import NONE
from evaluation.retrieval import Direction, Embedded, embed, from_embeddings
from evaluation.runs import encoder_name
from evaluation.shape import (
    FORMAT,
    Caption,
    ClassificationFacts,
    DatasetFacts,
    QueryResult,
    Run,
    Sections,
)
from evaluation.surroundings import environment
from evaluation.zero_shot import (
    TEMPLATES,
    Classification,
    class_embeddings,
    classify,
    precision_recall_f1,
)


@dataclass(frozen=True)
class Subject:
    """A data set, where it lies, and which part of it this is."""

    dataset: Dataset
    source: Path
    part: str | None = None
    language: str | None = None

    @property
    def facts(self) -> DatasetFacts:
        """As the JSON has it."""
        one, source = self.dataset, self.source.resolve()
        return {
            "name": source.name,
            "path": str(source),
            "format": one.format,
            "sha256": one.sha256,
            "part": self.part,
            "language": self.language,
            "without_caption": one.without_caption,
            "without_picture": one.without_picture,
            "pictures_without_caption": list(one.pictures_without_caption),
            "captions_without_picture": list(one.captions_without_picture),
        }


@dataclass(frozen=True)
class How:
    """How to measure: what duplicates count as, the prompts of classes, and the bootstrap."""

    duplicates: bool = False
    templates: Sequence[str] = TEMPLATES
    bootstrap: Bootstrap = field(default_factory=lambda: Bootstrap(0, SAMPLES))


def encoder_run(
    encoder: Encoder, subject: Subject, how: How, progress: Progress = lambda *_: None
) -> Run:
    """Captions to pictures and pictures to captions, exactly, by the encoder's scores.

    Where the data set has labels, each picture to the nearest class, told in words, instead.

    Raises:
        DatasetError: not one of the pictures can be opened.
    """
    start = time.perf_counter()
    embedded = embed(encoder, subject.dataset, progress)
    measured = _classified if subject.dataset.labels else retrieved
    sections = measured(encoder, embedded, how)
    run = new_run(encoder, subject, how, start)
    run["failures"] = [{"path": path, "reason": reason} for path, reason in embedded.failures]
    return {**run, **of_dataset(embedded.dataset), **sections}


def retrieved(_: Encoder, embedded: Embedded, how: How) -> Sections:
    """Captions to pictures and back, from their embeddings."""
    found = from_embeddings(embedded, duplicates=how.duplicates)
    text_to_image, image_to_text = found.measures(how.bootstrap).values()
    return {
        "kind": "retrieval",
        "text_to_image": text_to_image,
        "image_to_text": image_to_text,
        "queries": {
            "text_to_image": query_results(found.text_to_image),
            "image_to_text": query_results(found.image_to_text),
        },
    }


def _classified(encoder: Encoder, embedded: Embedded, how: How) -> Sections:
    labels = embedded.dataset.labels
    classes = sorted(set(labels))
    words = [name.replace("_", " ") for name in classes]
    prompts = class_embeddings(encoder, words, how.templates)
    truths = np.array([classes.index(label) for label in labels])
    found = classify(embedded.pictures, prompts, classes, truths)
    return {
        "kind": "classification",
        "classification": classification_facts(found, how.bootstrap),
    }


def new_run(encoder: Encoder, subject: Subject | None, how: How, start: float) -> Run:
    """A run with what every kind has; ``start`` is when it began, by `time.perf_counter`."""
    made = datetime.now(UTC)
    identity = encoder.identity
    who = asdict(identity) | {"fingerprint": identity.fingerprint}
    on = subject.source.resolve().name if subject else "a collection"
    part = f", {subject.part}" if subject and subject.part else ""
    title = f"{encoder_name(who)} on {on}{part}"
    digest = sha256(f"{made} {who['fingerprint']} {title}".encode()).hexdigest()[:6]
    words = re.sub(r"[^\w.]+", "-", title).strip("-").lower()[:60]
    return {
        "format": FORMAT,
        "id": f"{made:%Y%m%d-%H%M%S}-{words}-{digest}",
        "kind": "",
        "made": made.isoformat(timespec="seconds"),
        "title": title,
        "seconds": round(time.perf_counter() - start, 3),
        "pictures": 0,
        "captions": 0,
        "failures": [],
        "dataset": subject.facts if subject else None,
        "encoder": who,
        "options": {
            "mode": "encoder",
            "collection": None,
            "duplicates": "relevant" if how.duplicates else "wrong",
            "templates": list(how.templates) if subject and subject.dataset.labels else [],
            "seed": how.bootstrap.seed,
            "samples": how.bootstrap.samples,
            "confidence": CONFIDENCE,
        },
        "environment": environment(),
        "gallery": {"pictures": [], "captions": []},
    }


def of_dataset(dataset: Dataset) -> Sections:
    """How many pictures and captions queries and answers point into, and which."""
    captions: list[Caption] = [
        {"text": text, "picture": picture}
        for picture, lines in enumerate(dataset.captions)
        for text in lines
    ]
    return {
        "pictures": len(dataset.names),
        "captions": len(captions),
        "gallery": {"pictures": list(dataset.names), "captions": captions},
    }


def query_results(found: Direction) -> list[QueryResult]:
    """Each query's outcome and first answers as the JSON has them."""
    did = found.outcome
    columns = (did.rank, found.score, did.average_precision, did.ndcg, found.best)
    rows = zip(*(column.tolist() for column in (*columns, found.best_scores)), strict=True)
    return [
        {
            "query": number,
            "rank": rank,
            "score": round(score, 5),
            "ap": ap,
            "ndcg": ndcg,
            "best": [
                (place, round(one, 5))
                for place, one in zip(best, scores, strict=True)
                if place != NONE
            ],
        }
        for number, (rank, score, ap, ndcg, best, scores) in enumerate(rows)
    ]


def classification_facts(found: Classification, bootstrap: Bootstrap) -> ClassificationFacts:
    """Measures, classes, confusion and every guess as the JSON has them."""
    confusion = found.confusion
    told, said = confusion.sum(1), confusion.sum(0)
    per_class = precision_recall_f1(confusion.diagonal(), told, said).T.tolist()
    columns = (found.truths, found.guesses, found.scores, found.margins)
    rows = enumerate(zip(*(column.tolist() for column in columns), strict=True))
    return {
        "measures": found.measures(bootstrap),
        "classes": [
            {"name": name, "pictures": count, "precision": a, "recall": b, "f1": c}
            for name, count, (a, b, c) in zip(found.classes, told.tolist(), per_class, strict=True)
        ],
        "confusion": confusion.tolist(),
        "guesses": [
            {
                "picture": place,
                "truth": truth,
                "guess": guess,
                "score": round(score, 5),
                "margin": round(margin, 5),
            }
            for place, (truth, guess, score, margin) in rows
        ],
    }
