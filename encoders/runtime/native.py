"""Towers in torch: on CUDA (one replica a GPU), on Apple's MPS, or on the CPU."""

import copy
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from encoders.device import Device
from encoders.protocol import Embeddings
from encoders.runtime.kinds import Module, Tower


def tower(build: Callable[[], Module], device: Device) -> Tower:
    """The module on the device, in its precision, spread over all GPUs if there are several."""
    module = build()[0].eval()
    replicas = [
        halving(replica(module, name, device.dtype), torch.cuda.OutOfMemoryError)
        for name in device.names()
    ]
    return replicas[0] if len(replicas) == 1 else spread(replicas)


def replica(module: torch.nn.Module, device: str, dtype: torch.dtype) -> Tower:
    """A copy of the module on one device; its inputs travel as they are, pictures as uint8."""
    on_gpu = device.startswith("cuda")
    placed = copy.deepcopy(module).to(device, dtype)
    if on_gpu:
        placed = placed.to(memory_format=torch.channels_last)
    kind = device.split(":")[0]

    def run(*inputs: NDArray[Any]) -> Embeddings:
        # The module casts what it makes of the bytes itself; autocast mends where it does not.
        cast = torch.autocast(kind, dtype, enabled=dtype != torch.float32)
        with torch.inference_mode(), cast:
            output = placed(*(_to(array, device, on_gpu) for array in inputs))
        return np.asarray(output.float().cpu().numpy())

    return run


def _to(array: NDArray[Any], device: str, pinned: bool) -> torch.Tensor:
    tensor = torch.from_numpy(np.require(array, requirements=["C", "W"]))
    return (tensor.pin_memory() if pinned else tensor).to(device, non_blocking=pinned)


def halving(run: Tower, too_large: type[Exception]) -> Tower:
    """``run`` in pieces that halve whenever one raises ``too_large``; what fits is remembered.

    Raises:
        too_large: a single row does not fit either.
    """
    fits = [2**31]

    def attempt(pieces: Sequence[NDArray[Any]]) -> Embeddings | None:
        try:
            return run(*pieces)
        except too_large:
            if len(pieces[0]) == 1:
                raise
            fits[0] = min(fits[0], (len(pieces[0]) + 1) // 2)
            return None  # leaving the handler lets go of the memory that the traceback holds

    def in_pieces(*inputs: NDArray[Any]) -> Embeddings:
        found: list[Embeddings] = []
        start = 0
        while start < len(inputs[0]):
            piece = [array[start : start + fits[0]] for array in inputs]
            rows = attempt(piece)
            if rows is not None:
                found.append(rows)
                start += len(rows)
        return found[0] if len(found) == 1 else np.concatenate(found)

    return in_pieces


def spread(replicas: Sequence[Tower]) -> Tower:
    """One tower of several: each batch is divided among them, each in a thread of its own."""
    pool = ThreadPoolExecutor(len(replicas), "replica")
    turn = threading.Lock()  # a second caller would only wait behind the first on every GPU

    def run(*inputs: NDArray[Any]) -> Embeddings:
        parts = [np.array_split(array, len(replicas)) for array in inputs]
        work = [part for part in zip(replicas, *parts, strict=True) if len(part[1])]
        with turn:
            return np.concatenate(list(pool.map(lambda part: part[0](*part[1:]), work)))

    return run
