"""An adapter from the captions of a collection: learned from what is stored, compared, written."""

import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from encoders import Encoder, TrainingError, unit
from encoders.joint import Joint
from evaluation import DatasetError
from evaluation.adapted import adapted, own_captions
from evaluation.retrieval import WAYS
from indexer import index, reindex
from indexer.ocr import read_texts
from search import Engine, parse
from store import FUSION, LATE, SUM, Collection, EncoderMismatchError, facts
from tests.colours import NAMES, Colours
from tests.conftest import Paint

COUNT = 20


@pytest.fixture
def described(collection: Collection, encoder: Colours, tmp_path: Path, paint: Paint) -> Collection:
    """Pictures of one strong colour each, which a file beside most of them names."""
    random = np.random.default_rng(0)
    for number in range(COUNT):
        colour = random.integers(0, 90, 3)
        colour[number % 3] += 150
        file = paint(tmp_path / "photos" / f"{number}.png", tuple(colour.tolist()))
        if number:
            file.with_suffix(".txt").write_text(f"something {NAMES[number % 3]}")
    index(collection, encoder, [tmp_path / "photos"])
    return collection


def opens(_name: str) -> Encoder:
    return Colours()


def test_it_learns_from_what_is_stored_and_is_an_encoder_of_its_own(
    described: Collection, encoder: Colours, tmp_path: Path
) -> None:
    read_texts(described, Colours(), lambda _image: ["words on a wall"])
    dataset = own_captions(described)
    assert len(dataset.names) == COUNT - 1
    assert set(dataset.captions) == {(f"something {name}",) for name in NAMES}
    before = encoder.pictures_encoded
    found = adapted(encoder, described, dataset, tmp_path / "out", 4)
    assert encoder.pictures_encoded == before
    assert (found.learned, found.held_out, found.unstored) == (15, 4, 0)
    assert tuple(found.differences) == WAYS
    opened = Joint(tmp_path / "out", opens)
    assert opened.identity.dim == 3
    with pytest.raises(EncoderMismatchError):
        described.require(asdict(opened.identity))
    pixels = [encoder.prepare(Image.new("RGB", (9, 9), "red"))]
    assert np.allclose(opened.encode_images(pixels), encoder.encode_images(pixels), atol=0.1)


def test_another_encoder_and_too_few_captions_are_refused(
    described: Collection, encoder: Colours, tmp_path: Path
) -> None:
    dataset = own_captions(described)
    with pytest.raises(EncoderMismatchError):
        adapted(Colours("other"), described, dataset, tmp_path / "out")
    with pytest.raises(TrainingError, match="9 captioned pictures; an adapter needs 12"):
        adapted(encoder, described, dataset, tmp_path / "out", 10)


def test_a_collection_without_captions_says_what_to_do(engine: Engine) -> None:
    with pytest.raises(DatasetError, match="has a caption; name a data set that has them"):
        own_captions(engine.collection)


def test_a_collection_changes_to_it_without_opening_a_picture(
    described: Collection, encoder: Colours, tmp_path: Path
) -> None:
    adapted(encoder, described, own_captions(described), tmp_path / "out", 4)
    opened = Joint(tmp_path / "out", opens)
    rows = described.embeddings.read(described.catalog.rows()).copy()
    shutil.rmtree(tmp_path / "photos")
    assert reindex(described, opened) == []
    changed = Collection(described.folder)
    changed.require(asdict(opened.identity))
    assert np.allclose(changed.embeddings.read(len(rows)), opened.adapt(rows), atol=1e-6)
    assert len(Engine(changed, opened).search(parse("red")).hits) > 0


@pytest.mark.parametrize("way", [SUM, LATE])
def test_an_adapted_collection_keeps_its_fusion(
    described: Collection, encoder: Colours, tmp_path: Path, way: str
) -> None:
    described.catalog.set(**{FUSION: way})
    index(described, encoder, [tmp_path / "photos"])
    adapted(encoder, described, own_captions(described), tmp_path / "out", 4)
    opened = Joint(tmp_path / "out", opens)
    shutil.rmtree(tmp_path / "photos")
    reindex(described, opened)
    changed = Collection(described.folder)
    assert facts(changed).fusion == way
    answer = Engine(changed, opened).search(parse("green"), 3)
    assert answer.mode == ("hybrid" if way == LATE else "semantic")
    with changed.snapshot() as snapshot:
        best = answer.hits[0].id
        own, by = snapshot.embedding(best), snapshot.ranked_by(best)
        words = opened.encode_texts(["something green"])
        assert own is not None
        expected = unit(own + words) if way == SUM else own
        assert np.allclose(by, expected, atol=1e-6)
