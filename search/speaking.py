"""The encoder that a generation needs: another one after its collection was encoded anew."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from encoders import Embeddings, Encoder
from search.query import Term
from search.vector import Embedder
from store import EncoderMismatchError, Snapshot, same_encoder

Load = Callable[[str], Encoder]


class Spoken(NamedTuple):
    """Terms as an encoder embedded them, and the identity of that encoder."""

    rows: list[Embeddings | None]
    encoder: dict[str, Any]


class Speaking:
    """Embeds terms with the encoder of the snapshot in which they are looked for, and no other."""

    def __init__(self, encoder: Encoder, load: Load | None = None) -> None:
        self._load = load
        self._loading = threading.Lock()
        self._become(encoder)

    def embed(self, terms: Sequence[Term]) -> Spoken:
        """As `Embedder.embed`, with the encoder of the newest generation that was asked.

        Nothing of the collection is held meanwhile: many may wait here for one common batch.
        """
        embedder, identity = self._now
        return Spoken(embedder.embed(terms), identity)

    def suited(
        self, spoken: Spoken, terms: Sequence[Term], snapshot: Snapshot
    ) -> list[Embeddings | None]:
        """The same in the space of the snapshot; a new encoder is loaded for its first question.

        Raises:
            EncoderMismatchError: the collection needs another encoder that cannot be had.
        """
        if same_encoder(spoken.encoder, snapshot.encoder):
            return spoken.rows
        with self._loading:
            if not same_encoder(self._now[1], snapshot.encoder):
                self._change(snapshot)
        return self.embed(terms).rows

    def _change(self, snapshot: Snapshot) -> None:
        name = snapshot.encoder["name"]
        encoder = self._load(name) if self._load else self.encoder
        if not same_encoder(asdict(encoder.identity), snapshot.encoder):
            raise EncoderMismatchError(
                f"the collection is now encoded with {name!r}, and what is found under that name "
                f"is another encoder; search with the one that `mindseye reindex` was given"
            )
        self._become(encoder)

    def _become(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self._now = Embedder(encoder), asdict(encoder.identity)
