"""What can be wrong with a question.

SearchError
├── QuerySyntaxError    the text cannot be read; it says where
├── EmptyQueryError     there is nothing to look for
├── BadLimitError       k or offset is not a number of hits
├── NoPictureError      no picture has that id
└── UnopenedPictureError  a file is named that only the command line may open
"""

CONTEXT = 30  # characters around a mistake that its message repeats


class SearchError(Exception):
    """The base of every error of this package."""


class QuerySyntaxError(SearchError):
    """A query that cannot be read; ``position`` counts its characters from 0."""

    def __init__(self, reason: str, text: str, position: int) -> None:
        before = text[max(0, position - CONTEXT) : position]
        after = text[position : position + CONTEXT]
        super().__init__(f"{reason}, at character {position + 1}: {before}▶{after}")
        self.position = position


class EmptyQueryError(SearchError):
    """Neither something to look for nor a condition."""


class BadLimitError(SearchError):
    """k or offset is not between its limits, see `search.request`."""


class NoPictureError(SearchError):
    """No picture has that id, or its files are gone."""


class UnopenedPictureError(SearchError):
    """A query names a ``file``, ``image:FILE``, and nobody has opened it."""

    def __init__(self, reason: str, file: str) -> None:
        super().__init__(reason)
        self.file = file
