"""Runs a tower, the half of an encoder: on GPUs in torch, on a CPU in OpenVINO where there is one.

`tower` is the only entrance. `native` is torch on any device, `converted` is OpenVINO, `probe`
finds the quickest of several on a machine that has more than one way.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from encoders import device
from encoders.runtime.kinds import Module, Tower

__all__ = ["Module", "Tower", "tower"]


def tower(build: Callable[[], Module], saved: Path, *, exact: bool = False) -> Tower:
    """A tower ready to call, from any number of threads; ``exact`` keeps it in full precision.

    ``build`` gives the torch module and an example of its inputs; where OpenVINO runs it, only
    while there is no converted copy in ``saved`` (an ``.xml``).
    """
    chosen = device.best()
    if chosen.kind != "cpu" or importlib.util.find_spec("openvino") is None:
        return _native(build, replace(chosen, precision="float32") if exact else chosen)
    if exact:  # and light: torch is not even imported
        from encoders.runtime import converted

        return converted.tower(build, saved, "f32")
    return _quickest(build, saved)


def _quickest(build: Callable[[], Module], saved: Path) -> Tower:
    """The fastest way on this processor; the first, in full precision, says what is right."""
    from encoders.runtime import converted, probe

    ways = {"openvino f32": partial(converted.tower, build, saved, "f32")}
    if device.bf16_in_hardware():
        ways["openvino bf16"] = partial(converted.tower, build, saved, "bf16")
    ways["torch f32"] = partial(_native, build, device.Device("cpu"))
    if device.bf16_in_hardware():
        ways["torch bf16"] = partial(_native, build, device.Device("cpu", "bfloat16"))
    return probe.quickest(ways, lambda: build()[1], saved.with_suffix(".json"))


def _native(build: Callable[[], Module], where: device.Device) -> Tower:
    from encoders.runtime import native  # torch, which takes seconds to import

    return native.tower(build, where)
