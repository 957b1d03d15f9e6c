"""Queries by how far down their right answer was, the worst first."""

from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.shape import QueryResult, Run

LIMITS = ((101, None), (11, 100), (6, 10), (2, 5), (1, 1))
SHOWN = 20  # queries of each band


@dataclass(frozen=True)
class Answer:
    """One answer: the name of its picture, its words if it has any, and whether it is right."""

    picture: str
    text: str
    score: float
    right: bool


@dataclass(frozen=True)
class Shown:
    """A query to look at: words or a picture, the right answer's rank, and the first answers."""

    text: str
    picture: str
    rank: int
    score: float
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Band:
    """A range of ranks, how many queries are in it, their share, and the worst of them."""

    title: str
    count: int
    share: float
    queries: tuple[Shown, ...]


def bands(run: Run, way: str, results: Sequence[QueryResult]) -> list[Band]:
    """All bands, the worst first; a query is shown in the band of its right answer's rank."""
    found = []
    for first, last in LIMITS:
        within = [one for one in results if first <= one["rank"] <= (last or one["rank"])]
        worst = sorted(within, key=lambda one: -one["rank"])[:SHOWN]
        title = f"rank {first}" if first == last else f"rank {first} to {last}"
        found.append(
            Band(
                title if last else "beyond rank 100",
                len(within),
                len(within) / max(1, len(results)),
                tuple(_shown(run, way, one) for one in worst),
            )
        )
    return found


def _shown(run: Run, way: str, one: QueryResult) -> Shown:
    gallery = run["gallery"]
    pictures, captions = gallery["pictures"], gallery["captions"]
    if way == "text_to_image":
        caption = captions[one["query"]]
        own = caption["picture"]
        answers = [Answer(pictures[place], "", score, place == own) for place, score in one["best"]]
        return Shown(caption["text"], pictures[own], one["rank"], one["score"], tuple(answers))
    answers = [
        Answer("", captions[place]["text"], score, captions[place]["picture"] == one["query"])
        for place, score in one["best"]
    ]
    return Shown("", pictures[one["query"]], one["rank"], one["score"], tuple(answers))
