"""An adapter: a residual map a side over an encoder's embeddings, learned from captions.

A picture's embedding ``x`` becomes ``unit(x + x A)``, a text's ``unit(y + y B)``. Both matrices
begin at zero and are pulled back there, so with little to learn from, the encoder stays what it is.
How strong the pull is and when to stop is chosen by cross-validation, in which the encoder as it
was takes part: it is the choice of no steps at all.

Residual adapters over frozen embeddings: CLIP-Adapter (Gao et al., arXiv 2110.04544).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from encoders.errors import TrainingError
from encoders.joint import Affine, Block
from encoders.training.fit import batch, batches, contrast, denormals_flushed, recall
from encoders.training.material import Material
from encoders.training.options import Options

PULLS = (0.1, 0.01, 0.001)  # times the sum of the squares of both matrices, beside the loss
STEPS, LOOK = 60, 10  # the most steps of Adam, and how often validation looks
RATE = 1e-3
FOLDS = 3


@dataclass(frozen=True)
class Adapter:
    """What was learned: a block for an encoder's heads, and how it was chosen.

    ``validation`` is the mean recall@1, 5 and 10 of captions over the folds, as the encoder was and
    with the chosen ``pull`` and ``steps``; without any gain there are no steps, and the block
    changes nothing.
    """

    block: Block
    pull: float
    steps: int
    validation: tuple[float, float]


@contextmanager
def _one_thread() -> Iterator[None]:
    """The matrices are small: on a busy machine, threads that wait for each other take longer."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@_one_thread()
@denormals_flushed()
def adapt(material: Material, scale: float, options: Options | None = None) -> Adapter:
    """Learn from embeddings of captioned pictures, by the contrast that an encoder is trained by.

    ``scale`` is the encoder's own; a batch is ``options.batch`` pictures.

    Raises:
        TrainingError: there are too few pictures to learn and to validate from.
    """
    chosen = options or Options()
    if len(material.pictures) < 4 * FOLDS:
        raise TrainingError(
            f"{len(material.pictures)} captioned pictures; an adapter needs {4 * FOLDS} at least"
        )
    found = {pull: _validated(material, scale, pull, chosen) for pull in PULLS}
    before = float(found[PULLS[0]][0])
    # The first of the best: the stronger pull, and the fewer steps.
    pull = max(PULLS, key=lambda one: float(found[one].max()))
    place = int(found[pull].argmax())
    maps = Residual(material, scale)
    for _ in _steps(maps, material, pull, place * LOOK, chosen):
        pass
    gain = (before, float(found[pull][place]))
    return Adapter(maps.block(), pull, place * LOOK, gain)


class Residual(nn.Module):
    """The two maps, as `contrast` and `recall` take them."""

    def __init__(self, material: Material, scale: float) -> None:
        super().__init__()
        dim = material.pictures.shape[1]
        self.image = nn.Parameter(torch.zeros(dim, dim))
        self.text = nn.Parameter(torch.zeros(dim, dim))
        self.scale = torch.tensor(scale).log()
        self.text_mean = torch.from_numpy(material.texts.mean(0))

    def embed_images(self, rows: Tensor) -> Tensor:
        """Embeddings ``(n, dim)`` to adapted ones."""
        return functional.normalize(rows + rows @ self.image, dim=1)

    def embed_texts(self, rows: Tensor) -> Tensor:
        """Embeddings ``(n, dim)`` to adapted ones."""
        return functional.normalize(rows + rows @ self.text, dim=1)

    def block(self) -> Block:
        """Both as heads over all dimensions of the embedding."""
        none = np.zeros(len(self.image), dtype=np.float32)
        image, text = (
            Affine((torch.eye(len(none)) + one.detach()).numpy(), none)
            for one in (self.image, self.text)
        )
        return Block(1.0, (0, len(none)), image, text)


def _validated(
    material: Material, scale: float, pull: float, options: Options
) -> NDArray[np.float64]:
    """The mean recall on what was held out, after 0, LOOK, 2 LOOK, … steps."""
    places = np.random.default_rng(options.seed).permutation(len(material.pictures))
    curves = []
    for held in np.array_split(places, FOLDS):
        seen = only(material, np.setdiff1d(places, held))
        kept, maps = only(material, held), Residual(seen, scale)
        curve = [recall(maps, kept)]
        for step in _steps(maps, seen, pull, STEPS, options):
            if step % LOOK == 0:
                curve.append(recall(maps, kept))
        curves.append(curve)
    mean: NDArray[np.float64] = np.mean(curves, axis=0)
    return mean


def _steps(
    maps: Residual, material: Material, pull: float, steps: int, options: Options
) -> Iterator[int]:
    """Train in place, and say how many steps are done after each."""
    random = np.random.default_rng(options.seed)
    optimizer = torch.optim.Adam(maps.parameters(), lr=RATE)
    endless = (rows for _ in count() for rows in batches(material, options.batch, random))
    for step, rows in zip(range(1, steps + 1), endless, strict=False):
        loss = contrast(maps, batch(material, rows, random), options.same_text)
        loss = loss + pull * (maps.image.square().sum() + maps.text.square().sum())
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        yield step


def only(material: Material, places: NDArray[np.int64]) -> Material:
    """These pictures of a material, with their captions."""
    owned = [material.owned[place] for place in places]
    lengths = np.cumsum([0, *(len(one) for one in owned)])
    return Material(
        material.pictures[places],
        material.texts[np.concatenate(owned)],
        [np.arange(first, last) for first, last in pairwise(lengths)],
        material.ids[places],
    )
