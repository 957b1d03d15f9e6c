"""Training heads over frozen towers, by contrast of pictures with their captions."""

from encoders.training.adapter import Adapter, adapt
from encoders.training.curve import draw
from encoders.training.fit import History
from encoders.training.material import Material, Part
from encoders.training.options import Options
from encoders.training.run import Trained, train
from encoders.training.write import save

__all__ = [
    "Adapter",
    "History",
    "Material",
    "Options",
    "Part",
    "Trained",
    "adapt",
    "draw",
    "save",
    "train",
]
