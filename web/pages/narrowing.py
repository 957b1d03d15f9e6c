"""Facets as the page shows them: those values that would narrow the results, and those chosen."""

from pathlib import Path
from typing import NamedTuple

from search import Answer, Choice, Query
from web.parts import engine

AT_ONCE = 6  # values of a facet that are seen before it is opened


class Facet(NamedTuple):
    """One way to narrow: its values in two parts, the second one folded."""

    name: str
    first: list[Choice]
    rest: list[Choice]


def facets(query: Query, answer: Answer) -> list[Facet]:
    """The facets of an answer; a value that all pictures share is left out unless it was chosen."""
    shown = []
    for name, choices in engine().facets(query).items():
        useful = [one for one in choices if one.chosen or one.count < answer.matches]
        if name == "year":
            useful.sort(key=lambda one: one.value, reverse=True)
        if useful:
            shown.append(Facet(name, useful[:AT_ONCE], useful[AT_ONCE:]))
    return shown


def label(choice: Choice, facet: str) -> str:
    """A value as people read it."""
    return Path(choice.value).name if facet == "folder" else choice.value
