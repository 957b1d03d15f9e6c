"""sentence-transformers' models give the same embeddings here as with its own ``encode``."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

import encoders
from encoders import BrokenEncoderError, Embeddings, check
from tests.encoders.models import TEXTS, odd_pictures, save_clip, save_text_model


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clip(tmp_path_factory.mktemp("sentence"))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that reads texts only, into as many dimensions as the CLIP model has."""
    return save_text_model(tmp_path_factory.mktemp("reader") / "texts", 48)


@pytest.fixture(autouse=True, scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Converted copies of these models are of no use to anybody else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINDSEYE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def by_them(folder: Path, inputs: list[Any]) -> Embeddings:
    model = SentenceTransformer(str(folder), device="cpu")
    return model.encode(inputs, normalize_embeddings=True)  # type: ignore[no-any-return]


def least_cosine(ours: Embeddings, theirs: Embeddings) -> float:
    return float((ours * theirs).sum(1).min())


def seen(encoder: encoders.Encoder) -> Embeddings:
    return encoder.encode_images([encoder.prepare(picture) for picture in odd_pictures()])


def test_a_clip_model_is_the_same_for_pictures_and_texts(clip: Path) -> None:
    encoder = encoders.load(str(clip))
    check(encoder)
    assert least_cosine(seen(encoder), by_them(clip, odd_pictures())) >= 0.9999
    assert least_cosine(encoder.encode_texts(TEXTS), by_them(clip, TEXTS)) >= 0.9999
    assert encoder.prepare(odd_pictures()[1]).shape == (64, 64, 3)
    assert encoder.scale == pytest.approx(np.exp(2.6592), rel=1e-3)


def test_a_processor_that_cannot_be_split_gets_the_picture_itself(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("encoders.sentence._Pixels.of", lambda _: None)
    encoder = encoders.load(str(clip))
    assert encoder.prepare(odd_pictures()[1]).shape == (77, 333, 3)
    assert least_cosine(seen(encoder), by_them(clip, odd_pictures())) >= 0.9999


def test_texts_and_pictures_may_come_from_two_models(clip: Path, reader: Path) -> None:
    encoder = encoders.load(f"sentence-transformers:{reader}+{clip}")
    check(encoder)
    assert least_cosine(seen(encoder), by_them(clip, odd_pictures())) >= 0.9999
    assert least_cosine(encoder.encode_texts(TEXTS), by_them(reader, TEXTS)) >= 0.9999
    assert encoder.identity.name == f"sentence-transformers:{reader}+{clip}"
    assert encoder.identity.weights.count(" + ") == 1
    assert encoder.encode_images([]).shape == encoder.encode_texts([]).shape == (0, 48)


def test_a_model_that_only_reads_is_refused(reader: Path) -> None:
    with pytest.raises(BrokenEncoderError, match=r"sees no pictures; name the model .*TEXT\+IMAGE"):
        encoders.load(str(reader))


def test_two_models_of_different_dimensions_are_refused(clip: Path, tmp_path: Path) -> None:
    other = save_text_model(tmp_path / "texts", 32)
    with pytest.raises(BrokenEncoderError, match="texts get 32 dimensions, pictures 48"):
        encoders.load(f"sentence-transformers:{other}+{clip}")


def test_a_damaged_model_is_refused_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("[{]")
    with pytest.raises(BrokenEncoderError, match="sentence-transformers cannot load"):
        encoders.load(str(tmp_path))
