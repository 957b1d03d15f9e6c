"""Towers: converted once, the same numbers as torch, and nothing told to anybody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("openvino", reason="OpenVINO is not installed: torch runs the towers here")

CONVERT = """
import sys
from pathlib import Path
import numpy as np
import torch
from encoders.runtime import tower

built = []

def build():
    built.append(1)
    return torch.nn.Linear(3, 2), (np.ones((1, 3), dtype=np.float32),)

saved = Path(sys.argv[1]) / "deep" / "tiny.xml"
first = tower(build, saved)(np.ones((5, 3), dtype=np.float32))
again = tower(build, saved)(np.ones((5, 3), dtype=np.float32))
assert first.shape == (5, 2) and first.dtype == np.float32
assert np.array_equal(first, again) and built == [1], built
module = torch.nn.Linear(3, 2)
ours = tower(lambda: (module, (np.ones((1, 3), dtype=np.float32),)), saved.with_name("b.xml"))
inputs = np.random.default_rng(0).random((4, 3), dtype=np.float32)
assert np.allclose(ours(inputs), module(torch.from_numpy(inputs)).detach().numpy(), atol=1e-6)
"""


def test_a_tower_is_converted_once_agrees_with_torch_and_leaves_home_alone(tmp_path: Path) -> None:
    home, models = tmp_path / "home", tmp_path / "models"
    home.mkdir()
    surroundings = {"HOME": str(home), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", CONVERT, models], env=surroundings, check=True)
    assert list(home.rglob("*")) == []
    assert sorted(file.name for file in (models / "deep").iterdir()) == [
        *("b.bin", "b.xml", "tiny.bin", "tiny.xml")
    ]
