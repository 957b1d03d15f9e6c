"""The one place that chooses where the encoders run and how exactly they count."""

import math
import os
import platform
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import torch

Kind = Literal["cuda", "mps", "cpu"]
Precision = Literal["float32", "bfloat16", "float16"]

THREADS_OF_AN_ENCODER = 8  # on a cluster; larger machines get several encoders
BATCH_SIZES: dict[Kind, int] = {"cuda": 256, "mps": 64, "cpu": 32}
# Without one of these there is no GPU that torch could use (NVIDIA, WSL, AMD); looking is free,
# asking torch costs the two seconds of importing it.
GPU_FILES = ("/dev/nvidiactl", "/dev/dxg", "/dev/kfd")
# AVX512_BF16 and AMX on x86, BF16 on ARM. Plain AVX-512 only imitates it, slowly.
BF16_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}


@dataclass(frozen=True)
class Device:
    """Where the towers run: ``count`` devices of one kind, counting in one precision."""

    kind: Kind
    precision: Precision = "float32"
    count: int = 1

    @property
    def batch_size(self) -> int:
        """How many pictures it likes at once."""
        return BATCH_SIZES[self.kind] * self.count

    @property
    def dtype(self) -> "torch.dtype":
        """The precision as torch's type."""
        import torch

        return getattr(torch, self.precision)  # type: ignore[no-any-return]

    def names(self) -> list[str]:
        """What torch calls each of the devices."""
        return [f"cuda:{n}" for n in range(self.count)] if self.kind == "cuda" else [self.kind]


class Share(NamedTuple):
    """What one encoder gets of a machine."""

    cpus: int
    gpus: int


def shares(cpus: int, gpus: int) -> list[Share]:
    """The encoders that a machine of a cluster is worth: one a GPU, or one for a few processors."""
    if gpus and os.environ.get("MINDSEYE_DEVICE") != "cpu":
        return [Share(max(1, cpus // gpus), 1)] * gpus
    count = math.ceil(cpus / THREADS_OF_AN_ENCODER)
    return [Share(cpus // count, 0)] * count


def threads() -> int:
    """How many threads may work at once: ``$OMP_NUM_THREADS``, which torch heeds, or all."""
    return int(os.environ.get("OMP_NUM_THREADS", 0)) or os.cpu_count() or 1


@cache
def best() -> Device:
    """The fastest device of this machine; ``$MINDSEYE_DEVICE=cpu`` forgoes a GPU."""
    if os.environ.get("MINDSEYE_DEVICE") == "cpu" or not _may_have_gpu():
        return Device("cpu")
    import torch

    if torch.cuda.is_available():
        precision: Precision = "bfloat16" if torch.cuda.is_bf16_supported(False) else "float16"
        return Device("cuda", precision, torch.cuda.device_count())
    return Device("mps") if torch.backends.mps.is_available() else Device("cpu")


def bf16_in_hardware() -> bool:
    """Whether the CPU itself multiplies bfloat16; where it cannot, it takes minutes, not less."""
    try:
        words = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    except OSError:  # not Linux: there only OpenVINO's or torch's own default is used
        return False
    return not BF16_FLAGS.isdisjoint(words)


def _may_have_gpu() -> bool:
    if sys.platform == "linux":
        return any(Path(file).exists() for file in GPU_FILES)
    return sys.platform == "win32" or platform.machine() == "arm64"
