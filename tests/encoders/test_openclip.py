"""open_clip's models give the same embeddings here as in open_clip itself."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import pytest
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2

import encoders
from encoders import BrokenEncoderError, Embeddings, UnknownEncoderError, check
from encoders.openclip.cut import Cut
from tests.conftest import paint_picture
from tests.encoders import models
from tests.mindseye.command import mindseye

Saved = Callable[[str], Path]

KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "clip": (models.CLIP, {}),
    "wide": (models.CLIP, models.LONGEST),
    "eos": (models.CAUSAL_BY_EOS, {}),
    "siglip": (models.SIGLIP, models.SQUASH),
    "coca": (models.COCA, {}),
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """The directory of a model of one of the kinds, made once."""
    root = tmp_path_factory.mktemp("open_clip")

    def make(kind: str) -> Path:
        folder = root / kind
        return folder if folder.exists() else models.save_open_clip(folder, *KINDS[kind])

    return make


@pytest.fixture(autouse=True, scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Converted copies of these models are of no use to anybody else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MINDSEYE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@torch.inference_mode()
def by_open_clip(model: str, pretrained: str | None = None) -> tuple[Embeddings, Embeddings]:
    """Pictures and texts as open_clip's README does it."""
    module, _, preprocess = open_clip.create_model_and_transforms(model, pretrained)
    module.eval()
    pixels = torch.stack([preprocess(picture) for picture in models.odd_pictures()])
    images = module.encode_image(pixels, normalize=True)
    texts = module.encode_text(open_clip.get_tokenizer(model)(models.TEXTS), normalize=True)
    return images.numpy(), texts.numpy()


def by_us(name: str | Path) -> tuple[Embeddings, Embeddings]:
    encoder = encoders.load(str(name))
    prepared = [encoder.prepare(picture) for picture in models.odd_pictures()]
    return encoder.encode_images(prepared), encoder.encode_texts(models.TEXTS)


def least_cosines(ours: tuple[Any, Any], theirs: tuple[Any, Any]) -> list[float]:
    return [float((a * b).sum(1).min()) for a, b in zip(ours, theirs, strict=True)]


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_and_texts_are_the_same_as_in_open_clip(saved: Saved, kind: str) -> None:
    theirs = by_open_clip(f"local-dir:{saved(kind)}")
    assert min(least_cosines(by_us(saved(kind)), theirs)) >= 0.9999
    spread = [float((rows @ rows.T).min()) for rows in theirs]
    assert max(spread) < 0.999  # else the comparison would say nothing


def test_a_checkpoint_of_a_built_in_architecture_is_the_same_too(tmp_path: Path) -> None:
    torch.manual_seed(3)
    file = tmp_path / "random.pt"
    torch.save(open_clip.create_model("ViT-S-32-alt").state_dict(), file)
    ours, theirs = by_us(f"open_clip:ViT-S-32-alt@{file}"), by_open_clip("ViT-S-32-alt", str(file))
    assert min(least_cosines(ours, theirs)) >= 0.9999


@pytest.mark.parametrize("kind", ["clip", "eos"])
def test_what_follows_the_end_of_a_text_is_cut_and_changes_nothing(saved: Saved, kind: str) -> None:
    encoder: Any = encoders.load(str(saved(kind)))
    assert encoder._model.tokens(["a dog"]).shape == (1, 4)
    alone = encoder.encode_texts(["a dog"])
    among = encoder.encode_texts(["a dog", "word " * 60])[:1]
    np.testing.assert_allclose(alone, among, atol=1e-5)


@pytest.mark.parametrize(("kind", "length"), [("siglip", 16), ("coca", 76)])
def test_towers_that_see_the_whole_context_get_the_whole_context(
    saved: Saved, kind: str, length: int
) -> None:
    encoder: Any = encoders.load(str(saved(kind)))
    assert encoder._model.tokens(["a dog"]).shape[1] >= length


@pytest.mark.parametrize("interpolation", ["bicubic", "bilinear"])
def test_pictures_are_cut_as_open_clip_cuts_them(interpolation: str) -> None:
    config = PreprocessCfg(size=64, interpolation=interpolation)
    cut = Cut.of(json.dumps(asdict(config)))
    for picture in models.odd_pictures():
        theirs = picture
        for step in image_transform_v2(config, is_train=False).transforms[:-2]:
            theirs = step(theirs)
        np.testing.assert_array_equal(cut(picture), np.asarray(theirs))


WHO = """
import sys
from PIL import Image
import encoders
encoder = encoders.load(sys.argv[1])
encoder.prepare(Image.new("RGB", (99, 70)))
print(encoder.identity.fingerprint, "torch" in sys.modules)
"""


