"""Pictures to measure with, and taking turns."""

import resource
import statistics
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from PIL import Image

from encoders import SUFFIXES, open_picture

Size = tuple[int, int]
Run = Callable[[], object]
Clock = Callable[[], float]
Taken = list[float]  # seconds


def scenes(folder: Path | None, count: int, size: Size) -> list[Image.Image]:
    """``count`` pictures of this size: those in the folder, or generated ones."""
    if folder is None:
        return [generated(seed, size) for seed in range(count)]
    found = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES)
    step = max(len(found) // count, 1)
    chosen = islice(cycle(found[::step]), count)
    return [open_picture(file.read_bytes()).image.resize(size) for file in chosen]


def generated(seed: int, size: Size) -> Image.Image:
    """Structure at every scale, as photos have it: the finer, the fainter."""
    random = np.random.default_rng(seed)
    total = np.zeros((768, 1024, 3), np.float32)
    for octave in range(2, 9):
        cells = random.integers(0, 256, (2**octave, 2**octave, 3), dtype=np.uint8)
        layer = Image.fromarray(cells).resize((1024, 768), Image.Resampling.BILINEAR)
        total += (np.asarray(layer, np.float32) - 128) / octave
    return Image.fromarray((total + 128).clip(0, 255).astype(np.uint8)).resize(size)


def jpegs(folder: Path, pictures: Sequence[Image.Image]) -> list[Path]:
    """The pictures as files, as cameras write them."""
    folder.mkdir(parents=True)
    files = [folder / f"{number:06}.jpg" for number in range(len(pictures))]
    for file, picture in zip(files, pictures, strict=True):
        picture.save(file, quality=90)
    return files


def in_turns(sides: Sequence[Run], repeats: int, clock: Clock = time.perf_counter) -> list[Taken]:
    """Seconds of each run of each side; a first round that does not count warms them up."""
    taken: list[Taken] = [[] for _ in sides]
    for round_ in range(repeats + 1):
        for run, seconds in zip(sides, taken, strict=True):
            start = clock()
            run()
            if round_:
                seconds.append(clock() - start)
    return taken


def processor_time() -> float:
    """Seconds that processors worked for us and for processes that have ended.

    What else runs on the machine hardly changes it.
    """
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in spent)


def rate(count: int, seconds: Sequence[float]) -> str:
    """Pictures a second: median and spread."""
    median, slowest, fastest = (
        count / one for one in (statistics.median(seconds), max(seconds), min(seconds))
    )
    return f"{median:.1f}/s ({slowest:.1f}-{fastest:.1f})"


def ratio(ours: Sequence[float], peer: Sequence[float]) -> float:
    """How many times faster ours is, by medians."""
    return statistics.median(peer) / statistics.median(ours)
