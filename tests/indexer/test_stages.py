"""How busy the stages of a run are, and which one limits it."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from encoders import Embeddings, Pixels
from indexer import Stages, index
from store import Collection
from tests.colours import Colours
from tests.conftest import Paint


class Slow(Colours):
    """Takes its time with preparing or with encoding: so many seconds for a picture."""

    batch_size = 4

    def __init__(self, preparing: float = 0, encoding: float = 0) -> None:
        super().__init__()
        self._preparing = preparing
        self._encoding = encoding

    def prepare(self, image: Image.Image) -> Pixels:
        time.sleep(self._preparing)
        return super().prepare(image)

    def encode_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        time.sleep(self._encoding * len(prepared))
        return super().encode_images(prepared)


@pytest.mark.parametrize(
    ("encoder", "slowest"),
    [(Slow(preparing=0.1), "decode"), (Slow(encoding=0.1), "encode")],
    ids=["decoding", "encoding"],
)
def test_the_slowest_stage_is_named_and_the_others_work_beside_it(
    collection: Collection, paint: Paint, tmp_path: Path, encoder: Slow, slowest: str
) -> None:
    for number in range(24):
        paint(tmp_path / "many" / f"{number}.png", (9 * number, 0, 0))
    stages = Stages()
    index(collection, encoder, [tmp_path / "many"], stages=stages)
    assert stages.files == 24
    assert stages.slowest == slowest
    assert stages.shares[slowest] > 0.5
    assert str(stages).endswith(f" busy: {slowest} limits")


def test_the_clock_stops_with_the_run() -> None:
    stages = Stages()
    with stages.running(1), stages.at("read"):
        time.sleep(0.01)
    before = stages.seconds, str(stages)
    time.sleep(0.01)
    assert (stages.seconds, str(stages)) == before
    assert stages.shares["read"] > 0.9
