"""Picture files through an encoder or its towers, decoded in threads, in batches."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from PIL import Image

from encoders.errors import PictureError
from encoders.picture import open_picture
from encoders.protocol import Embeddings, Pixels

Progress = Callable[[int, int], None]
"""Called with pictures done so far, and in all."""


class Preparing(Protocol):
    """The half of an encoder that looks at one picture."""

    @property
    def image_size(self) -> int: ...

    @property
    def batch_size(self) -> int: ...

    def prepare(self, image: Image.Image) -> Pixels: ...


class Encoded(NamedTuple):
    """Rows ``(n, dim)``, the places of their files among those given, and the failures."""

    rows: Embeddings
    places: list[int]
    failures: list[tuple[str, str]]


def encode_files(
    paths: Sequence[Path],
    preparing: Preparing,
    encode: Callable[[Sequence[Pixels]], Embeddings],
    progress: Progress = lambda *_: None,
) -> Encoded:
    """Encode every file that can be opened; the others are named with the reason.

    Raises:
        PictureError: not one of them can be opened.
    """

    def prepare(path: Path) -> Pixels | str:
        try:
            opened = open_picture(
                path.read_bytes(), at_least=preparing.image_size, suffix=path.suffix
            )
            return preparing.prepare(opened.image)
        except (PictureError, OSError) as error:
            return str(error)

    rows: list[Embeddings] = []
    places: list[int] = []
    failures: list[tuple[str, str]] = []
    with ThreadPoolExecutor() as pool:
        for start in range(0, len(paths), preparing.batch_size):
            batch = paths[start : start + preparing.batch_size]
            results = list(enumerate(pool.map(prepare, batch), start))
            good = [(place, pixels) for place, pixels in results if not isinstance(pixels, str)]
            failures += [(str(paths[at]), why) for at, why in results if isinstance(why, str)]
            places += [place for place, _ in good]
            if good:
                rows.append(encode([pixels for _, pixels in good]))
            progress(start + len(batch), len(paths))
    if not rows:
        first = ": ".join(failures[0]) if failures else "there are none"
        raise PictureError(f"no picture can be opened; {first}")
    return Encoded(np.concatenate(rows), places, failures)
