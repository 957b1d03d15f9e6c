"""Decoding and resizing on one thread, against open_clip's transform; the gate is the cosine.

Speeds are pictures for a second of processor time.
"""

import argparse
from pathlib import Path

import open_clip
import torch
from PIL import Image

import encoders
from benchmarks.index.material import in_turns, jpegs, processor_time, rate, ratio, scenes
from encoders import Embeddings, Encoder, open_picture
from indexer import THUMBNAIL_SIDE

SIZES = {"12 MP": ((4000, 3000), 6, 2.5), "500 × 375": ((500, 375), 60, 1.0)}
GATE = 0.995
ARCHITECTURE = "ViT-B-32"


def measure(folder: Path, options: argparse.Namespace) -> None:
    """Both sides from the bytes of a file to what ViT-B/32 takes, 224 × 224."""
    weights = folder / "weights.pt"
    model, _, transform = open_clip.create_model_and_transforms(ARCHITECTURE)
    torch.save(model.state_dict(), weights)
    ours = encoders.load(f"open_clip:{ARCHITECTURE}@{weights}")
    starter = encoders.load("starter")
    torch.set_num_threads(1)
    print("| decode and resize | ours | open_clip's transform | ratio | aim | least cosine |")
    print("|---|---|---|---|---|---|")
    for name, (size, count, aim) in SIZES.items():
        files = jpegs(folder / name, scenes(options.photos, count, size))
        data = [file.read_bytes() for file in files]
        sides = (
            lambda data=data: [ours.prepare(_reduced(one, ours)) for one in data],
            lambda files=files: [transform(Image.open(file)) for file in files],
        )
        taken = in_turns(sides, options.repeats, processor_time)
        speeds = " | ".join(rate(count, seconds) for seconds in taken)
        least = cosine(data, starter)
        print(f"| {name} | {speeds} | {ratio(*taken):.2f} × | {aim} × | {least:.4f} |", flush=True)
    print(f"\nThe cosine is between the starter's embeddings with and without; gate {GATE}.\n")


def cosine(data: list[bytes], encoder: Encoder) -> float:
    """The least cosine between pictures as the indexer opens them, and opened at full size."""
    reduced = embed([_reduced(one, encoder) for one in data], encoder)
    exact = embed([open_picture(one).image for one in data], encoder)
    return float((reduced * exact).sum(1).min())


def embed(images: list[Image.Image], encoder: Encoder) -> Embeddings:
    """The pictures' embeddings, ``(n, dim)``."""
    return encoder.encode_images([encoder.prepare(image) for image in images])


def _reduced(data: bytes, encoder: Encoder) -> Image.Image:
    return open_picture(data, at_least=max(encoder.image_size, THUMBNAIL_SIDE)).image
