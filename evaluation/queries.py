"""Queries of a run to look at: what was asked, what was right, and what came first."""

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.shape import QueryResult, Run


@dataclass(frozen=True)
class Answer:
    """A place among the run's pictures, or words; its score, and whether it is right."""

    picture: int | None
    text: str
    score: float
    right: bool


@dataclass(frozen=True)
class Shown:
    """One query: words or a picture, its right answers, the best of them, and what came first."""

    text: str
    picture: int | None
    right: tuple[Answer, ...]
    rank: int
    score: float
    answers: tuple[Answer, ...]


def ranked(results: Sequence[QueryResult], first: int, last: int | None) -> list[QueryResult]:
    """The queries whose right answer came at these ranks, the worst first."""
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
    return Shown(caption["text"], None, right, one["rank"], one["score"], tuple(answers))


def _picture(run: Run, one: QueryResult) -> Shown:
    captions = run["gallery"]["captions"]
    own = [caption["text"] for caption in captions if caption["picture"] == one["query"]]
    right = tuple(Answer(None, text, one["score"], True) for text in own)
    answers = [
        Answer(None, captions[place]["text"], score, captions[place]["picture"] == one["query"])
        for place, score in one["best"]
    ]
    return Shown("", one["query"], right, one["rank"], one["score"], tuple(answers))
