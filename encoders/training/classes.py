"""ImageNet's classes: as pseudo-pictures to train on, and as a second space beside the trained one.

The mixture of class names by class probability is ConSE (Norouzi et al., arXiv 1312.5650).
"""

import numpy as np

from encoders.joint import Affine, Block, Pair
from encoders.protocol import Embeddings, unit
from encoders.training.material import Material


def class_texts(towers: Pair) -> Embeddings:
    """Text features of "a photo of a <class>": ``(1000, width)``."""
    from open_clip.zero_shot_metadata import IMAGENET_CLASSNAMES

    return towers.text_features([f"a photo of a {name}" for name in IMAGENET_CLASSNAMES])


def pseudo_pictures(towers: Pair, like: Embeddings) -> Material:
    """A picture for each class: the mean of ``like``, moved along the class's classifier row.

    ``like`` are features of real pictures ``(n, width)`` without class probabilities.
    """
    from encoders.joint.modules import classifier_rows

    parts, first = [], 0
    for rows in classifier_rows(towers.image_towers):
        own = like[:, first : first + rows.shape[1]]
        mean = own.mean(0)
        radius = np.linalg.norm(own - mean, axis=1).mean()
        parts.append(mean + radius * unit(rows))
        first += rows.shape[1]
    pictures = np.concatenate(parts, axis=1).astype(np.float32)
    places = np.arange(len(pictures))
    return Material(pictures, class_texts(towers), list(places[:, None]), places)


def class_block(towers: Pair, width: int, weight: float, text_mean: Embeddings) -> Block:
    """The class mixture against the query's own sentence embedding, both centred.

    ``width`` is that of all picture features; the class probabilities are its last columns.
    ``text_mean`` is the middle of the captions, ``(width of texts,)``.
    """
    names = class_texts(towers)
    dim = names.shape[1]
    return Block(
        float(np.sqrt(weight)),
        (width - towers.classes, width),
        Affine(names - names.mean(0), np.zeros(dim, dtype=np.float32)),
        Affine(np.eye(dim, dtype=np.float32), -text_mean),
    )
