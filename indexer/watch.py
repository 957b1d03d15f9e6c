"""Following folders: when to look again, because something below them has changed."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from watchfiles import Change, watch

from encoders import SUFFIXES
from indexer.sources import is_archive
from indexer.sources.seen import WORDS

SETTLED = 500  # milliseconds without a change, after which a burst of them counts as over
LONGEST = 5_000  # milliseconds that a burst may go on before somebody looks all the same


def changes(
    paths: Sequence[str], ignored: Path, pulse: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Yields at once, and again whenever a burst of changes at or below the paths has settled.

    Changes made while the caller is busy count, too: watching begins before the first yield. Those
    within ``ignored``, the collection itself, do not, nor files that are neither pictures, words
    about them, nor archives. ``pulse`` is called twice a second while nothing happens; what it
    raises ends the watching.

    Raises:
        OSError: the system cannot watch so many folders.
    """
    bursts = watch(
        *paths,
        watch_filter=_matters(ignored.resolve()),
        debounce=LONGEST,
        step=SETTLED,
        rust_timeout=SETTLED,
        yield_on_timeout=True,
    )
    next(bursts)  # from here on the system remembers what changes
    yield
    for burst in bursts:
        pulse()
        if burst:
            yield


def _matters(ignored: Path) -> Callable[[Change, str], bool]:
    def matters(_change: Change, path: str) -> bool:
        if Path(path).is_relative_to(ignored):
            return False
        ends = Path(path).suffix.lower() in {*SUFFIXES, *WORDS} or is_archive(path)
        return ends or not Path(path).is_file()  # a folder that came or went has any name

    return matters
