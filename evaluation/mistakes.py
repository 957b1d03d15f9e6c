"""What a run of classification took for what."""

from typing import NamedTuple

from evaluation.shape import ClassificationFacts, Guess


class Mistaken(NamedTuple):
    """So many pictures of one class, of all it has, were taken for another."""

    truth: str
    guess: str
    pictures: int
    share: float


def mistaken(facts: ClassificationFacts) -> list[Mistaken]:
    """The pairs of classes that were confused, the most often confused first."""
    classes = facts["classes"]
    found = [
        Mistaken(own["name"], classes[guess]["name"], count, count / own["pictures"])
        for truth, (own, row) in enumerate(zip(classes, facts["confusion"], strict=True))
        for guess, count in enumerate(row)
        if count and guess != truth
    ]
    return sorted(found, key=lambda one: (-one.pictures, -one.share, one.truth, one.guess))


def furthest(facts: ClassificationFacts, most: int) -> list[Guess]:
    """The wrong guesses that were surest: whose class was furthest ahead of the true one."""
    wrong = [one for one in facts["guesses"] if one["guess"] != one["truth"]]
    return sorted(wrong, key=lambda one: -one["margin"])[:most]
