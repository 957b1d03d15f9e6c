"""Any CNN or ViT of timm beside any BERT: features as their own libraries give them."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import encoders
from encoders import UnknownEncoderError
from encoders.joint import Affine, Block, Joint, Pair
from encoders.joint.towers import alike_in_length
from encoders.training import save

VOCABULARY = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "dog", "red", "car", "in", "the", "snow")


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT with random weights, saved as Hugging Face saves any."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("bert")
    words = {word: number for number, word in enumerate(VOCABULARY)}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    ends = [("[CLS]", words["[CLS]"]), ("[SEP]", words["[SEP]"])]
    tokenizer.post_processor = processors.BertProcessing(ends[1], ends[0])
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
    )
    BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module", params=["resnet10t", "vit_tiny_patch16_224"])
def timm_tower(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A CNN and a ViT of timm with random weights, saved to disk."""
    import timm
    import torch
    from safetensors.torch import save_model

    torch.manual_seed(0)
    file = tmp_path_factory.mktemp("timm") / "weights.safetensors"
    save_model(timm.create_model(request.param), str(file))
    return f"timm:{request.param}@{file}"


@pytest.fixture
def picture() -> Image.Image:
    return Image.radial_gradient("L").convert("RGB").rotate(30)


def test_image_features_are_those_that_timm_gives(
    timm_tower: str, bert: Path, picture: Image.Image
) -> None:
    import timm
    import torch

    towers = Pair([timm_tower], str(bert))
    pixels = towers.prepare(picture)
    model, file = timm_tower.removeprefix("timm:").split("@")
    body = timm.create_model(model, checkpoint_path=file).eval()
    facts = body.pretrained_cfg
    side = facts["input_size"][-1]
    image = torch.from_numpy(pixels.copy()).permute(2, 0, 1).float()[None] / 255
    image = torch.nn.functional.interpolate(image, size=(side, side), mode="bilinear")
    scaled = (image - torch.tensor(facts["mean"]).view(3, 1, 1)) / torch.tensor(facts["std"]).view(
        3, 1, 1
    )
    with torch.inference_mode():
        expected = body.forward_head(body.forward_features(scaled), pre_logits=True).numpy()
    np.testing.assert_allclose(towers.image_features([pixels]), expected, rtol=1e-3, atol=1e-4)


def test_text_features_are_those_that_sentence_transformers_gives(bert: Path) -> None:
    from sentence_transformers import SentenceTransformer

    texts = ["a dog", "a red car in the snow", "dog"]
    expected = SentenceTransformer(str(bert), device="cpu").encode(texts, normalize_embeddings=True)
    found = Pair(["efficientnet-lite0"], str(bert)).text_features(texts)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_texts_are_read_with_those_of_like_length_and_come_back_in_their_order(bert: Path) -> None:
    pair = Pair(["efficientnet-lite0"], str(bert))
    texts = [" ".join(["a dog"] * count) for count in (1, 40, 2, 20, 1, 41)]
    alone = np.concatenate([pair.text_features([text]) for text in texts])
    np.testing.assert_allclose(pair.text_features(texts), alone, atol=1e-5)
    assert alike_in_length([4, 82, 6, 42, 4, 84]) == [[0, 4, 2], [3], [1, 5]]
    assert [len(group) for group in alike_in_length([5] * 100)] == [64, 36]


def test_a_pair_with_heads_is_an_encoder_like_any_other(
    timm_tower: str, bert: Path, picture: Image.Image, tmp_path: Path
) -> None:
    towers = Pair([timm_tower], str(bert))
    width = towers.image_features([towers.prepare(picture)]).shape[1]
    random = np.random.default_rng(0)
    block = Block(
        1.0,
        (0, width),
        Affine(random.normal(size=(width, 16)).astype(np.float32), np.zeros(16, np.float32)),
        Affine(random.normal(size=(32, 16)).astype(np.float32), np.zeros(16, np.float32)),
    )
    names = {"image": [timm_tower], "text": str(bert)}
    save(tmp_path / "mine", names, [block], 20.0, {})
    opened = encoders.load(str(tmp_path / "mine"))
    encoders.check(opened)
    assert isinstance(opened, Joint)
    assert opened.identity.dim == 16


def test_other_heads_are_another_identity(bert: Path, tmp_path: Path) -> None:
    identities = []
    for number in range(2):
        one = Affine(np.full((3, 2), number + 1, np.float32), np.zeros(2, np.float32))
        names = {"image": ["efficientnet-lite0"], "text": str(bert)}
        save(tmp_path / str(number), names, [Block(1.0, (0, 3), one, one)], 20.0, {})
        identities.append(Joint(tmp_path / str(number), encoders.load).identity)
    assert identities[0].weights != identities[1].weights


def test_a_square_is_made_with_white_and_nothing_is_cut_off(bert: Path) -> None:
    pixels = Pair(["efficientnet-lite0"], str(bert)).prepare(Image.new("RGB", (100, 50), "black"))
    assert pixels.shape == (224, 224, 3)
    assert (pixels[5] == 255).all()
    assert (pixels[112] == 0).all()


@pytest.mark.parametrize(
    ("image", "text", "message"),
    [
        ("resnet50", "minilm", "no image tower is called 'resnet50'; choose .* or timm:NAME"),
        ("timm:resnet10t@/nowhere.pt", "minilm", "no weights in /nowhere.pt"),
        ("timm:resnot", "minilm", "timm has no model 'resnot'"),
        ("efficientnet-lite0", "no/such-bert", "no/such-bert is not on this machine"),
    ],
)
def test_a_tower_that_cannot_be_had_is_named(
    image: str, text: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UnknownEncoderError, match=message):
        Pair([image], text)


def test_a_text_tower_without_its_tokenizer_says_so(tmp_path: Path, bert: Path) -> None:
    for file in ("config.json", "model.safetensors"):
        (tmp_path / file).write_bytes((bert / file).read_bytes())
    with pytest.raises(UnknownEncoderError, match=r"lacks tokenizer\.json"):
        Pair(["efficientnet-lite0"], str(tmp_path))


def test_a_directory_that_training_did_not_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mindseye.json").write_text(json.dumps({"towers": {}}))
    with pytest.raises(UnknownEncoderError, match="holds no trained encoder"):
        Joint(tmp_path, encoders.load)
