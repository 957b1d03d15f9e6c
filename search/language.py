r"""The query language: ``a dog -leash "red ball"^0.5 folder:holiday width:>1000 sort:newest``.

What does not look like a part of the language is plain words, so that a sentence just works: only
a known name directly before a colon is a filter, and only a hyphen before a word is a minus.
"""

import re
from dataclasses import replace
from functools import cache

from lark import Lark, Token, Tree, UnexpectedInput

from search.errors import QuerySyntaxError
from search.query import WEIGHT, Kind, Query, Term
from search.values import FIELDS, OPTIONS, read_filter, read_option

GRAMMAR = rf"""
start: (words | phrase | picture | filter | option)*

words:   [MINUS] WORD [WEIGHT]
phrase:  [MINUS] PHRASE [WEIGHT]
picture: [MINUS] PICTURE (PHRASE | WORD) [WEIGHT]
filter:  [MINUS] FIELD (PHRASE | VALUE)
option:  [MINUS] OPTION (PHRASE | VALUE)

MINUS.3: /-(?=["“\w]|[^\x00-\x7f])/
PHRASE.2: /"(?:[^"\\]|\\.)*"|“[^”]*”/s
PICTURE.2: /(?:image|like):(?=\S)/i
FIELD.2: /(?:{"|".join(FIELDS)}):(?=\S)/i
OPTION.2: /(?:{"|".join(OPTIONS)}):(?=\S)/i
WEIGHT.2: /(?<=\S){WEIGHT}(?=\s|\Z)/
WORD: /[^\s"“]\S*?(?={WEIGHT}(?:\s|\Z)|\s|\Z)/
VALUE: /[^\s"“]\S*/

_SPACE: /\s+/
_TAIL.4: /(?<=["”])[,;.:!?)]+(?=\s|\Z)/
%ignore _SPACE
%ignore _TAIL
"""

MAX_ID = 2**63 - 1  # what SQLite and FAISS count with


def parse(text: str) -> Query:
    """The query that the text asks.

    Raises:
        QuerySyntaxError: it cannot be read; its ``position`` is where.
    """
    try:
        tree = _grammar().parse(text)
    except UnexpectedInput as error:
        place = error.pos_in_stream or 0
        unclosed = text[place : place + 1] in ('"', "“")
        reason = "a quote opens and does not close" if unclosed else "this cannot be read"
        raise QuerySyntaxError(reason, text, place) from None
    reader = _Reader(text)
    for node in tree.children:
        if isinstance(node, Tree):
            getattr(reader, node.data)(*node.children)
    return reader.query()


@cache
def _grammar() -> Lark:
    return Lark(GRAMMAR, parser="lalr")


class _Reader:
    """Gathers a query from the nodes of its tree; a method for each rule of the grammar."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._plain: list[str] = []
        self._query = Query()

    def query(self) -> Query:
        plain = [Term("words", " ".join(self._plain))] if self._plain else []
        return replace(self._query, terms=(*plain, *self._query.terms))

    def words(self, minus: Token | None, word: Token, weight: Token | None) -> None:
        heavy = self._weight(minus, weight)
        if heavy == 1:
            self._plain.append(str(word))
        else:
            self._also("words", str(word), heavy)

    def phrase(self, minus: Token | None, phrase: Token, weight: Token | None) -> None:
        value = " ".join(_inside(phrase).split())
        heavy = self._weight(minus, weight)
        if value:
            self._also("phrase", value, heavy)

    def picture(self, minus: Token | None, kind: Token, value: Token, weight: Token | None) -> None:
        which, place = _inside(value), self._weight(minus, weight)
        if kind.lower() == "like:":
            if not re.fullmatch(r"\d{1,19}", which, re.ASCII) or not 0 < int(which) <= MAX_ID:
                raise self._wrong(f"{which!r} is not the id of a picture", value)
            self._also("like", str(int(which)), place)
        else:
            self._also("image", which, place)

    def filter(self, minus: Token | None, field: Token, value: Token) -> None:
        try:
            one = read_filter(_name(field), _inside(value), negative=minus is not None)
        except ValueError as error:
            raise self._wrong(str(error), value) from None
        self._query = replace(self._query, filters=(*self._query.filters, one))

    def option(self, minus: Token | None, option: Token, value: Token) -> None:
        if minus is not None:
            raise self._wrong(f"{option} has no opposite", minus)
        try:
            chosen = {_name(option): read_option(_name(option), _inside(value))}
        except ValueError as error:
            raise self._wrong(str(error), value) from None
        self._query = replace(self._query, **chosen)  # type: ignore[arg-type]

    def _also(self, kind: Kind, value: str, weight: float) -> None:
        term = Term(kind, value, weight)
        self._query = replace(self._query, terms=(*self._query.terms, term))

    def _weight(self, minus: Token | None, weight: Token | None) -> float:
        heavy = float(weight[1:]) if weight else 1.0
        if weight is not None and not heavy:
            raise self._wrong("a weight of 0 looks for nothing", weight)
        return -heavy if minus else heavy

    def _wrong(self, reason: str, token: Token) -> QuerySyntaxError:
        return QuerySyntaxError(reason, self._text, token.start_pos or 0)


def _name(token: Token) -> str:
    return token.lower().removesuffix(":")


def _inside(token: Token) -> str:
    """What a phrase says, without its quotes; any other token as it is."""
    if token[0] == "“":
        return str(token[1:-1])
    return re.sub(r'\\(["\\])', r"\1", token[1:-1]) if token[0] == '"' else str(token)
