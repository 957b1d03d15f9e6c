"""Training heads over frozen towers, by contrast of pictures with their captions."""

from encoders.training.curve import draw
from encoders.training.fit import History
from encoders.training.material import Part
from encoders.training.options import Options
from encoders.training.run import Trained, train
from encoders.training.write import save

__all__ = ["History", "Options", "Part", "Trained", "draw", "save", "train"]
