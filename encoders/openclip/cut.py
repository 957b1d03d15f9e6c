"""The resizing and cropping of most models of open_clip, as its ``image_transform`` does them."""

import json
from dataclasses import dataclass

import numpy as np
from PIL import Image

from encoders.protocol import Pixels

FILTERS = {"bilinear": Image.Resampling.BILINEAR}  # everything else is bicubic


@dataclass(frozen=True)
class Cut:
    """The shorter side becomes ``side`` pixels, and the middle square is kept.

    Not ``usual`` are models that want something else: torch has to cut their pictures.
    """

    side: int
    resampling: Image.Resampling
    usual: bool

    @classmethod
    def of(cls, preprocessing: str) -> "Cut":
        """As a model's preprocessing says, in JSON."""
        config = json.loads(preprocessing)
        size = config["size"]
        sides = {size} if isinstance(size, int) else set(size)
        usual = config["resize_mode"] == "shortest" and len(sides) == 1
        resampling = FILTERS.get(config["interpolation"], Image.Resampling.BICUBIC)
        return cls(max(sides), resampling, usual)

    def __call__(self, image: Image.Image) -> Pixels:
        """An RGB picture to ``(side, side, 3)`` uint8."""
        short = min(image.size)
        size = tuple(int(self.side * one / short) for one in image.size)
        if size != image.size:
            image = image.resize((size[0], size[1]), self.resampling)
        left, top = (round((one - self.side) / 2) for one in size)
        return np.asarray(image.crop((left, top, left + self.side, top + self.side)))
