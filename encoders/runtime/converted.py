"""Towers in OpenVINO: converted from torch once, kept in a file, run on the CPU."""

import logging
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.device import threads
from encoders.protocol import Embeddings
from encoders.runtime import silent  # noqa: F401
from encoders.runtime.kinds import Module, Tower

log = logging.getLogger(__name__)

# Larger batches fall out of the processor's cache and are slower; bfloat16 takes half the room.
PICTURES_AT_ONCE = {"f32": 8, "bf16": 16}


def tower(build: Callable[[], Module], saved: Path, precision: str) -> Tower:
    """The copy in ``saved``, converted before if there is none, in ``f32`` or ``bf16``."""
    import openvino

    if not saved.exists():
        _convert(build, saved)
    # The precision is always said: some processors would otherwise round to bfloat16 unasked.
    # One request on all cores that are ours, so that a query does not wait for a share of them.
    options = {
        "INFERENCE_PRECISION_HINT": precision,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_NUM_THREADS": threads(),
    }
    compiled = openvino.Core().compile_model(saved, "CPU", options)

    def run(*inputs: NDArray[Any]) -> Embeddings:
        request = compiled.create_infer_request()  # one each, so that threads do not share buffers
        rows = (
            PICTURES_AT_ONCE[precision] if inputs[0].dtype == np.uint8 else max(len(inputs[0]), 1)
        )
        parts = [
            np.array(request.infer([array[start : start + rows] for array in inputs])[0])
            for start in range(0, max(len(inputs[0]), 1), rows)
        ]
        return np.concatenate(parts).astype(np.float32, copy=False)

    return run


def _convert(build: Callable[[], Module], saved: Path) -> None:
    log.info("converting the %s tower for this machine, once …", saved.stem)
    model = _traced(*build())
    import openvino

    saved.parent.mkdir(parents=True, exist_ok=True)
    # Another process may be converting too: each writes its own folder, the last rename wins.
    with tempfile.TemporaryDirectory(dir=saved.parent) as folder:
        scratch = Path(folder) / saved.name
        openvino.save_model(model, scratch, compress_to_fp16=False)
        scratch.with_suffix(".bin").replace(saved.with_suffix(".bin"))
        scratch.replace(saved)


def _traced(module: Any, examples: Any) -> Any:
    """OpenVINO's model of a torch module, with pictures of one size and all else of any."""
    import openvino
    import torch

    fast_path = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # its fused kernel cannot be traced
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # tracing warns of every shape test in models' code
            tensors = tuple(torch.from_numpy(array) for array in examples)
            model = openvino.convert_model(module.eval(), example_input=tensors)
    finally:
        torch.backends.mha.set_fastpath_enabled(fast_path)
    for port, example in zip(model.inputs, examples, strict=True):
        free = 1 if example.dtype == np.uint8 else example.ndim
        shape = [-1] * free + list(example.shape[free:])
        port.get_node().set_partial_shape(openvino.PartialShape(shape))
    model.validate_nodes_and_infer_types()
    return model
