"""The loop: batches, loss, moving average, validation, early stopping."""

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from encoders.errors import TrainingError
from encoders.training.material import Material
from encoders.training.options import Options


@dataclass
class History:
    """Of each epoch the mean loss, and the mean of recall@1, 5 and 10 on the validation part."""

    losses: list[float] = field(default_factory=list)
    recalls: list[float] = field(default_factory=list)

    @property
    def best(self) -> int:
        """The last epoch with the highest recall, from 0."""
        return len(self.recalls) - 1 - int(np.argmax(self.recalls[::-1]))


class Contrasted(Protocol):
    """What makes unit vectors of features, and the logarithm of the logit scale."""

    @property
    def scale(self) -> Tensor: ...

    @property
    def text_mean(self) -> Tensor: ...

    def embed_images(self, features: Tensor) -> Tensor: ...

    def embed_texts(self, features: Tensor) -> Tensor: ...


class Projection(nn.Module):
    """One linear head a side, over standardised features."""

    def __init__(self, pictures: Tensor, texts: Tensor, options: Options) -> None:
        super().__init__()
        self.image = nn.Linear(pictures.shape[1], options.dim)
        self.text = nn.Linear(texts.shape[1], options.dim)
        self.scale = nn.Parameter(torch.tensor(math.log(options.scale)))
        self.dropout = nn.Dropout(options.dropout)
        self.text_dropout = nn.Dropout(options.text_dropout)
        self.image_mean: Tensor
        self.image_deviation: Tensor
        self.text_mean: Tensor
        self.register_buffer("image_mean", pictures.mean(0))
        self.register_buffer("image_deviation", pictures.std(0) + 1e-3)
        self.register_buffer("text_mean", texts.mean(0))

    def embed_images(self, features: Tensor) -> Tensor:
        """Features ``(n, width)`` to unit vectors ``(n, dim)``."""
        standard = (features - self.image_mean) / self.image_deviation
        return functional.normalize(self.image(self.dropout(standard)), dim=1)

    def embed_texts(self, features: Tensor) -> Tensor:
        """Features ``(n, width)`` to unit vectors ``(n, dim)``."""
        return functional.normalize(self.text(self.text_dropout(features - self.text_mean)), dim=1)


class Batch(NamedTuple):
    """Pictures of one part, each with one of its captions; the loss counts ``weight`` times."""

    pictures: Tensor
    texts: Tensor
    weight: float


@contextmanager
def denormals_flushed() -> Iterator[None]:
    """Dying weights otherwise slow the processor down; whoever calls us may need such numbers."""
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


@denormals_flushed()
def fit(
    parts: Sequence[Material],
    validation: Material,
    options: Options,
    on_epoch: Callable[[History], None] = lambda *_: None,
) -> tuple[Projection, History]:
    """Train heads and return the best epoch's moving average of them.

    Stops when the recall on ``validation`` has been below its best for ``options.patience``
    epochs. The first part sets mean and deviation of the features.

    Raises:
        TrainingError: there are too few pictures to contrast.
    """
    if sum(len(part.pictures) for part in parts) < 4 or len(validation.pictures) < 2:
        raise TrainingError("too few captioned pictures: at least 4 to train on and 2 to validate")
    torch.manual_seed(options.seed)
    random = np.random.default_rng(options.seed)
    heads = Projection(_tensor(parts[0].pictures), _tensor(parts[0].texts), options)
    average = copy.deepcopy(heads).eval()
    history, best = History(), copy.deepcopy(average)
    stepper = _Stepper(heads, average, options, _steps(parts, options))
    for _ in range(options.epochs):
        losses = [stepper.step(batch) for batch in _epoch(parts, options, random)]
        history.losses.append(float(np.mean(losses)))
        history.recalls.append(recall(average, validation))
        if history.best == len(history.recalls) - 1:
            best = copy.deepcopy(average)
        on_epoch(history)
        if len(history.recalls) - 1 - history.best >= options.patience:
            break
    return best, history


