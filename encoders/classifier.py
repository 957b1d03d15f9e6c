"""A classifier learned from examples: multinomial logistic regression over embeddings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from encoders.errors import LabelError
from encoders.labels import Label, prompts
from encoders.protocol import Embeddings, Encoder, Identity

Truths = NDArray[np.int64]
"""The place of each example's class among the names, ``(n,)``."""

STRENGTH = 10.0  # scikit-learn's C; from 5 to 100 examples a class, 1 was worse and 100 no better
FOLDS = 5
LEAST = 0.5
FORMAT = "mindseye-classifier-1"


@dataclass(frozen=True)
class Classifier:
    """Gives a picture its most likely class, if that has at least the probability ``least``.

    ``matrix`` is ``(dim, classes)``, ``bias`` ``(classes,)``, both float32.
    """

    encoder: Identity
    names: tuple[str, ...]
    matrix: Embeddings
    bias: Embeddings
    least: float = LEAST

    source = "classifier"

    def probabilities(self, rows: Embeddings) -> Embeddings:
        """How likely each class is for embeddings ``(n, dim)``: ``(n, classes)``."""
        logits = rows @ self.matrix + self.bias
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        logits /= logits.sum(axis=1, keepdims=True)
        return logits

    def scores(self, rows: Embeddings) -> Embeddings:
        """As `probabilities`, but 0 for all classes that are not given."""
        likely = self.probabilities(rows)
        best = np.maximum(likely.max(axis=1, keepdims=True), self.least)
        return np.where(likely >= best, likely, np.float32(0))

    def save(self, file: Path, report: Mapping[str, Any]) -> None:
        """Write the weights, the encoder's identity and the report of the learning to one file."""
        facts = {"encoder": asdict(self.encoder), "names": self.names, "report": report}
        about = {"format": FORMAT, "about": json.dumps(facts, ensure_ascii=False)}
        weights = {"matrix": np.ascontiguousarray(self.matrix), "bias": self.bias}
        save_file(weights, file, metadata=about)

    @classmethod
    def load(cls, file: Path, least: float = LEAST) -> "Classifier":
        """Read what `save` wrote.

        Raises:
            LabelError: the file is not a classifier.
        """
        try:
            with safe_open(file, framework="numpy") as stored:
                about = stored.metadata() or {}
                if about.get("format") != FORMAT:
                    raise LabelError(f"{file} is not a classifier; make one: mindseye classify")
                facts = json.loads(about["about"])
                matrix, bias = (stored.get_tensor(name) for name in ("matrix", "bias"))
        except (OSError, SafetensorError) as error:
            raise LabelError(f"{file} is not a classifier: {error}") from error
        return cls(Identity(**facts["encoder"]), tuple(facts["names"]), matrix, bias, least)


def class_words(encoder: Encoder, names: Sequence[str]) -> Embeddings:
    """Every class's name in every prompt, as more examples of it: ``(classes × prompts, dim)``.

    Folders often have ``_`` for a space.
    With few pictures they say much, with many they do no harm. Source: Lin et al., "Multimodality
    helps unimodality" (arXiv 2301.06267).
    """
    return encoder.encode_texts(prompts([Label(name, name.replace("_", " ")) for name in names]))


def learn(
    encoder: Identity, names: Sequence[str], rows: Embeddings, truths: Truths, words: Embeddings
) -> Classifier:
    """A classifier from embeddings of pictures ``(n, dim)``, and from `class_words`.

    Classes count alike however many examples they have. ``words`` may be empty, ``(0, dim)``.

    Raises:
        LabelError: a class has no example, or there is only one class.
    """
    from sklearn.linear_model import LogisticRegression  # imports half of SciPy

    counts = np.bincount(truths, minlength=len(names))
    if len(names) < 2 or not counts.all():
        raise LabelError(f"too little to learn from: {_told(names, counts)}")
    spoken = np.repeat(np.arange(len(names)), len(words) // len(names))
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000)
    model.fit(np.concatenate([rows, words]), np.concatenate([truths, spoken]))
    matrix, bias = model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32)
    if len(names) == 2:  # one column, for the second class against the first
        matrix, bias = np.hstack([-matrix, matrix]) / 2, np.hstack([-bias, bias]) / 2
    return Classifier(encoder, tuple(names), matrix, bias)


def cross_validated(
    encoder: Identity, names: Sequence[str], rows: Embeddings, truths: Truths, words: Embeddings
) -> Embeddings:
    """Probabilities of each example from a classifier that has not seen it: ``(n, classes)``.

    In `FOLDS` stratified folds, or as many as the smallest class has examples.

    Raises:
        LabelError: a class has fewer than two examples, or there is only one class.
    """
    from sklearn.model_selection import StratifiedKFold

    counts = np.bincount(truths, minlength=len(names))
    if len(names) < 2 or counts.min() < 2:
        raise LabelError(f"every class needs two examples at least: {_told(names, counts)}")
    folds = StratifiedKFold(min(FOLDS, int(counts.min())), shuffle=True, random_state=0)
    likely = np.empty((len(rows), len(names)), dtype=np.float32)
    for seen, held in folds.split(rows, truths):
        model = learn(encoder, names, rows[seen], truths[seen], words)
        likely[held] = model.probabilities(rows[held])
    return likely


def _told(names: Sequence[str], counts: Truths) -> str:
    return ", ".join(f"{name} {count}" for name, count in zip(names, counts, strict=True))
