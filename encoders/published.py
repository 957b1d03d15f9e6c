"""The models that open_clip knows by name: which there are, and which are on this machine."""

import difflib
from pathlib import Path

import open_clip
from huggingface_hub import try_to_load_from_cache
from open_clip.constants import HF_SAFE_WEIGHTS_NAME, HF_WEIGHTS_NAME

from encoders.errors import UnknownEncoderError

HUB = "hf-hub:"
PREFIX = "open_clip:"


def closest(name: str) -> str:
    """The published names most like this one, as the end of a sentence, or nothing."""
    known = [f"{model}/{tag}" for model, tag in open_clip.list_pretrained()]
    lower = {one.lower(): one for one in known}
    found = difflib.get_close_matches(name.lower(), lower, 3, 0.4)
    return ", ".join(PREFIX + lower[one] for one in found)


def model_and_tag(words: str) -> tuple[str, str]:
    """``ARCH/TAG`` as open_clip's two words.

    Raises:
        UnknownEncoderError: it has not published weights by that name.
    """
    model, _, tag = words.rpartition("/")
    model = model.replace("/", "-")  # OpenAI wrote ViT-B/32
    if open_clip.pretrained.is_pretrained_cfg(model, tag):
        return model, tag
    tags = open_clip.list_pretrained_tags_by_model(words)
    near = ", ".join(f"{PREFIX}{words}/{tag}" for tag in tags) or closest(words)
    raise UnknownEncoderError(
        f"open_clip has published no weights called {words!r}; "
        f"the nearest are {near or 'none'}; your own: {PREFIX}ARCHITECTURE@FILE"
    )


def checkpoint(model: str, file: Path) -> Path:
    """The checkpoint of a built-in architecture, as an absolute path.

    Raises:
        UnknownEncoderError: there is no such architecture or file.
    """
    if model not in open_clip.list_models():
        near = difflib.get_close_matches(model, open_clip.list_models(), 3, 0.4)
        raise UnknownEncoderError(
            f"open_clip knows no architecture {model!r}; the nearest are {', '.join(near)}"
        )
    if not file.is_file():
        raise UnknownEncoderError(f"{file} is not a file; give the checkpoint of {model}")
    return file.resolve()


def cached(model: str, tag: str | None) -> bool:
    """Whether weights and tokenizer are on this machine, so that the hub is not needed."""
    if model.startswith(HUB):
        repository = model.removeprefix(HUB)
        return _in_cache(repository, "open_clip_config.json") and _any_weights(repository)
    config = open_clip.get_model_config(model) or {}
    tokenizer = config.get("text_cfg", {}).get("hf_tokenizer_name")
    if tokenizer and not _in_cache(tokenizer, "tokenizer_config.json"):
        return False
    return tag is None or _weights_cached(open_clip.pretrained.get_pretrained_cfg(model, tag))


def _weights_cached(source: dict[str, str]) -> bool:
    repository, _, file = source.get("hf_hub", "").rpartition("/")
    if repository:
        return _any_weights(repository, file)
    return (Path.home() / ".cache" / "clip" / Path(source.get("url", "")).name).is_file()


def _any_weights(repository: str, file: str = "") -> bool:
    names = [file, str(Path(file).with_suffix(".safetensors"))] if file else []
    names = names or [HF_SAFE_WEIGHTS_NAME, HF_WEIGHTS_NAME]
    return any(_in_cache(repository, name) for name in names)


def _in_cache(repository: str, file: str) -> bool:
    return isinstance(try_to_load_from_cache(repository, file), str)
