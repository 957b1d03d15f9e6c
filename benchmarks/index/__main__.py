"""Which parts to measure, and with how much."""

import argparse
import logging
import os
import platform
import sys
import tempfile
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import benchmarks.index
from benchmarks.index import decode, memory, rescan, stages, whole
from encoders import device
from encoders.runtime.probe import processor

PARTS: dict[str, Callable[[Path, argparse.Namespace], None]] = {
    "decode": decode.measure,
    "stages": stages.measure,
    "memory": memory.measure,
    "whole": whole.measure,
    "rescan": rescan.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=benchmarks.index.__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--photos", type=Path, help="a folder to take scenes from; else generated")
    parser.add_argument("--pictures", type=int, default=200, help="for stages and whole")
    parser.add_argument("--files", type=int, default=50_000, help="for rescan")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peers", type=Path, default=Path(sys.executable))
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)  # open_clip says of every model that it is random
    flags = "with" if device.bf16_in_hardware() else "without"
    versions = ", ".join(f"{one} {version(one)}" for one in ("pillow", "torch", "openvino"))
    print(f"{processor()}, {os.cpu_count()} cores, {flags} bfloat16 in hardware;", end=" ")
    print(f"Python {platform.python_version()}, {versions}\n")
    for part in options.parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            PARTS[part](Path(folder), options)


if __name__ == "__main__":
    main()
