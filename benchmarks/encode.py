"""How fast we encode, beside the libraries whose models we run, in one process and in turns.

    python -m benchmarks.encode --pictures 64 --repeats 5

Weights are random, saved to disk and loaded by each side through its own loading code; pictures
lie in memory as Pillow images, and each side prepares them itself. What is printed: the median of
the repeats, their spread (fastest to slowest), ours over the peer's, and the least cosine between
the two sides' embeddings.
"""

import argparse
import logging
import os
import platform
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import open_clip
import torch
from PIL import Image

import encoders
from encoders import Embeddings, Encoder, Pixels, device, unit
from encoders.joint import Joint, Pair
from encoders.joint.modules import image_tower
from encoders.runtime.probe import processor

ARCHITECTURE = "ViT-B-32"
SIZE = (640, 480)
TEXT = "two dogs that play with a red ball on a beach, number {}"
AHEAD = 2  # batches prepared while one is encoded, as the indexer does

Run = Callable[[], Embeddings]


class Row(NamedTuple):
    """One comparison: what is counted, how many in a run, the two sides, and the aim."""

    name: str
    amount: int
    ours: Run
    peer: Run
    aim: float


def photos(count: int) -> list[Image.Image]:
    """Pictures with structure at every scale, all different."""
    random = np.random.default_rng(0)
    coarse = [random.integers(0, 256, (24, 32, 3), dtype=np.uint8) for _ in range(count)]
    return [Image.fromarray(one).resize(SIZE, Image.Resampling.BICUBIC) for one in coarse]


def through(encoder: Encoder, pictures: Sequence[Image.Image]) -> Embeddings:
    """As the indexer does it: threads prepare, the next batches while this one is encoded."""
    size = encoder.batch_size
    batches = [pictures[start : start + size] for start in range(0, len(pictures), size)]
    with ThreadPoolExecutor() as pool:
        waiting = [pool.map(encoder.prepare, batch) for batch in batches[:AHEAD]]
        rows = []
        for place in range(len(batches)):
            if place + AHEAD < len(batches):
                waiting.append(pool.map(encoder.prepare, batches[place + AHEAD]))
            rows.append(encoder.encode_images(list(waiting[place])))
    return np.concatenate(rows)


def open_clip_rows(folder: Path, pictures: list[Image.Image]) -> list[Row]:
    """ViT-B/32 against open_clip's own loop, as in its README, in fp32."""
    torch.manual_seed(0)
    file = folder / "open_clip.pt"
    torch.save(open_clip.create_model(ARCHITECTURE).state_dict(), file)
    encoder = encoders.load(f"open_clip:{ARCHITECTURE}@{file}")
    model, _, preprocess = open_clip.create_model_and_transforms(ARCHITECTURE, str(file))
    model.eval()
    tokenizer = open_clip.get_tokenizer(ARCHITECTURE)

    @torch.inference_mode()
    def images() -> Embeddings:
        rows = []
        for start in range(0, len(pictures), encoder.batch_size):
            batch = pictures[start : start + encoder.batch_size]
            pixels = torch.stack([preprocess(picture) for picture in batch])
            rows.append(model.encode_image(pixels, normalize=True).numpy())
        return np.concatenate(rows)

    @torch.inference_mode()
    def texts() -> Embeddings:
        rows = [model.encode_text(tokenizer([text]), normalize=True).numpy() for text in lines]
        return np.concatenate(rows)

    lines = [TEXT.format(number) for number in range(16)]
    ours = lambda: np.concatenate([encoder.encode_texts([text]) for text in lines])  # noqa: E731
    seen = lambda: through(encoder, pictures)  # noqa: E731
    return [
        Row("ViT-B/32 pictures, open_clip", len(pictures), seen, images, 3.5),
        Row("ViT-B/32 one text at a time, open_clip", len(lines), ours, texts, 4),
    ]


