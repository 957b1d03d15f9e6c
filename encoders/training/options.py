"""The knobs of training."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """Hyperparameters; the defaults are those that the starter was trained with.

    ``rate`` is AdamW's learning rate after a warm-up over 5 % of the steps, before a cosine decay.
    ``same_text`` is the cosine above which two captions of a batch count as saying the same, so
    that neither is a negative for the other's picture. ``average`` is the share that the moving
    average of the weights keeps in a step.
    """

    dim: int = 512
    epochs: int = 25
    patience: int = 8
    batch: int = 1024
    rate: float = 2e-3
    decay: float = 0.05
    dropout: float = 0.7
    text_dropout: float = 0.1
    scale: float = 20.0
    same_text: float = 0.85
    average: float = 0.99
    class_weight: float = 0.3
    seed: int = 0
