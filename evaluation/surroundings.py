"""What the figures of a run depend on besides data and encoder."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from encoders import device
from encoders.runtime.probe import processor

PACKAGES = ("mindseye", "numpy", "torch", "openvino", "faiss-gpu", "faiss-cpu", "pillow")


def environment() -> dict[str, Any]:
    """Processor, cores, memory, device, and the versions of Python and of what computes."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_gb": _memory(),
        "device": device.best().kind,
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
    }


def _memory() -> float | None:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):  # not POSIX
        return None
    return round(size / 2**30, 1)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
