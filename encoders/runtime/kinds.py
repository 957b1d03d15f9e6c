"""What goes in and what comes out of this package."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from encoders.protocol import Embeddings

if TYPE_CHECKING:
    import torch

Arrays = Sequence[NDArray[Any]]

Tower = Callable[..., Embeddings]
"""A compiled half of an encoder: arrays of ``n`` rows in, one float32 array ``(n, dim)`` out."""

Module = tuple["torch.nn.Module", Arrays]
"""A torch module and an example of its inputs.

Pictures are uint8 of a fixed size, of any number; all other inputs may vary in every dimension.
"""
