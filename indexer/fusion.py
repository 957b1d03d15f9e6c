"""The words of pictures joined with their pixels: what a collection with fusion is ranked by.

The embedding ``t`` of a picture's words joins its own ``x`` with the weight ``w``: ``sum`` is
``unit((1 - w) x + w t)``. ``concat`` puts ``√(1 - w) x`` and ``√w t`` side by side and asks both
with the query, so that it scores ``(1 - w) q·x + w q·t``. That is ``q`` by ``(1 - w) x + w t``, so
this is what is kept: the sum before it gets unit length, which needs no second half.

A picture without words keeps its embedding: its words then are what its pixels are.
"""

import re
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import PurePath

import numpy as np

from encoders import Embeddings, Encoder, unit
from store import SUM, Fuse, Fusion, Said, WordRows

TEXTS_AT_ONCE = 256  # a kill costs at most their encoding
KEY_BYTES = 16
# Names that cameras give say nothing: four characters and four digits (CIPA DC-009, "DCF"), and a
# date behind a few letters, as phones do it.
CAMERA = re.compile(r"[A-Z0-9_]{4}\d{4}|(IMG|PXL|VID|DSC)[-_]\d[\d_-]*")

Progress = Callable[[int, int], None]
"""Called with new texts encoded so far, and new texts of the block at hand."""


class Fusing:
    """Fuses pictures with their words, as `store.fusion.Fuse` does; encodes each text only once."""

    def __init__(
        self, kept: WordRows, encoder: Encoder, progress: Progress = lambda *_: None
    ) -> None:
        """``kept`` has the embeddings of texts that were met before."""
        self._kept = kept
        self._encoder = encoder
        self._progress = progress

    def __call__(self, fusion: Fusion, pictures: Embeddings, said: Sequence[Said]) -> Embeddings:
        """What these pictures ``(n, dim)``, of which this is said, are ranked by: ``(n, dim)``."""
        texts = [text_of(one) for one in said]
        words = pictures.copy()
        if spoken := [place for place, text in enumerate(texts) if text]:
            words[spoken] = self._embedded([texts[place] for place in spoken])
        return fused(fusion, pictures, words)

    def _embedded(self, texts: Sequence[str]) -> Embeddings:
        keys = {text: self._key(text) for text in texts}
        known = self._kept.get(list(keys.values()), self._encoder.identity.dim)
        new = [text for text, key in keys.items() if key not in known]
        for start in range(0, len(new), TEXTS_AT_ONCE):
            some = new[start : start + TEXTS_AT_ONCE]
            rows = self._encoder.encode_texts(some)
            found = {keys[text]: row for text, row in zip(some, rows, strict=True)}
            self._kept.put(found)
            known |= found
            self._progress(start + len(some), len(new))
        return np.stack([known[keys[text]] for text in texts])

    def _key(self, text: str) -> bytes:
        fact = f"{self._encoder.identity.fingerprint}\n{text}"
        return sha256(fact.encode(errors="surrogatepass")).digest()[:KEY_BYTES]


def once_loaded(kept: WordRows, encoder: Callable[[], Encoder]) -> Fuse:
    """As `Fusing`, with an encoder that is only asked for where there is something to fuse."""
    return lambda fusion, pictures, said: Fusing(kept, encoder())(fusion, pictures, said)


def fused(fusion: Fusion, pictures: Embeddings, words: Embeddings) -> Embeddings:
    """Embeddings of pictures and of their words, both ``(n, dim)``, as one: ``(n, dim)``."""
    both = np.float32(1 - fusion.weight) * pictures + np.float32(fusion.weight) * words
    return unit(both) if fusion.way == SUM else both


def text_of(said: Said) -> str:
    """What is said of a picture in one text, what is shortest first: long ones are cut."""
    names = (words_of(path) for path in said.paths)
    parts = (*names, ", ".join(said.tags), *said.captions)
    return ". ".join(dict.fromkeys(part for part in parts if part))


def words_of(name: str) -> str:
    """What a file's name says in words; nothing if a camera gave it, or it is only numbers."""
    stem = PurePath(name).stem
    if CAMERA.fullmatch(stem):
        return ""
    parts = re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", stem))
    return " ".join(part for part in parts if len(part) > 1)
