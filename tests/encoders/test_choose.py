"""From names to encoders: what is there, what is not, and what `auto` takes."""

import json
import logging
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import encoders
from encoders import UnknownEncoderError, hub
from encoders.choose import FOR_CPU


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without a network and with nothing downloaded."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))


def test_a_misspelt_name_is_answered_with_what_there_is() -> None:
    choice = r"'startr'; choose one of: auto, starter, baseline"
    with pytest.raises(UnknownEncoderError, match=choice):
        encoders.load("startr")


def test_a_bare_name_of_open_clip_is_answered_with_its_full_one() -> None:
    with pytest.raises(UnknownEncoderError, match=r"its name is like .*open_clip:ViT-B-32/laion2b"):
        encoders.load("ViT-B-32/laion2b_s34b_b79k")


def test_a_directory_that_holds_no_encoder_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UnknownEncoderError, match=r"mindseye.json, open_clip_config.json, modules"):
        encoders.load(str(tmp_path))


@pytest.mark.usefixtures("no_hub")
@pytest.mark.parametrize(
    "name",
    [
        *(FOR_CPU, "open_clip:hf-hub:nobody/nothing", "open_clip:RN50/openai"),
        *("sentence-transformers:clip-ViT-B-32", "sentence-transformers:nobody/no+clip-ViT-B-32"),
    ],
)
def test_without_a_hub_it_is_said_in_a_sentence_and_at_once(name: str) -> None:
    pytest.importorskip("open_clip")  # its import is not what is timed here
    start = time.monotonic()
    with pytest.raises(UnknownEncoderError, match=r"not on this machine, and the model hub cannot"):
        encoders.load(name)
    assert time.monotonic() - start < 10


@pytest.mark.usefixtures("no_hub")
def test_auto_takes_the_starter_where_nothing_can_be_fetched_and_says_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, "encoders"):
        assert encoders.load("auto").identity.name == "starter"
    assert "chose the encoder starter: open_clip:" in caplog.text
    assert "the model hub cannot be reached" in caplog.text


def test_a_hub_that_does_not_answer_is_given_up_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(hub, "PATIENCE", 0.2)
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
        monkeypatch.delenv(name, raising=False)
    with socket.socket() as deaf:  # bound but not listening: connections are refused
        deaf.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        assert not hub.hub_reachable()
        deaf.listen()
        assert hub.hub_reachable()
    # Addresses of documentation (RFC 5737) belong to nobody: packets there get no answer.
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "https://192.0.2.1")
    start = time.monotonic()
    assert not hub.hub_reachable()
    assert time.monotonic() - start < 2


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = {"torch", "open_clip", "transformers", "sentence_transformers", "openvino"}
    code = (
        f"import sys, encoders, json; print(json.dumps([m for m in {heavy} if m in sys.modules]))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == []


@pytest.mark.hub
def test_auto_takes_a_published_model_where_there_is_a_hub() -> None:
    if not hub.hub_reachable():
        pytest.skip("the model hub cannot be reached from here")
    assert encoders.load("auto").identity.name.startswith("open_clip:")
