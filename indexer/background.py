"""Sentences as people type them when they search, to measure an index with beforehand."""

import random
import re
import tomllib
from pathlib import Path

from encoders import Embeddings, Encoder
from encoders.kept import kept_texts
from encoders.labels import read_labels

GRAMMAR = Path(__file__).parent.parent / "data" / "queries" / "background.toml"
COUNT = 1000


def background_texts(count: int = COUNT) -> list[str]:
    """``count`` different sentences that the grammar makes, always the same ones."""
    grammar = tomllib.loads(GRAMMAR.read_text(encoding="utf-8"))
    grammar["thing"] = [label.name for label in read_labels()]
    chance = random.Random(0)  # noqa: S311 - nobody is to be kept from guessing them
    made: dict[str, None] = {}
    while len(made) < count:
        made[_filled(chance.choice(grammar["sentences"]), grammar, chance)] = None
    return list(made)


def background(encoder: Encoder, count: int = COUNT) -> Embeddings:
    """The embeddings of `background_texts`, ``(count, dim)``; the cache keeps them."""
    return kept_texts(background_texts(count), encoder, encoder.encode_texts)


def _filled(sentence: str, grammar: dict[str, list[str]], chance: random.Random) -> str:
    """The sentence with a word of its list for every name in braces."""

    def word(name: re.Match[str]) -> str:
        return chance.choice(grammar[name[1]])

    return re.sub(r"{(\w+)}", word, sentence)
