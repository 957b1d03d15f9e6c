"""The sentences that an index is measured with."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from indexer.background import GRAMMAR, background, background_texts
from tests.colours import Colours


def test_the_sentences_are_many_different_and_always_the_same() -> None:
    texts = background_texts()
    assert len(set(texts)) == len(texts) == 1000
    assert texts == background_texts(2000)[:1000]
    words = {word for text in texts for word in text.split()}
    assert len(words) > 500
    assert 3 < np.mean([len(text.split()) for text in texts]) < 8


def test_every_list_of_the_grammar_is_used_and_every_name_is_a_list() -> None:
    grammar = tomllib.loads(GRAMMAR.read_text(encoding="utf-8"))
    named = set(re.findall(r"{(\w+)}", GRAMMAR.read_text(encoding="utf-8")))
    assert named == grammar.keys() - {"sentences"} | {"thing"}
    assert not any(re.search("[{}]", text) for text in background_texts())


def test_they_are_embedded_as_queries_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINDSEYE_CACHE", str(tmp_path))
    encoder = Colours()
    rows = background(encoder)
    np.testing.assert_array_equal(rows, encoder.encode_texts(background_texts()))
