"""Measuring side by side: turns, medians, spreads, memory, and what the figures depend on."""

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypeVar

import faiss
import platformdirs
import psutil

from encoders.runtime.probe import processor

Key = TypeVar("Key", bound=Hashable)


def options(
    description: str, names: Sequence[str] = (), **defaults: int | str
) -> argparse.Namespace:
    """What every part takes: ``--cache DIR``, values with these defaults, some of the names."""
    parser = argparse.ArgumentParser(description=description)
    cache = platformdirs.user_cache_path("mindseye", False) / "benchmarks"
    parser.add_argument("--cache", type=Path, default=cache, help="where vectors and indexes stay")
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    if names:
        parser.add_argument("names", nargs="*", default=names, help=f"of {', '.join(names)}")
    found = parser.parse_args()
    found.cache.mkdir(parents=True, exist_ok=True)
    return found


def in_turns(
    runs: Mapping[Key, Callable[[], object]],
    repeats: int,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[Key, list[float]]:
    """Seconds of each run, the runs taking turns so that all meet the same disturbances.

    With ``time.process_time`` as the clock it is the work of all cores, without any waiting.
    """
    taken: dict[Key, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()  # the first call pays for pages and caches
    for _ in range(repeats):
        for name, run in runs.items():
            start = clock()
            run()
            taken[name].append(clock() - start)
    return taken


def rate(amount: int, seconds: list[float]) -> str:
    """So many in a second: median, and slowest to fastest."""
    rates = [amount / one for one in (statistics.median(seconds), max(seconds), min(seconds))]
    return "{:,.0f}/s ({:,.0f}-{:,.0f})".format(*rates)


def milliseconds(seconds: list[float], amount: int = 1) -> str:
    """Of one among ``amount``: median, and fastest to slowest."""
    values = (statistics.median(seconds), min(seconds), max(seconds))
    return "{:.1f} ms ({:.1f}-{:.1f})".format(*(1000 * one / amount for one in values))


def resident() -> int:
    """Bytes of this process that are in memory, mapped files included."""
    return int(psutil.Process().memory_info().rss)


def forgotten(*files: Path) -> None:
    """Have the system drop what it keeps of these files in memory, as if nobody had read them."""
    for file in files:
        with file.open("rb") as stream:
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def surroundings(*packages: str) -> str:
    """What the figures depend on."""
    known = ", ".join(f"{name} {_version(name)}" for name in packages)
    cores = f"{processor()}, {os.cpu_count()} cores"
    return f"{cores}; Python {platform.python_version()}, FAISS {faiss.__version__}, {known}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"
