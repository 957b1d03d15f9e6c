"""Zero-shot classification: pictures to the nearest of a few labels, told in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from encoders import Embeddings, Encoder, Progress, encode_files
from encoders.labels import ensemble
from evaluation.bootstrap import Bootstrap, Interval

PROMPT = "a picture of {}"
TEMPLATES = (PROMPT, "a photo of a {}", "a drawing of a {}", "a close-up of a {}", "{}")

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class Classification:
    """Guesses and truths ``(pictures,)``, as places among the ``classes``, and the score of each.

    ``scores`` is the cosine with the guess, ``margins`` how far the guess is ahead of the truth.
    """

    classes: tuple[str, ...]
    truths: Labels
    guesses: Labels
    scores: NDArray[np.float32]
    margins: NDArray[np.float32]

    @property
    def confusion(self) -> NDArray[np.int64]:
        """How often a picture of class i was taken for class j: ``(classes, classes)``."""
        size = len(self.classes)
        cells = np.bincount(self.truths * size + self.guesses, minlength=size * size)
        return cells.reshape(size, size)

    def measures(self, bootstrap: Bootstrap) -> dict[str, Interval]:
        """Accuracy, and precision, recall and F1 averaged over classes, each with its interval."""

        def figures(weights: NDArray[np.int64]) -> NDArray[np.float64]:
            right = weights * (self.truths == self.guesses)
            hits, told, said = (
                np.bincount(places, counts, len(self.classes)).astype(np.int64)
                for places, counts in (
                    (self.truths, right),
                    (self.truths, weights),
                    (self.guesses, weights),
                )
            )
            per_class = precision_recall_f1(hits, told, said)
            return np.array([hits.sum() / told.sum(), *per_class.mean(1)])

        names = ("accuracy", "macro_precision", "macro_recall", "macro_f1")
        return dict(zip(names, bootstrap.figures(figures, len(self.truths)), strict=True))


def precision_recall_f1(hits: Labels, told: Labels, said: Labels) -> NDArray[np.float64]:
    """The three of each class, ``(3, classes)``, from right guesses, true and guessed pictures.

    What would divide by zero is 0.
    """
    return np.stack(
        [
            np.divide(hits, said, out=np.zeros(len(hits)), where=said > 0),
            np.divide(hits, told, out=np.zeros(len(hits)), where=told > 0),
            np.divide(2 * hits, told + said, out=np.zeros(len(hits)), where=told + said > 0),
        ]
    )


def class_embeddings(
    encoder: Encoder, classes: Sequence[str], templates: Sequence[str]
) -> Embeddings:
    """The `ensemble` of each class's prompts: ``(classes, dim)``."""
    texts = [template.format(name) for name in classes for template in templates]
    return ensemble(encoder.encode_texts(texts), len(templates))


def classify(
    pictures: Embeddings, prompts: Embeddings, classes: Sequence[str], truths: Labels
) -> Classification:
    """The nearest class of each picture: ``(n, dim)`` against ``(classes, dim)``."""
    scores = pictures @ prompts.T
    guesses = scores.argmax(1)
    rows = np.arange(len(scores))
    best = scores[rows, guesses]
    return Classification(tuple(classes), truths, guesses, best, best - scores[rows, truths])


def accuracy(
    encoder: Encoder,
    pictures: Sequence[Path],
    labels: Sequence[str],
    progress: Progress = lambda *_: None,
) -> float:
    """The share of pictures whose own label is the nearest; ``labels[i]`` belongs to picture i.

    Raises:
        PictureError: none can be opened.
    """
    classes = sorted(set(labels))
    encoded = encode_files(pictures, encoder, encoder.encode_images, progress)
    truths = np.array([classes.index(labels[place]) for place in encoded.places])
    prompts = class_embeddings(encoder, classes, (PROMPT,))
    found = classify(encoded.rows, prompts, classes, truths)
    return float((found.guesses == found.truths).mean())
