"""From a folder to something that can be searched, with ViT-B/32: whole processes, in turns."""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import open_clip
import torch

from benchmarks.index.decode import ARCHITECTURE
from benchmarks.index.material import in_turns, jpegs, processor_time, rate, ratio, scenes

SIZE = (2048, 1536)  # 3 MP, between what the web shows and what cameras take
AIMS = {
    "clip-retrieval and autofaiss": ("clip_retrieval", 3.0),
    "open_clip, DataLoader, IVF": ("plain", 2.0),
}


def measure(folder: Path, options: argparse.Namespace) -> None:
    """Starting the program and loading the model count; each side keeps its caches.

    Speeds are pictures for a second of processor time: both sides keep all cores busy.
    """
    torch.manual_seed(0)
    weights = folder / "weights.pt"
    torch.save(open_clip.create_model(ARCHITECTURE).state_dict(), weights)
    photos = jpegs(folder / "photos", scenes(options.photos, options.pictures, SIZE))[0].parent
    ours = [sys.executable, "-m", "mindseye", "index", str(photos)]
    ours += [
        "--encoder",
        f"open_clip:{ARCHITECTURE}@{weights}",
        "--collection",
        str(folder / "ours"),
    ]
    sides = [lambda: run(ours, folder / "ours")]
    for script, _ in AIMS.values():
        words = [str(options.peers), "-m", "benchmarks.index.peers", script]
        out = folder / script
        command = [*words, str(photos), str(weights), str(out)]
        sides.append(lambda command=command, out=out: run(command, out))
    taken = in_turns(sides, options.repeats, processor_time)
    title = f"{options.pictures} JPEGs of {SIZE[0]} × {SIZE[1]}"
    print(f"| folder to searchable, {title} | ours | peer | ratio | aim |")
    print("|---|---|---|---|---|")
    for (name, (_, aim)), seconds in zip(AIMS.items(), taken[1:], strict=True):
        speeds = " | ".join(rate(options.pictures, one) for one in (taken[0], seconds))
        print(f"| {name} | {speeds} | {ratio(taken[0], seconds):.2f} × | {aim} × |", flush=True)
    print()


def run(command: list[str], out: Path) -> None:
    """Run it to its end, and throw away what it made."""
    surroundings = os.environ | {"MINDSEYE_CACHE": str(out.parent / "cache")}
    done = subprocess.run(command, capture_output=True, text=True, env=surroundings)
    if done.returncode:
        sys.exit(f"{command[2:5]} failed:\n{done.stderr[-2000:]}")
    shutil.rmtree(out)
