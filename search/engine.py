"""A collection and its encoder, ready to be asked."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import lru_cache

from encoders import Encoder
from search.alike import Alike, Place
from search.answer import Answer, hit
from search.errors import NoPictureError
from search.facets import Choice, choices
from search.language import MAX_ID
from search.planner import EXACT, Ranked
from search.query import Query
from search.ranking import Ranking, fusion_of, in_mode
from search.request import DEFAULT_K, require
from search.speaking import Load, Speaking, Spoken
from search.vector import mixture
from search.weak import is_weak
from store import USUAL, Collection, Description, Facets, Filter, FoundPicture, Snapshot

REMEMBERED = 256  # combinations of filters whose facets are kept
FACETS_KEPT = 30.0  # seconds, for what changes without a new generation: tags


class Engine:
    """Answers questions about one collection; safe to use from several threads."""

    def __init__(self, collection: Collection, encoder: Encoder, load: Load | None = None) -> None:
        """Join a collection with the encoder that it was made with.

        ``load`` finds an encoder by its name when the collection's is changed meanwhile.

        Raises:
            EncoderMismatchError: it was made with another.
        """
        collection.require(asdict(encoder.identity))
        self.collection = collection
        self._speaking = Speaking(encoder, load)
        self._alike = Alike(collection)
        # In the order of arrival, as many at once as there are processors: more would only take
        # turns at Python's lock, and the unluckiest of them wait twice as long.
        self._lanes = ThreadPoolExecutor(os.cpu_count() or 1, "search")
        self._counted = lru_cache(REMEMBERED)(self._count)

    @property
    def encoder(self) -> Encoder:
        """The encoder of the newest generation that was asked."""
        return self._speaking.encoder

    def search(
        self, query: Query, k: int = DEFAULT_K, offset: int = 0, *, exact: bool = False
    ) -> Answer:
        """The ``k`` best pictures from place ``offset`` on, or all if there are fewer.

        ``exact`` leaves no picture unlooked at, whatever it costs. Filters without anything to
        look for list their pictures as ``query.sort`` says.

        Raises:
            EmptyQueryError: the query holds neither something to look for nor a filter.
            BadLimitError: ``k`` or ``offset`` is beyond its limits.
            NoPictureError: a ``like`` term is not the id of a picture.
            UnopenedPictureError: an ``image`` term has no picture.
            DamagedCollectionError: the index cannot be read.
        """
        require(query, k, offset)
        clock = _Clock()
        spoken = self._speaking.embed(query.terms)  # many wait here for one batch, holding nothing
        clock.lap("embed")
        return self._lanes.submit(self._found, query, spoken, k, offset, exact, clock).result()

    def _found(
        self, query: Query, spoken: Spoken, k: int, offset: int, exact: bool, clock: "_Clock"
    ) -> Answer:
        clock.lap("wait")
        with self.collection.snapshot() as snapshot:
            embedded = self._speaking.suited(spoken, query.terms, snapshot)
            asked, query = query, in_mode(query, snapshot)
            if query.terms:
                vector = mixture(query.terms, embedded, snapshot).vector
                ranked = Ranking(snapshot, query, vector, exact).best(offset + k, self._alike)
                places = ranked.places[offset:]
            else:
                ids = snapshot.catalog.listed(query.filters, query.sort, k, offset)
                ranked = Ranked(places := [Place(one, None) for one in ids], EXACT, 1.0)
            clock.lap("search")
            matches = snapshot.catalog.count(query.filters)
            found = snapshot.pictures([place.id for place in places])
            clock.lap("catalog")
            generation = snapshot.generation
            usual = self._usual(snapshot)
            fusion = fusion_of(query, snapshot)
        hits = tuple(
            hit(rank, found[place.id], place) for rank, place in enumerate(places, offset + 1)
        )
        return Answer(
            str(asked),
            str(query.mode),
            fusion,
            ranked.route,
            ranked.recall,
            generation,
            clock.laps,
            matches,
            is_weak(query, ranked.places, usual),
            usual,
            hits,
        )

    def explain(self, query: Query, picture: int) -> list[tuple[str, float]]:
        """Each term of the query with what it adds to the picture's score; they sum to it.

        Raises:
            as `search`, and NoPictureError if there is no such picture.
        """
        require(query)
        spoken = self._speaking.embed(query.terms)
        with self.collection.snapshot() as snapshot:
            embedded = self._speaking.suited(spoken, query.terms, snapshot)
            own = snapshot.ranked_by(picture) if 0 < picture <= MAX_ID else None
            if own is None:
                raise NoPictureError(f"no picture has the id {picture}")
            if not query.terms:
                return []
            parts = mixture(query.terms, embedded, snapshot).contributions(own)
        return [(str(term), part) for term, part in zip(query.terms, parts, strict=True)]

    def facets(self, query: Query) -> dict[str, list[Choice]]:
        """What the pictures that meet the filters have in common, most frequent first.

        Of each of folder, year, format, orientation, camera and tag the values that one more
        filter could ask for; none of them finds nothing.
        """
        with self.collection.snapshot() as snapshot:
            generation = snapshot.generation
        counted = self._counted(generation, query.filters, time.monotonic() // FACETS_KEPT)
        return choices(query, counted)

    def _usual(self, snapshot: Snapshot) -> float | None:
        known = snapshot.catalog.setting(USUAL) or {}
        ours = self.encoder.identity.fingerprint, snapshot.fusion and [*snapshot.fusion]
        measured = (known.get("encoder"), known.get("fusion")) == ours
        return float(known["score"]) if measured else None

    def _count(self, _generation: int, filters: tuple[Filter, ...], _period: float) -> Facets:
        with self.collection.snapshot() as snapshot:
            return snapshot.catalog.facets(filters)

    def picture(self, number: int) -> FoundPicture:
        """A picture of the collection by its id.

        Raises:
            NoPictureError: there is none, or its files are gone.
        """
        with self.collection.snapshot() as snapshot:
            return _picture(snapshot, number)

    def described(self, number: int) -> tuple[FoundPicture, Description]:
        """A picture by its id, with everything else that is known of it.

        Raises:
            NoPictureError: there is none, or its files are gone.
        """
        with self.collection.snapshot() as snapshot:
            return _picture(snapshot, number), snapshot.catalog.description(number)


def _picture(snapshot: Snapshot, number: int) -> FoundPicture:
    found = snapshot.pictures([number]).get(number) if 0 < number <= MAX_ID else None
    if found is None:
        raise NoPictureError(f"no picture has the id {number}")
    return found


class _Clock:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round((now - self._last) * 1000, 3)
        self._last = now
