"""Which error becomes which message and exit code.

0  all is well
1  it could not be done; the message says why and what to do next
2  the command or its options are wrong
3  indexing finished, but some files could not be read
4  the collection is not sound, and not repaired
130  stopped with Ctrl-C
"""

from collections.abc import Iterator
from contextlib import contextmanager

import click

FAILED_FILES = 3
UNSOUND = 4
STOPPED = 130


@contextmanager
def explained() -> Iterator[None]:
    """Turn the packages' own errors into one sentence and exit code 1 or 2; bugs stay loud."""
    try:
        yield
    except _misused() as error:  # imported only when something went wrong
        raise click.UsageError(str(error)) from error
    except _impossible() as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:  # a full disk, a read-only folder, a port in use
        raise click.ClickException(str(error)) from error


def _misused() -> tuple[type[Exception], ...]:
    from indexer import SourceError
    from search import BadLimitError, EmptyQueryError, QuerySyntaxError
    from store import BadCatalogError, BadVectorsError

    return (
        BadCatalogError,
        BadVectorsError,
        SourceError,
        EmptyQueryError,
        BadLimitError,
        QuerySyntaxError,
    )


def _impossible() -> tuple[type[Exception], ...]:
    from encoders import EncoderError
    from evaluation import EvaluationError
    from indexer import IndexerError
    from search import SearchError
    from store import StoreError

    return EncoderError, EvaluationError, IndexerError, SearchError, StoreError
