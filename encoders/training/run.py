"""One training: towers and captioned pictures in, an encoder's blocks out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from encoders.errors import TrainingError
from encoders.files import Progress
from encoders.joint import Block, Pair, Towers
from encoders.training.classes import class_block, pseudo_pictures
from encoders.training.fit import History, fit
from encoders.training.material import Material, Part, encode
from encoders.training.options import Options
from encoders.training.write import space


@dataclass(frozen=True)
class Trained:
    """Blocks for `save`, the logit scale that training found, and how it went."""

    blocks: tuple[Block, ...]
    scale: float
    history: History
    failures: tuple[tuple[str, str], ...]


def train(
    towers: Towers,
    parts: Sequence[Part],
    validation: Part,
    options: Options,
    progress: Progress = lambda *_: None,
    on_epoch: Callable[[History], None] = lambda *_: None,
) -> Trained:
    """Encode once, fit heads, and put the class mixture beside them where towers know classes.

    The first part is the one whose statistics count; a part with ``classes`` also draws ImageNet's
    classes as pseudo-pictures.

    Raises:
        TrainingError: too little to learn from, or ``classes`` with towers that know none.
    """
    encoded = [encode(towers, part, progress) for part in (*parts, validation)]
    *materials, held = [_without_classes(towers, material) for material in encoded]
    if any(part.classes for part in parts):
        materials = _with_pseudo_pictures(towers, materials)
    heads, history = fit(materials, held, options, on_epoch)
    blocks = [space(heads)]
    if towers.classes and isinstance(towers, Pair):
        width, centre = encoded[0].pictures.shape[1], encoded[0].texts.mean(0)
        blocks.append(class_block(towers, width, options.class_weight, centre))
    failures = tuple(failure for material in encoded for failure in material.failures)
    return Trained(tuple(blocks), float(heads.scale.detach().exp()), history, failures)


def _without_classes(towers: Towers, material: Material) -> Material:
    width = material.pictures.shape[1] - towers.classes
    return replace(material, pictures=np.ascontiguousarray(material.pictures[:, :width]))


def _with_pseudo_pictures(towers: Towers, materials: Sequence[Material]) -> list[Material]:
    if not isinstance(towers, Pair) or not towers.classes:
        raise TrainingError("classes as pseudo-pictures need image towers that classify ImageNet")
    pseudo = pseudo_pictures(towers, np.concatenate([one.pictures for one in materials]))
    return [_joined(one, pseudo) if one.classes else one for one in materials]


def _joined(one: Material, two: Material) -> Material:
    """Both as one part, with the weight of the first."""
    shifted = [rows + len(one.texts) for rows in two.owned]
    return replace(
        one,
        pictures=np.concatenate([one.pictures, two.pictures]),
        texts=np.concatenate([one.texts, two.texts]),
        owned=one.owned + shifted,
        ids=np.concatenate([one.ids, two.ids + one.ids.max() + 1]),
    )
