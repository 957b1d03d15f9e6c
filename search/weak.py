"""Whether an answer found anything: a word that nothing matched, measured and not assumed.

The best score of a question is compared with the usual one of the collection, the median of the
best scores of sentences that nobody asked (`indexer.usual`). `python -m benchmarks.weak` measures
how often that is right. A picture as a question, several terms at once, or words of names and
captions score on other scales, and nothing is said about them.
"""

from collections.abc import Sequence

from search.alike import Place
from search.query import HYBRID, Query


def is_weak(query: Query, places: Sequence[Place], usual: float | None) -> bool | None:
    """Whether the best place is no nearer than usual; ``None`` where that cannot be said."""
    scores = [place.score for place in places if place.score is not None]
    if usual is None or not scores or not _is_one_text(query):
        return None
    return max(scores) < usual


def _is_one_text(query: Query) -> bool:
    if query.mode == HYBRID or len(query.terms) != 1:
        return False
    return query.terms[0].kind in ("words", "phrase") and query.terms[0].weight > 0
