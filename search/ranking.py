"""From candidates to the ranking that is shown: words found, orders asked for, copies folded."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from encoders import Embeddings
from search.alike import Alike, Place
from search.planner import Ranked, rank
from search.query import HYBRID, RELEVANCE, SEMANTIC, SHOW, Query
from store import FUSION, LATE, NO_FUSION, Snapshot

SORTED = 100  # the most relevant pictures that another order than relevance is put on
WINDOW = 1000  # places of each ranking that are fused
RRF = 60  # the constant of the paper below

# Words that nearly every caption has: they tell nothing, and take long to look up.
COMMON = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "in"),
        *("into", "is", "it", "its", "of", "on", "or", "that", "the", "their", "there", "they"),
        *("this", "to", "was", "were", "which", "who", "with"),
    )
)


@dataclass(frozen=True)
class Ranking:
    """One question to one generation, ready to say its best pictures, however many."""

    snapshot: Snapshot
    query: Query
    vector: Embeddings
    exact: bool

    def best(self, wanted: int, alike: Alike) -> Ranked:
        """The ``wanted`` best; copies are folded, and others take their places."""
        if self.query.dupes == SHOW:
            return self._ordered(wanted)
        asked = 2 * wanted
        while True:
            ranked = self._ordered(asked)
            folded = alike.fold(self.snapshot, ranked.places)
            if len(folded) >= wanted or len(ranked.places) < asked:
                return ranked._replace(places=folded[:wanted])
            asked *= 2

    def _ordered(self, wanted: int) -> Ranked:
        if self.query.sort == RELEVANCE:
            return self._relevant(wanted)
        ranked = self._relevant(SORTED)
        places = {place.id: place for place in ranked.places}
        view, query = self.snapshot.catalog, self.query
        order = view.listed(query.filters, query.sort, wanted, among=list(places))
        return ranked._replace(places=[places[one] for one in order])

    def _relevant(self, wanted: int) -> Ranked:
        if self.query.mode == HYBRID:
            return self._fused(wanted)
        return rank(self.snapshot, self.query, self.vector, wanted, exact=self.exact)

    def _fused(self, wanted: int) -> Ranked:
        """The semantic ranking fused with that of the keywords; behind both, it goes on alone."""
        ranked = rank(self.snapshot, self.query, self.vector, max(wanted, WINDOW), exact=self.exact)
        scores = {place.id: place.score for place in ranked.places}
        semantic = list(scores)
        named = self.snapshot.catalog.keywords(keywords(self.query), self.query.filters, WINDOW)
        scores.update(self._scores([one for one in named if one not in scores]))
        named = [one for one in named if one in scores]  # what is not published yet waits
        order = fused([semantic[:WINDOW], named])
        order += [one for one in semantic[WINDOW:] if one not in set(named)]
        return ranked._replace(places=[Place(one, scores[one]) for one in order[:wanted]])

    def _scores(self, ids: Sequence[int]) -> dict[int, float]:
        if not ids:
            return {}
        allowed = np.array(ids, dtype=np.int64)
        scores, found = self.snapshot.scan(self.vector, len(ids), allowed)
        return dict(zip(found[0].tolist(), scores[0].tolist(), strict=True))


def in_mode(query: Query, snapshot: Snapshot) -> Query:
    """The query with its own mode, or else the one that the collection's fusion asks for."""
    late = query.mode is None and snapshot.catalog.setting(FUSION) == LATE
    return replace(query, mode=HYBRID if late else query.mode or SEMANTIC)


def fusion_of(query: Query, snapshot: Snapshot) -> str:
    """How the words of pictures count in the answer: by rank, in the scores, or not at all."""
    if query.terms and query.mode == HYBRID:
        return LATE
    return snapshot.fusion.way if query.terms and snapshot.fusion else NO_FUSION


def fused(rankings: Sequence[Sequence[int]]) -> list[int]:
    """Rankings of ids as one, by the sum of ``1 / (RRF + rank)``; ties break by id.

    Source: G. V. Cormack, C. L. A. Clarke, S. Büttcher, "Reciprocal Rank Fusion outperforms
    Condorcet and individual Rank Learning Methods", SIGIR 2009.
    """
    sums: dict[int, float] = {}
    for ranking in rankings:
        for place, one in enumerate(ranking, 1):
            sums[one] = sums.get(one, 0) + 1 / (RRF + place)
    return sorted(sums, key=lambda one: (-sums[one], one))


def keywords(query: Query) -> list[str]:
    """The words and phrases of the query that names, captions and tags can be asked for."""
    wanted = [term for term in query.terms if term.weight > 0]
    phrases = [term.value for term in wanted if term.kind == "phrase"]
    plain = [term.value for term in wanted if term.kind == "words"]
    words = [word for text in plain for word in re.findall(r"\w+", text.lower())]
    return [*phrases, *(word for word in dict.fromkeys(words) if word not in COMMON)]
