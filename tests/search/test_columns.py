"""Filters that columns in memory answer, against the same filters in SQL."""

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pytest

from search import parse
from store import Collection, Filter
from store.columns import ASKED, interval
from store.view import View
from tests.search.gallery import COUNT, GALLERY, fill, remove

OPS = ("<", "<=", "=", ">=", ">")
DATES = (datetime(2019, 6, 1), datetime(2020, 2, 3), datetime(2020, 2, 3, 12))
ROUNDS = 150


@pytest.fixture
def filled(collection: Collection) -> Collection:
    fill(collection)
    return collection


def some(random: np.random.Generator) -> Iterator[Filter]:
    """One to three conditions on what is a number, or can be told from one."""
    for _ in range(random.integers(1, 4)):
        field = str(random.choice(["size", "width", "height", "after", "year", "orientation"]))
        picture = GALLERY[int(random.integers(1, COUNT + 1))].picture
        negative, op = bool(random.random() < 0.4), "="
        value: int | str | datetime
        if field in ("size", "width", "height"):
            value, op = int(getattr(picture, field)), str(random.choice(OPS))
        elif field == "after":
            field = str(random.choice(["after", "before"]))
            value = DATES[random.integers(len(DATES))]
        elif field == "year":
            value = int(random.integers(2017, 2024))
        else:
            value = str(random.choice(["landscape", "portrait", "square"]))
        yield Filter(field, value, op, negative)


def matching(collection: Collection, filters: tuple[Filter, ...]) -> list[int]:
    with collection.snapshot() as snapshot:
        return snapshot.catalog.matching(filters).tolist()


def in_sql(collection: Collection, filters: tuple[Filter, ...]) -> list[int]:
    with collection.snapshot() as snapshot:
        return sorted(snapshot.catalog.listed(filters, "relevance", COUNT))


def test_columns_choose_what_sql_chooses(filled: Collection) -> None:
    remove(filled, [3, 50, 51])
    random, sizes = np.random.default_rng(0), set()
    for _ in range(ROUNDS):
        filters = tuple(some(random))
        right = in_sql(filled, filters)
        assert matching(filled, filters) == right, filters
        sizes.add(len(right))
    assert len(sizes) > 20


@pytest.mark.parametrize("collection", ["sqlite"], indirect=True)
def test_what_is_asked_often_is_asked_of_memory(
    filled: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "size:>2MB -width:400 height:>=800 after:2019 before:2021 -year:2020 orientation:square"
    filters = parse(text).filters
    right = [matching(filled, filters) for _ in range(ASKED + 1)]

    def selected(*_: object) -> None:
        raise AssertionError("the database was asked")

    monkeypatch.setattr(View, "_selected", selected)
    assert matching(filled, filters) == right[0] == right[-1] == in_sql(filled, filters)
    assert matching(filled, parse("-size:<1MB width:>400").filters)
    with pytest.raises(AssertionError, match="was asked"):
        matching(filled, parse("size:>2MB tag:cat").filters)
    assert interval(Filter("before", DATES[-1])) is None  # a day says too little


def test_columns_are_those_of_the_instant_whatever_is_written_meanwhile(filled: Collection) -> None:
    filters = parse("width:>=800").filters
    before = [matching(filled, filters) for _ in range(ASKED + 2)][-1]
    gone = before[:4]
    with filled.snapshot() as snapshot:
        assert snapshot.catalog.count(filters) == len(before)
        remove(filled, gone)
        assert snapshot.catalog.matching(filters).tolist() == before
    for _ in range(ASKED + 2):
        assert matching(filled, filters) == before[4:]


def test_an_empty_collection_has_nothing_that_matches(collection: Collection) -> None:
    filters = parse("width:>=800 size:>1MB -year:2019").filters
    assert [matching(collection, filters) for _ in range(ASKED + 2)] == [[]] * (ASKED + 2)
