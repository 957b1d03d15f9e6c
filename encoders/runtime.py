"""The one place that decides what runs a tower: OpenVINO where it is installed, else torch."""

import importlib.util
import logging
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from encoders.protocol import Embeddings

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    import torch

Tower = Callable[..., Embeddings]
"""A compiled half of an encoder: arrays in, one float32 array ``(n, dim)`` out."""

Module = tuple["torch.nn.Module", Sequence[NDArray[Any]]]
"""A torch module and an example of its inputs."""


def tower(build: Callable[[], Module], saved: Path) -> Tower:
    """A tower ready to call; ``build`` runs only while there is no converted copy in ``saved``."""
    if importlib.util.find_spec("openvino") is None:
        return _torch_tower(build)
    return _openvino_tower(build, saved)


def _torch_tower(build: Callable[[], Module]) -> Tower:
    import torch

    device = "cuda" if torch.cuda.is_available() else "cpu"
    module = build()[0].eval().to(device)

    def run(*inputs: NDArray[Any]) -> Embeddings:
        with torch.inference_mode():
            output = module(*(torch.from_numpy(array).to(device) for array in inputs))
        return np.asarray(output.float().cpu().numpy())

    return run


def _openvino_tower(build: Callable[[], Module], saved: Path) -> Tower:
    # OpenVINO's converter reports its use to its makers; without this package it cannot.
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino

    if not saved.exists():
        _convert(build, saved)
    core = openvino.Core()
    # Full precision everywhere: some processors would otherwise round to bfloat16 unasked.
    options = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    compiled = core.compile_model(saved, "CPU", options)

    def run(*inputs: NDArray[Any]) -> Embeddings:
        request = compiled.create_infer_request()  # one each, so that threads do not share buffers
        return np.array(request.infer(list(inputs))[0], dtype=np.float32)

    return run


def _convert(build: Callable[[], Module], saved: Path) -> None:
    log.info("converting the %s tower for this machine, once …", saved.stem)
    import openvino
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns of every shape test in the models' code
        module, examples = build()
        tensors = tuple(torch.from_numpy(array) for array in examples)
        model = openvino.convert_model(module.eval(), example_input=tensors)
    for port, example in zip(model.inputs, examples, strict=True):
        free = (
            1 if example.dtype == np.uint8 else example.ndim
        )  # pictures have one size, texts none
        shape = [-1] * free + list(example.shape[free:])
        port.get_node().set_partial_shape(openvino.PartialShape(shape))
    model.validate_nodes_and_infer_types()
    saved.parent.mkdir(parents=True, exist_ok=True)
    # Another process may be converting too: each writes its own folder, the last rename wins.
    with tempfile.TemporaryDirectory(dir=saved.parent) as folder:
        scratch = Path(folder) / saved.name
        openvino.save_model(model, scratch, compress_to_fp16=False)
        scratch.with_suffix(".bin").replace(saved.with_suffix(".bin"))
        scratch.replace(saved)
