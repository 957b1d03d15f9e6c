"""Which error becomes which message and exit code.

0  all is well
1  it could not be done; the message says why and what to do next
2  the command or its options are wrong
3  indexing finished, but some files could not be read
130  stopped with Ctrl-C
"""

from collections.abc import Iterator
from contextlib import contextmanager

import click

FAILED_FILES = 3
STOPPED = 130


@contextmanager
def explained() -> Iterator[None]:
    """Turn the packages' own errors into one sentence and exit code 1 or 2; bugs stay loud."""
    from encoders import EncoderError
    from evaluation import EvaluationError
    from indexer import IndexerError, SourceError
    from search import BadLimitError, EmptyQueryError, SearchError
    from store import StoreError

    try:
        yield
    except (SourceError, EmptyQueryError, BadLimitError) as error:
        raise click.UsageError(str(error)) from error
    except (EncoderError, EvaluationError, IndexerError, SearchError, StoreError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:  # a full disk, a read-only folder, a port in use
        raise click.ClickException(str(error)) from error
