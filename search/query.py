"""A question, taken apart: what to look for, what pictures must be, and how to show them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from PIL import Image

from store import Filter, Near

Kind = Literal["words", "phrase", "image", "like"]

SORTS = (RELEVANCE := "relevance", "newest", "oldest", "largest", "smallest", "name")
MODES = (SEMANTIC := "semantic", HYBRID := "hybrid")
DUPES = (FOLD := "fold", SHOW := "show")
UPLOAD = "upload"  # the file of a picture that came without a name

WEIGHT = r"\^\d{1,2}(?:\.\d{1,3})?"


@dataclass(frozen=True)
class Term:
    """One part of what is looked for, embedded by itself; a negative ``weight`` repels.

    ``value`` is the text, the file, or the id of a picture of the collection. ``picture`` is what
    an edge opened for an ``image`` term; two terms are equal whatever it holds.
    """

    kind: Kind
    value: str
    weight: float = 1.0
    picture: Image.Image | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        if self.kind == "words" and self.weight == 1:
            return " ".join(_plain(word) for word in self.value.split())
        sign = "-" if self.weight < 0 else ""
        weight = "" if abs(self.weight) == 1 else f"^{abs(self.weight):g}"
        return f"{sign}{self._written()}{weight}"

    def _written(self) -> str:
        if self.kind == "words":
            return _plain(self.value) if self.weight == -1 else self.value
        return quoted(self.value) if self.kind == "phrase" else f"{self.kind}:{_bare(self.value)}"


@dataclass(frozen=True)
class Query:
    """What is asked; ``str`` writes it so that `search.parse` reads the same again.

    Without a ``mode`` it is asked as the collection is set up.
    """

    terms: tuple[Term, ...] = ()
    filters: tuple[Filter, ...] = ()
    sort: str = RELEVANCE
    mode: str | None = None
    dupes: str = FOLD

    def __str__(self) -> str:
        options = {"sort": self.sort, "mode": self.mode, "dupes": self.dupes}
        chosen = (f"{name}:{one}" for name, one in options.items() if one not in UNSAID)
        return " ".join([*map(str, self.terms), *map(written, self.filters), *chosen])

    @property
    def text(self) -> str:
        """The query without the pictures that somebody gave: these fit into no address."""
        return str(replace(self, terms=tuple(one for one in self.terms if one.kind != "image")))

    def opened(self, read: Callable[[str], Image.Image]) -> "Query":
        """The same question with the file of each ``image`` term opened by ``read``."""
        return replace(self, terms=tuple(_opened(term, read) for term in self.terms))

    def also(self, kind: Kind, value: str, picture: Image.Image | None = None) -> "Query":
        """The same question with one more thing to look for."""
        return replace(self, terms=(*self.terms, Term(kind, value, picture=picture)))


def _opened(term: Term, read: Callable[[str], Image.Image]) -> Term:
    unopened = term.kind == "image" and term.picture is None
    return replace(term, picture=read(term.value)) if unopened else term


UNSAID = {RELEVANCE, None, FOLD}


def written(one: Filter) -> str:
    """The filter as the language writes it."""
    value, sign, op = one.value, "-" if one.negative else "", "" if one.op == "=" else one.op
    if isinstance(value, Near):
        text = ",".join(f"{number!r}" for number in value)
    elif isinstance(value, datetime):
        text = value.date().isoformat()
    else:
        text = _bare(str(value))
    return f"{sign}{one.field}:{op}{text}"


def quoted(text: str) -> str:
    """The text within quotes, as the language reads it back."""
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def _bare(value: str) -> str:
    return value if re.fullmatch(r'[^\s"“^][^\s^]*', value) else quoted(value)


def _plain(word: str) -> str:
    """A word that ends like a weight is given one, so that its end stays its own."""
    return f"{word}^1" if re.search(WEIGHT + r"\Z", word) else word
