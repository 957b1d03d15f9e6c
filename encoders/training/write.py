"""Trained heads as an encoder's directory."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from encoders.joint import CONFIG, WEIGHTS, Affine, Block, Heads
from encoders.training.fit import Projection


def space(heads: Projection) -> Block:
    """Standardisation and heads folded into one linear map a side."""
    image = heads.image.weight.detach().numpy() / heads.image_deviation.numpy()
    text = heads.text.weight.detach().numpy()
    image_bias = heads.image.bias.detach().numpy() - image @ heads.image_mean.numpy()
    text_bias = heads.text.bias.detach().numpy() - text @ heads.text_mean.numpy()
    return Block(1.0, (0, image.shape[1]), Affine(image.T, image_bias), Affine(text.T, text_bias))


def save(
    folder: Path,
    towers: Mapping[str, Any],
    blocks: Sequence[Block],
    scale: float,
    report: Mapping[str, Any],
) -> None:
    """Write ``mindseye.json``, the weights (float16) and the report of the training."""
    folder.mkdir(parents=True, exist_ok=True)
    heads = Heads(blocks)
    heads.save(folder / WEIGHTS)
    config = {"towers": dict(towers), "scale": float(np.round(scale, 4)), "blocks": heads.shape}
    (folder / CONFIG).write_text(json.dumps(config, indent=2) + "\n")
    (folder / "report.json").write_text(json.dumps(dict(report), indent=2) + "\n")
