"""Queries of a run to look at: what was asked, what was right, and what came first."""

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation import Run
from evaluation.shape import QueryResult

FOUND = {  # what a page of queries can be narrowed to: first and last rank
    "all": (1, None),
    "first": (1, 1),
    "later": (2, 10),
    "beyond": (11, None),
}


@dataclass(frozen=True)
class Answer:
    """A place among the pictures, or words; its score, and whether it is right."""

    picture: int | None
    text: str
    score: float
    right: bool


@dataclass(frozen=True)
class Shown:
    """One query: words or a picture, its right answers, their best rank, and what came first."""

    text: str
    picture: int | None
    right: tuple[Answer, ...]
    rank: int
    answers: tuple[Answer, ...]


def chosen(run: Run, way: str, found: str) -> list[QueryResult]:
    """The queries whose right answer came where ``found`` says, the worst first."""
    first, last = FOUND[found]
    results = run["queries"][way]
    within = [one for one in results if first <= one["rank"] <= (last or one["rank"])]
    return sorted(within, key=lambda one: -one["rank"])


def shown(run: Run, way: str, results: Sequence[QueryResult]) -> list[Shown]:
    """Queries of one direction as a page shows them."""
    return [(_words if way == "text_to_image" else _picture)(run, one) for one in results]


def _words(run: Run, one: QueryResult) -> Shown:
    caption = run["gallery"]["captions"][one["query"]]
    places = one.get("right", [caption["picture"]])
    right = tuple(Answer(place, "", one["score"], True) for place in places)
    answers = [Answer(place, "", score, place in places) for place, score in one["best"]]
    return Shown(caption["text"], None, right, one["rank"], tuple(answers))


def _picture(run: Run, one: QueryResult) -> Shown:
    captions = run["gallery"]["captions"]
    own = [caption["text"] for caption in captions if caption["picture"] == one["query"]]
    right = tuple(Answer(None, text, one["score"], True) for text in own)
    answers = [
        Answer(None, captions[place]["text"], score, captions[place]["picture"] == one["query"])
        for place, score in one["best"]
    ]
    return Shown("", one["query"], right, one["rank"], tuple(answers))
