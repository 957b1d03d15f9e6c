"""Texts of queries: remembered, encoded together, and never mixed up between threads."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from encoders import Embeddings, TextQueries, unit

SECONDS = 10


class Counting:
    """A text is its length; each batch is noted, and can be held up until `go` is set."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.entered = threading.Event()
        self.go = threading.Event()
        self.go.set()

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        self.batches.append(list(texts))
        self.entered.set()
        assert self.go.wait(SECONDS)
        if "bad" in texts:
            raise ValueError("cannot read that")
        return unit(np.array([[len(text), 1] for text in texts], dtype=np.float32))


def held(encoder: Counting, queries: TextQueries, pool: ThreadPoolExecutor) -> None:
    """One text is being encoded, and stays so until `go` is set."""
    encoder.go.clear()
    pool.submit(queries.embed, "first")
    assert encoder.entered.wait(SECONDS)


def wait_for(queries: TextQueries, texts: int) -> None:
    for _ in range(SECONDS * 100):
        if len(queries._waiting) == texts:
            return
        threading.Event().wait(0.01)
    raise AssertionError(f"{len(queries._waiting)} texts wait, not {texts}")


def test_a_text_is_encoded_once_and_remembered() -> None:
    encoder = Counting()
    queries = TextQueries(encoder)
    first, again = queries.embed("a dog"), queries.embed("a dog")
    np.testing.assert_array_equal(first, encoder.encode_texts(["a dog"]))
    np.testing.assert_array_equal(first, again)
    assert first.shape == (1, 2)
    assert encoder.batches == [["a dog"]] * 2  # the second is this test's own
    with pytest.raises(ValueError, match="read-only"):
        first += 1


def test_only_the_texts_asked_for_last_are_remembered() -> None:
    encoder = Counting()
    queries = TextQueries(encoder, remembered=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        queries.embed(text)
    assert encoder.batches == [["a"], ["b"], ["c"], ["b"]]


def test_texts_that_come_while_the_encoder_is_busy_share_one_batch() -> None:
    encoder = Counting()
    queries = TextQueries(encoder)
    texts = ["x" * length for length in (2, 3, 3, 4)]
    with ThreadPoolExecutor(8) as pool:
        held(encoder, queries, pool)
        answers = [pool.submit(queries.embed, text) for text in texts]
        wait_for(queries, 3)
        encoder.go.set()
        for text, answer in zip(texts, answers, strict=True):
            expected = unit(np.array([[len(text), 1]], dtype=np.float32))
            np.testing.assert_array_equal(answer.result(SECONDS), expected)
    assert encoder.batches[0] == ["first"]
    assert sorted(encoder.batches[1]) == ["xx", "xxx", "xxxx"]
    assert len(encoder.batches) == 2


def test_no_batch_is_longer_than_pays_and_the_first_come_first() -> None:
    encoder = Counting()
    queries = TextQueries(encoder)
    texts = ["x" * length for length in range(2, 42)]
    with ThreadPoolExecutor(len(texts) + 1) as pool:
        held(encoder, queries, pool)
        answers = []
        for number, text in enumerate(texts, 1):
            answers.append(pool.submit(queries.embed, text))
            wait_for(queries, number)
        encoder.go.set()
        for answer in answers:
            answer.result(SECONDS)
    assert encoder.batches[1:] == [texts[:16], texts[16:32], texts[32:]]


def test_an_error_reaches_everybody_who_waits_and_is_not_remembered() -> None:
    encoder = Counting()
    queries = TextQueries(encoder)
    with ThreadPoolExecutor(8) as pool:
        held(encoder, queries, pool)
        answers = [pool.submit(queries.embed, text) for text in ("good", "bad")]
        wait_for(queries, 2)
        encoder.go.set()
        for answer in answers:
            with pytest.raises(ValueError, match="cannot read that"):
                answer.result(SECONDS)
    assert queries.embed("good").shape == (1, 2)


def test_many_threads_get_each_their_own_answer() -> None:
    encoder = Counting()
    queries = TextQueries(encoder, remembered=5)
    texts = ["x" * (place % 23) for place in range(600)]
    with ThreadPoolExecutor(16) as pool:
        for text, row in zip(texts, pool.map(queries.embed, texts), strict=True):
            expected = unit(np.array([[len(text), 1]], dtype=np.float32))
            np.testing.assert_array_equal(row, expected)
