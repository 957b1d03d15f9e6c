"""How much memory a run takes at its peak, by the number of pictures.

Reading, decoding, encoding, writing and publishing all go block by block; what grows is the index.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from PIL import Image

from encoders import Embeddings, Pixels, unit
from indexer import index
from store import Collection
from tests.colours import Colours

COUNTS = (10_000, 50_000)
A_FOLDER = 1000
GATE = 0.10
DIM = 512


class Wide(Colours):
    """The tests' encoder of mean colours, with embeddings as wide as ViT-B/32's."""

    def __init__(self) -> None:
        super().__init__()
        self.identity = replace(self.identity, dim=DIM)
        self._spread = np.random.default_rng(0).normal(size=(3, DIM)).astype(np.float32)

    def encode_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        return unit(super().encode_images(prepared) @ self._spread)

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        return unit(super().encode_texts(texts) @ self._spread)


def measure(folder: Path, _options: argparse.Namespace) -> None:
    """A process for each count, which indexes so many small pictures into a new collection."""
    peaks: list[tuple[float, float]] = []
    print(f"| small pictures, {DIM} numbers each | peak before publishing | peak | pictures/s |")
    print("|---|---|---|---|")
    for count in COUNTS:
        command = [
            sys.executable,
            "-m",
            "benchmarks.index.memory",
            str(folder / str(count)),
            str(count),
        ]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        before, peak, seconds = map(float, done.stdout.split())
        peaks.append((before, peak))
        print(
            f"| {count:,} | {before:.0f} MB | {peak:.0f} MB | {count / seconds:.0f} |", flush=True
        )
    before, whole = (two / one - 1 for one, two in zip(*peaks, strict=True))
    print(
        f"\nthe second over the first: {before:+.1%} before publishing, {whole:+.1%} in all, ",
        end="",
    )
    print(f"gate {GATE:+.0%}\n")


def fill(folder: Path, count: int) -> None:
    """So many different JPEGs of one colour each, in folders of a thousand."""
    colours = np.random.default_rng(0).integers(0, 256, (count, 3)).tolist()
    for number, colour in enumerate(colours):
        place = folder / f"{number // A_FOLDER:03}"
        place.mkdir(parents=True, exist_ok=True)
        file = place / f"{number}.jpg"
        Image.new("RGB", (96, 72), tuple(colour)).save(file)
        with file.open("ab") as stream:
            stream.write(str(number).encode())  # so that equal colours are different files


def peak_megabytes() -> float:
    """The most memory that this process has had; `getrusage` would count its parent's in."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024


def main(folder: Path, count: int) -> None:
    """Fill and index; prints the peak in MB and the seconds of indexing."""
    from indexer import Stages

    fill(folder / "photos", count)
    encoder = Wide()
    collection = Collection.create(folder / "collection", asdict(encoder.identity))
    stages = Stages()
    peaks: list[float] = []
    look = lambda *_: peaks.append(peak_megabytes())  # noqa: E731
    account = index(collection, encoder, [folder / "photos"], look, stages=stages)
    if account.indexed != count:
        sys.exit(f"{account.as_dict()}")
    print(peaks[-1], peak_megabytes(), stages.seconds)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
