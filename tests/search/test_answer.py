"""What an answer says of itself, on the page, in the API and in a terminal."""

from dataclasses import replace

import pytest

from search import Engine, parse


@pytest.mark.parametrize(
    ("route", "recall", "fusion", "said"),
    [
        ("exact", 1.0, "none", "exact, 12 ms"),
        ("exact", 1.0, "late", "exact and fused with words, 12 ms"),
        ("approximate", 0.98, "sum", "about 98 % of exact and fused with words, 12 ms"),
        ("filtered", 1.0, "none", "exact within the conditions, 12 ms"),
        ("approximate", 0.98, "none", "about 98 % of exact, 12 ms"),
        ("approximate", 0.9999, "none", "about 99.9 % of exact, 12 ms"),
        ("filtered", 0.985, "none", "about 98.5 % of exact within the conditions, 12 ms"),
    ],
)
def test_an_answer_says_how_exact_it_is_and_no_more(
    engine: Engine, route: str, recall: float, fusion: str, said: str
) -> None:
    answer = engine.search(parse("red"))
    timings = {"embed": 4.1, "search": 7.0, "catalog": 1.1}
    found = replace(answer, route=route, recall=recall, fusion=fusion, timings_ms=timings)
    assert found.how == found.as_dict()["how"] == said
