"""What can be wrong with a question.

SearchError
├── EmptyQueryError     there is nothing to look for
├── BadLimitError       k is not a number of hits
└── NoPictureError      no picture has that id
"""


class SearchError(Exception):
    """The base of every error of this package."""


class EmptyQueryError(SearchError):
    """Neither words nor a picture to look for."""


class BadLimitError(SearchError):
    """k is not between 1 and `search.engine.MAX_K`."""


class NoPictureError(SearchError):
    """No picture has that id, or its files are gone."""
