"""From a name to an encoder. Each kind is imported only when it is wanted."""

import difflib
import logging
from collections.abc import Callable
from pathlib import Path

from encoders import device
from encoders.errors import EncoderError, UnknownEncoderError
from encoders.protocol import Encoder

log = logging.getLogger(__name__)

AUTO = "auto"
STARTER = "starter"
BASELINE = "baseline:class-mixture"
STARTER_FOLDER = Path(__file__).parent.parent / "data" / "starter"
FORMS = (
    *(AUTO, STARTER, BASELINE),
    *("open_clip:ARCHITECTURE/TAG", "open_clip:ARCHITECTURE@FILE", "open_clip:hf-hub:ID"),
    *("sentence-transformers:NAME", "sentence-transformers:TEXT+IMAGE", "a directory of a model"),
)

# What `auto` chooses. Published text-to-image R@1 on Flickr30k / COCO, from open_clip's results
# table (docs/openclip_retrieval_results.csv): ViT-B-32 .668/.393, ViT-B-16-SigLIP .747/.478,
# ViT-SO400M-14-SigLIP-384 .830/.542. A picture costs 8.8, 35 and 670 GFLOP
# (docs/model_profile.csv): on a CPU the first is quick enough, the last wants a large GPU.
FOR_CPU = "open_clip:ViT-B-32/laion2b_s34b_b79k"
FOR_GPU = "open_clip:ViT-B-16-SigLIP/webli"


def load(name: str) -> Encoder:
    """The encoder of that name, ready to use; see ``FORMS``.

    Raises:
        UnknownEncoderError: there is none of that name, or it cannot be fetched.
        BrokenEncoderError: it is there but cannot be used.
    """
    kind = name.partition(":")[0]
    if name == AUTO:
        return _auto()
    if name == STARTER:
        return _starter()
    if name == BASELINE:
        return _class_mixture()
    if kind in PREFIXES and ":" in name:
        return PREFIXES[kind](name)
    folder = Path(name)
    if folder.is_dir():
        return _directory(folder)
    raise UnknownEncoderError(_unknown(name))


def _directory(folder: Path) -> Encoder:
    """The encoder in a directory, by the file that describes it."""
    for config, opens in DIRECTORIES.items():
        if (folder / config).is_file():
            return opens(str(folder))
    raise UnknownEncoderError(
        f"{folder} holds no encoder; one of these files must be there: {', '.join(DIRECTORIES)}"
    )


def _auto() -> Encoder:
    """The best published model that is practical here, or the starter where it cannot be had."""
    on_gpu = device.best().kind != "cpu"
    wanted = FOR_GPU if on_gpu else FOR_CPU
    try:
        chosen = _open_clip(wanted)
    except EncoderError as error:
        log.info("chose the encoder %s: %s", STARTER, error)
        return _starter()
    reason = "the best that suits a GPU" if on_gpu else "the best that is quick on a CPU"
    log.info("chose the encoder %s: %s", wanted, reason)
    return chosen


def _starter() -> Encoder:
    from encoders.joint import Joint

    return Joint(STARTER_FOLDER, load, STARTER)


def _class_mixture() -> Encoder:
    """What the starter has to beat: its second space alone, classes of ImageNet mixed by ConSE."""
    from encoders.joint import Joint

    return Joint(STARTER_FOLDER, load, BASELINE, block=1)


def _joint(name: str) -> Encoder:
    from encoders.joint import Joint

    return Joint(Path(name), load)


def _open_clip(name: str) -> Encoder:
    from encoders.openclip import OpenClip

    return OpenClip(name)


def _sentence_transformers(name: str) -> Encoder:
    from encoders.sentence import SentenceTransformers

    return SentenceTransformers(name)


PREFIXES: dict[str, Callable[[str], Encoder]] = {
    "open_clip": _open_clip,
    "sentence-transformers": _sentence_transformers,
}
DIRECTORIES: dict[str, Callable[[str], Encoder]] = {
    "mindseye.json": _joint,
    "open_clip_config.json": _open_clip,
    "modules.json": _sentence_transformers,
}


def _unknown(name: str) -> str:
    said = f"no encoder is called {name!r}; choose one of: {', '.join(FORMS)}"
    if difflib.get_close_matches(name, (AUTO, STARTER)):
        return said
    from encoders.published import closest

    near = closest(name)
    return f"{said}; its name is like {near}" if near else said
