"""Towers: the same numbers as torch however they run, and nothing told to anybody."""

import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from encoders import Embeddings, device, unit
from encoders.runtime import Tower, native, probe, tower

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
first = tower(build, saved, exact=True)(np.ones((5, 3), dtype=np.float32))
again = tower(build, saved, exact=True)(np.ones((5, 3), dtype=np.float32))
assert first.shape == (5, 2) and first.dtype == np.float32
assert np.array_equal(first, again) and built == [1], built
module = torch.nn.Linear(3, 2)
ours = tower(lambda: (module, (np.ones((1, 3), dtype=np.float32),)), saved.with_name("b.xml"))
inputs = np.random.default_rng(0).random((4, 3), dtype=np.float32)
assert np.allclose(ours(inputs), module(torch.from_numpy(inputs)).detach().numpy(), atol=1e-6)
"""


@pytest.mark.skipif(
    importlib.util.find_spec("openvino") is None or device.best().kind != "cpu",
    reason="OpenVINO is not installed, or there is a GPU: torch runs the towers here",
)
def test_a_tower_is_converted_once_agrees_with_torch_and_leaves_home_alone(tmp_path: Path) -> None:
    home, models = tmp_path / "home", tmp_path / "models"
    home.mkdir()
    surroundings = {"HOME": str(home), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", CONVERT, models], env=surroundings, check=True)
    assert list(home.rglob("*")) == []
    files = sorted(file.name for file in (models / "deep").iterdir() if file.suffix != ".json")
    assert files == ["b.bin", "b.xml", "tiny.bin", "tiny.xml"]


class TooLargeError(Exception):
    """What a tower raises here that is given too much at once."""


class Limited:
    """Doubles its input, of at most `most` rows; the sizes that it was given are noted."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.sizes: list[int] = []

    def __call__(self, rows: Embeddings, more: Embeddings) -> Embeddings:
        assert len(rows) == len(more)
        self.sizes.append(len(rows))
        if len(rows) > self.most:
            raise TooLargeError
        return rows * 2


def numbers(count: int) -> Embeddings:
    return np.arange(count * 2, dtype=np.float32).reshape(count, 2)


def test_a_batch_that_is_too_large_is_halved_until_it_fits_and_that_is_remembered() -> None:
    limited = Limited(3)
    run = native.halving(limited, TooLargeError)
    np.testing.assert_array_equal(run(numbers(11), numbers(11)), numbers(11) * 2)
    assert limited.sizes == [11, 6, 3, 3, 3, 2]
    run(numbers(4), numbers(4))
    assert limited.sizes[6:] == [3, 1]


def test_a_single_row_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(TooLargeError):
        native.halving(Limited(0), TooLargeError)(numbers(5), numbers(5))


def test_a_batch_is_spread_over_the_replicas_and_comes_back_in_order() -> None:
    module = torch.nn.Linear(2, 3)
    replicas = [native.replica(module, "cpu", torch.float32) for _ in range(3)]
    run = native.spread(replicas)
    expected = module(torch.from_numpy(numbers(8))).detach().numpy()
    np.testing.assert_allclose(run(numbers(8)), expected, rtol=1e-6)
    np.testing.assert_allclose(run(numbers(1)), expected[:1], rtol=1e-6)


def test_the_replicas_work_at_the_same_time() -> None:
    together = threading.Barrier(2, timeout=10)

    def run(rows: Embeddings) -> Embeddings:
        together.wait()
        return rows

    np.testing.assert_array_equal(native.spread([run, run])(numbers(6)), numbers(6))


def test_torch_alone_runs_a_tower_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("encoders.runtime.importlib.util.find_spec", lambda _: None)
    module = torch.nn.Linear(2, 3)
    run = tower(lambda: (module, (numbers(1),)), tmp_path / "none.xml")
    expected = module(torch.from_numpy(numbers(5))).detach().numpy()
    np.testing.assert_allclose(run(numbers(5)), expected, rtol=1e-6)
    assert list(tmp_path.iterdir()) == []


def way(factor: float, seconds: float, made: list[float]) -> probe.Way:
    """A tower that takes its time, and turns the vectors by a factor on their first half."""

    def make() -> Tower:
        made.append(seconds)

        def run(rows: Embeddings) -> Embeddings:
            time.sleep(seconds)
            return rows * np.array([factor, 1], dtype=np.float32)

        return run

    return make


def test_the_fastest_way_that_agrees_is_found_once_and_remembered(tmp_path: Path) -> None:
    made: list[float] = []

    def broken() -> Tower:
        raise RuntimeError("no such instruction")

    ways = {
        "exact": way(1, 0.08, made),
        "fast": way(1.001, 0.02, made),
        "hardly faster": way(1.001, 0.0195, made),
        "wrong": way(-1, 0, made),
        "broken": broken,
    }
    memory = tmp_path / "deep" / "image.json"
    found = probe.quickest(ways, lambda: (numbers(3) + 1,), memory)
    np.testing.assert_allclose(found(numbers(3)), numbers(3), rtol=2e-3)
    assert json.loads(memory.read_text()) == {"machine": probe.machine(), "way": "fast"}
    made.clear()
    probe.quickest(ways, lambda: (numbers(3) + 1,), memory)
    assert made == [0.02]


@pytest.mark.parametrize("left", ["", "{}", '{"machine": "another", "way": "exact"}'])
def test_what_was_remembered_for_another_machine_is_measured_again(
    tmp_path: Path, left: str
) -> None:
    memory = tmp_path / "image.json"
    memory.write_text(left)
    made: list[float] = []
    probe.quickest({"exact": way(1, 0, made)}, lambda: (numbers(2) + 1,), memory)
    assert json.loads(memory.read_text())["machine"] == probe.machine()


def test_a_machine_without_gpu_chooses_the_cpu_and_torch_is_not_asked() -> None:
    assert device.Device("cuda", "float16", 2).names() == ["cuda:0", "cuda:1"]
    assert device.Device("cuda", "float16", 2).batch_size == 512
    assert device.Device("cpu").batch_size == 32
    assert device.Device("cpu", "bfloat16").dtype == torch.bfloat16


@pytest.mark.skipif(not device.bf16_in_hardware(), reason="this CPU has no bfloat16")
def test_bfloat16_is_tried_where_the_cpu_has_it(tmp_path: Path) -> None:
    torch.manual_seed(0)
    layers = [torch.nn.Linear(256, 1024), torch.nn.GELU(), torch.nn.Linear(1024, 64)]
    module = torch.nn.Sequential(*layers)
    inputs = np.random.default_rng(0).random((32, 256), dtype=np.float32)
    run = tower(lambda: (module, (inputs,)), tmp_path / "image.xml")
    expected = unit(module(torch.from_numpy(inputs)).detach().numpy())
    assert (unit(run(inputs)) * expected).sum(1).min() >= 0.999
    assert json.loads((tmp_path / "image.json").read_text())["way"]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU here")
def test_a_gpu_gives_nearly_the_same_numbers() -> None:
    module = torch.nn.Linear(2, 3)
    run = native.tower(lambda: (module, (numbers(1),)), device.best())
    expected = unit(module(torch.from_numpy(numbers(5))).detach().numpy())
    assert (unit(run(numbers(5))) * expected).sum(1).min() >= 0.999