class _Stepper:
    """AdamW with a schedule; the logit scale is not decayed."""

    def __init__(
        self, heads: Projection, average: Projection, options: Options, total: int
    ) -> None:
        self._heads, self._average, self._options = heads, average, options
        self._total, self._done = total, 0
        weights = [one for one in heads.parameters() if one is not heads.scale]
        groups: list[dict[str, Any]] = [
            {"params": weights},
            {"params": [heads.scale], "weight_decay": 0.0},
        ]
        betas, decay = (0.9, 0.98), options.decay
        self._optimizer = torch.optim.AdamW(
            groups, lr=options.rate, betas=betas, weight_decay=decay
        )

    def step(self, batch: Batch) -> float:
        self._done += 1
        for group in self._optimizer.param_groups:
            group["lr"] = self._options.rate * _schedule(self._done, self._total)
        loss = contrast(self._heads, batch, self._options.same_text)
        self._optimizer.zero_grad()
        (batch.weight * loss).backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        keep = min(self._options.average, 1 - 1 / (self._done + 1))
        with torch.no_grad():
            pairs = zip(self._average.parameters(), self._heads.parameters(), strict=True)
            for old, new in pairs:
                old.lerp_(new, 1 - keep)
        return float(loss.detach())


def contrast(heads: Contrasted, batch: Batch, same_text: float) -> Tensor:
    """The symmetric contrastive loss of CLIP (Radford et al., arXiv 2103.00020).

    Pairs whose captions say nearly the same (cosine above ``same_text``) are no negatives; nor are
    captions of one picture, since a batch holds a picture once.
    """
    images, texts = heads.embed_images(batch.pictures), heads.embed_texts(batch.texts)
    logits = heads.scale.exp().clamp(max=100) * images @ texts.T
    centred = functional.normalize(batch.texts - heads.text_mean, dim=1)
    same = (centred @ centred.T > same_text).fill_diagonal_(False)
    logits = logits.masked_fill(same, -1e4)
    target = torch.arange(len(texts))
    by_image = functional.cross_entropy(logits, target)
    return (by_image + functional.cross_entropy(logits.T, target)) / 2


@torch.inference_mode()
def recall(heads: Contrasted, material: Material) -> float:
    """The mean of recall@1, 5 and 10 of captions: one figure that neither end alone decides."""
    images = heads.embed_images(_tensor(material.pictures))
    scores = heads.embed_texts(_tensor(material.texts)) @ images.T
    owners = torch.repeat_interleave(torch.tensor([len(own) for own in material.owned]))
    right = scores.gather(1, owners[:, None])
    rank = (scores >= right).sum(1)  # ties count against us
    return float(np.mean([float((rank <= k).float().mean()) for k in (1, 5, 10)]))


def _epoch(parts: Sequence[Material], options: Options, random: np.random.Generator) -> list[Batch]:
    """One batch after the other, the parts mixed; each picture once at the most."""
    jobs = [(part, rows) for part in parts for rows in batches(part, options.batch, random)]
    mixed = [jobs[place] for place in random.permutation(len(jobs))]
    return [batch(part, rows, random) for part, rows in mixed]


def batches(part: Material, size: int, random: np.random.Generator) -> list[NDArray[np.int64]]:
    order = random.permutation(len(part.pictures))[: math.ceil(len(part.pictures) * part.fraction)]
    batches = np.array_split(order, math.ceil(len(order) / size))
    # A picture that stands several times in its part must not be its own negative.
    return [rows[np.unique(part.ids[rows], return_index=True)[1]] for rows in batches]


def batch(part: Material, rows: NDArray[np.int64], random: np.random.Generator) -> Batch:
    chosen = [random.choice(part.owned[row]) for row in rows]
    return Batch(_tensor(part.pictures[rows]), _tensor(part.texts[chosen]), part.weight)


def _steps(parts: Sequence[Material], options: Options) -> int:
    sizes = [math.ceil(len(part.pictures) * part.fraction) for part in parts]
    return options.epochs * sum(math.ceil(size / options.batch) for size in sizes)


def _schedule(step: int, total: int) -> float:
    return min(1.0, 20 * step / total) * (1 + math.cos(math.pi * step / total)) / 2


def _tensor(rows: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(rows))