def sentence_row(folder: Path, pictures: list[Image.Image]) -> Row:
    """ViT-B/32 against sentence-transformers' encode."""
    from sentence_transformers import SentenceTransformer
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPProcessor

    from tests.encoders.models import clip_tokenizer

    torch.manual_seed(0)
    plain, saved = str(folder / "plain"), str(folder / "sentence")
    CLIPModel(CLIPConfig()).save_pretrained(plain)
    CLIPProcessor(CLIPImageProcessor(), clip_tokenizer()).save_pretrained(plain)
    SentenceTransformer(plain, device="cpu").save(saved)
    encoder = encoders.load(saved)
    peer = SentenceTransformer(saved, device="cpu")

    def theirs() -> Embeddings:
        options: dict[str, Any] = {"show_progress_bar": False, "normalize_embeddings": True}
        return peer.encode(pictures, batch_size=encoder.batch_size, **options)

    ours = lambda: through(encoder, pictures)  # noqa: E731
    return Row("ViT-B/32 pictures, sentence-transformers", len(pictures), ours, theirs, 3)


def starter_row(pictures: list[Image.Image]) -> Row:
    """The starter's three CNNs as we run them, against the same torch modules."""
    encoder = encoders.load("starter")
    towers = encoder.towers if isinstance(encoder, Joint) else None
    if not isinstance(towers, Pair):
        raise TypeError("the starter is no longer a pair of towers; measure what it is now")
    prepared = [towers.prepare(picture) for picture in pictures]
    module = image_tower(towers.image_towers, towers.image_size)[0]

    @torch.inference_mode()
    def peer(batch: Sequence[Pixels]) -> Embeddings:
        return np.asarray(module(torch.from_numpy(np.stack(batch))).numpy())

    def all_of(encode: Callable[[Sequence[Pixels]], Embeddings]) -> Embeddings:
        size = encoder.batch_size
        starts = range(0, len(prepared), size)
        return unit(np.concatenate([encode(prepared[at : at + size]) for at in starts]))

    name = "the starter's CNNs, torch"
    return Row(name, len(prepared), lambda: all_of(towers.image_features), lambda: all_of(peer), 8)


def measured(row: Row, repeats: int) -> str:
    """A line of the table; the two sides take turns, so that both meet the same disturbances."""
    cosine = float((row.ours() * row.peer()).sum(1).min())  # also the first, slower calls
    taken: dict[Run, list[float]] = {row.ours: [], row.peer: []}
    for _ in range(repeats):
        for run, seconds in taken.items():
            start = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - start)
    ours, peer = taken[row.ours], taken[row.peer]
    ratio = statistics.median(peer) / statistics.median(ours)
    speeds = [_speed(row.amount, seconds) for seconds in (ours, peer)]
    return f"| {row.name} | {' | '.join(speeds)} | {ratio:.2f} × | {row.aim} × | {cosine:.5f} |"


def _speed(count: int, seconds: list[float]) -> str:
    rates = [count / one for one in (statistics.median(seconds), max(seconds), min(seconds))]
    return "{:.1f}/s ({:.1f}-{:.1f})".format(*rates)


def surroundings() -> str:
    """What the figures depend on."""
    packages = ("torch", "openvino", "open_clip_torch", "sentence-transformers", "pillow")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    flags = "with" if device.bf16_in_hardware() else "without"
    cores = f"{processor()}, {os.cpu_count()} cores, {flags} bfloat16 in hardware"
    return f"{cores}; running on {device.best()}; Python {platform.python_version()}, {versions}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)  # open_clip says of every model that it is random
    pictures = photos(options.pictures)
    print(surroundings(), "\n")
    print("| what | ours, median (slowest-fastest) | peer | ratio | aim | least cosine |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MINDSEYE_CACHE"] = folder  # conversions of these models help nobody later
        for row in open_clip_rows(Path(folder), pictures):
            print(measured(row, options.repeats), flush=True)
        print(measured(sentence_row(Path(folder), pictures), options.repeats), flush=True)
        print(measured(starter_row(pictures), options.repeats), flush=True)


if __name__ == "__main__":
    main()
