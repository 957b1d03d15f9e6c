"""Labels told in words: read from a file, embedded, and given to pictures without any training."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from encoders.errors import LabelError
from encoders.files import Progress
from encoders.kept import kept_pictures, kept_texts
from encoders.picture import SUFFIXES
from encoders.protocol import Embeddings, Encoder, Identity, unit

EVERYDAY = Path(__file__).parent.parent / "data" / "labels" / "everyday.txt"
BACKGROUND = Path(__file__).parent.parent / "data" / "background"
PROMPTS = ("{}", "a photo of {}", "a picture of {}", "a drawing of {}", "an icon of {}")
LEAST = 0.1  # of the probability over all labels; among 634, even six fitting ones pass
DEVIATIONS = 2.0  # above the background's mean: about 2 % of unrelated pictures are there


class Label(NamedTuple):
    """What a picture is tagged with, and what the encoder reads for it."""

    name: str
    text: str


def read_labels(file: Path = EVERYDAY) -> list[Label]:
    """One label a line; what follows a colon is read instead of the name; ``#`` begins a comment.

    Raises:
        LabelError: the file cannot be read as UTF-8, is empty, or names a label twice.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"cannot read labels from {file}: {error}") from error
    labels: dict[str, Label] = {}
    for number, line in enumerate(lines, 1):
        name, _, text = (part.strip() for part in line.partition("#")[0].partition(":"))
        if name in labels:
            raise LabelError(f"{file}, line {number}: the label {name!r} stands there twice")
        if name:
            labels[name] = Label(name, text or name)
    if not labels:
        raise LabelError(f"no labels in {file}; write one a line")
    return list(labels.values())


def zero_shot(
    encoder: Encoder,
    labels: Path | None = None,
    background: Path | None = None,
    progress: Progress = lambda *_: None,
    least: float = LEAST,
) -> "ZeroShot":
    """A tagger with the labels of a file, calibrated on the pictures below a folder.

    What the encoder makes of both is kept in the cache.

    Without ``labels`` it has the everyday ones; else those compete with the given ones.

    Raises:
        LabelError: the labels cannot be read.
        PictureError: no background picture can be opened.
    """
    everyday = read_labels()
    wanted = read_labels(labels) if labels else everyday
    taken = {label.name.casefold() for label in wanted}
    rivals = [label for label in everyday if label.name.casefold() not in taken]
    texts = prompts([*wanted, *rivals])
    rows = ensemble(kept_texts(texts, encoder, encoder.encode_texts, progress))
    folder = background or BACKGROUND
    files = [file for file in sorted(folder.rglob("*")) if file.suffix.lower() in SUFFIXES]
    pictures = kept_pictures(files, encoder, encoder.encode_images, progress).rows
    return ZeroShot.fit(encoder, [label.name for label in wanted], rows, pictures, least)


def prompts(labels: Sequence[Label]) -> list[str]:
    """Every label in every prompt, those of one label together."""
    return [prompt.format(label.text) for label in labels for prompt in PROMPTS]


def ensemble(rows: Embeddings, each: int = len(PROMPTS)) -> Embeddings:
    """``each`` prompts of a label after another to one unit vector, ``(labels, dim)``: their mean.

    Source: CLIP (Radford et al., arXiv 2103.00020, section 3.1.4).
    """
    return unit(rows.reshape(-1, each, rows.shape[1]).mean(axis=1, dtype=np.float32))


@dataclass(frozen=True)
class ZeroShot:
    """Gives labels to embeddings of pictures.

    A label's cosine is measured from its mean over background pictures, which takes away what an
    encoder says of every picture. The softmax over all labels, with the scale that the encoder was
    trained with, then is how likely this label is among them. ``rivals`` more labels than ``names``
    compete without being given, so that a few labels do not have to fit everything.
    """

    encoder: Identity
    names: tuple[str, ...]
    matrix: Embeddings
    centre: Embeddings
    threshold: Embeddings
    least: float = LEAST

    source = "zero-shot"

    @classmethod
    def fit(
        cls,
        encoder: Encoder,
        names: Sequence[str],
        rows: Embeddings,
        background: Embeddings,
        least: float = LEAST,
    ) -> "ZeroShot":
        """Calibrate on embeddings of background pictures ``(m, dim)``.

        ``rows`` are the `ensemble` of all labels, ``(labels, dim)``: the named ones, then rivals.
        Without any background the cosines count as they are.
        """
        matrix = np.ascontiguousarray(encoder.scale * rows.T)
        logits = background @ matrix
        centre = np.zeros(len(rows), dtype=np.float32)
        threshold = np.full(len(names), -np.inf, dtype=np.float32)
        if len(background):
            centre = logits.mean(axis=0)
            threshold = DEVIATIONS * logits[:, : len(names)].std(axis=0)
        return cls(encoder.identity, tuple(names), matrix, centre, threshold, least)

    def scores(self, rows: Embeddings) -> Embeddings:
        """Probabilities ``(n, names)`` for embeddings ``(n, dim)``; 0 where a label is not given.

        It is given where it has at least ``least``, and stands above its own threshold: so many
        standard deviations above its mean over the background.
        """
        logits = rows @ self.matrix
        logits -= self.centre
        unusual = logits[:, : len(self.names)] >= self.threshold
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
        likely = logits[:, : len(self.names)] / logits.sum(axis=1, keepdims=True)
        return np.where(unusual & (likely >= self.least), likely, np.float32(0))