def test_a_model_that_was_loaded_once_says_who_it_is_without_torch(
    saved: Saved, tmp_path: Path
) -> None:
    folder = shutil.copytree(saved("clip"), tmp_path / "model")

    def who() -> list[str]:
        command = [sys.executable, "-c", WHO, str(folder)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()

    expected = encoders.load(str(folder)).identity.fingerprint
    assert who() == [expected, "False"]
    (folder / "open_clip_pytorch_model.bin").touch()  # what has changed is looked at anew
    assert who() == [expected, "True"]


def test_it_passes_the_check_and_says_who_it_is(saved: Saved) -> None:
    encoder = encoders.load(str(saved("clip")))
    check(encoder)
    assert encoder.identity.name == str(saved("clip").resolve())
    assert encoder.identity.dim == 48
    assert "SimpleTokenizer, 77 tokens" in encoder.identity.tokenizer
    assert '"resize_mode": "shortest"' in encoder.identity.preprocessing
    assert encoder.scale == pytest.approx(1 / 0.07, rel=0.2)
    assert encoder.encode_images([]).shape == encoder.encode_texts([]).shape == (0, 48)


def test_a_moved_directory_is_the_same_encoder_and_other_weights_are_not(
    saved: Saved, tmp_path: Path
) -> None:
    first = encoders.load(str(saved("clip"))).identity
    moved = shutil.copytree(saved("clip"), tmp_path / "moved")
    again = encoders.load(str(moved)).identity
    assert (again.weights, again.architecture) == (first.weights, first.architecture)
    state = torch.load(moved / "open_clip_pytorch_model.bin", weights_only=True)
    state["logit_scale"] += 1
    torch.save(state, moved / "open_clip_pytorch_model.bin")
    assert encoders.load(str(moved)).identity.weights != first.weights


def test_a_checkpoint_of_another_architecture_is_refused(saved: Saved) -> None:
    file = saved("clip") / "open_clip_pytorch_model.bin"
    with pytest.raises(BrokenEncoderError, match=r"open_clip cannot load .*width changed"):
        encoders.load(f"open_clip:ViT-S-32@{file}")


def test_a_directory_without_weights_is_refused(saved: Saved, tmp_path: Path) -> None:
    folder = shutil.copytree(saved("clip"), tmp_path / "empty")
    (folder / "open_clip_pytorch_model.bin").unlink()
    with pytest.raises(BrokenEncoderError, match=r"cannot load .*weights"):
        encoders.load(str(folder))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("open_clip:ViT-B-32/laion2b", r"no weights called 'ViT-B-32/laion2b'.*laion2b_s34b_b79k"),
        ("open_clip:ViT-B-32", r"no weights called 'ViT-B-32'.*open_clip:ViT-B-32/openai"),
        ("open_clip:ViT-B-33@x.pt", r"no architecture 'ViT-B-33'; the nearest are .*ViT-B-32"),
        ("open_clip:ViT-B-32@/no/x.pt", r"/no/x.pt is not a file; give the checkpoint of ViT-B-32"),
    ],
)
def test_a_name_that_means_nothing_is_answered_with_the_nearest(name: str, message: str) -> None:
    with pytest.raises(UnknownEncoderError, match=message):
        encoders.load(name)


def test_a_session_with_a_model_from_disk(saved: Saved, tmp_path: Path) -> None:
    for name in ("red", "green", "blue"):
        paint_picture(tmp_path / "photos" / f"{name}.png", name)
    place = ("--collection", tmp_path / "collection")
    ran = mindseye("index", tmp_path / "photos", "--encoder", saved("clip"), *place)
    assert (ran.code, ran.out.splitlines()[0]) == (0, "3 files seen = 3 indexed")
    assert "Warning" not in ran.err
    words = ("search", "something red", "--image", tmp_path / "photos" / "red.png", "--json")
    hits = mindseye(*words, *place).json["hits"]
    assert [len(hit["files"]) for hit in hits] == [1, 1, 1]
    assert hits[0]["score"] > hits[1]["score"] > hits[2]["score"]
    facts = mindseye("status", "--json", *place).json
    assert (facts["encoder"], facts["dimensions"]) == (str(saved("clip").resolve()), 48)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA GPU here")
def test_on_a_gpu_the_embeddings_are_nearly_the_same(saved: Saved) -> None:
    theirs = by_open_clip(f"local-dir:{saved('clip')}")
    assert min(least_cosines(by_us(saved("clip")), theirs)) >= 0.999
