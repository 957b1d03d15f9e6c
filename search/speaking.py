"""The encoder that a generation needs: another one after its collection was encoded anew."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict

from encoders import Embeddings, Encoder
from search.query import Term
from search.vector import Embedder
from store import EncoderMismatchError, Snapshot, same_encoder

Load = Callable[[str], Encoder]


class Speaking:
    """Embeds terms with the encoder of the snapshot in which they are looked for, and no other."""

    def __init__(self, encoder: Encoder, load: Load | None = None) -> None:
        self.encoder = encoder
        self._load = load
        self._embedder = Embedder(encoder)
        self._loading = threading.Lock()

    def embed(self, terms: Sequence[Term], snapshot: Snapshot) -> list[Embeddings | None]:
        """As `Embedder.embed`; the first question after a change of encoder loads the new one.

        Raises:
            EncoderMismatchError: the collection needs another encoder that cannot be had.
        """
        with self._loading:
            if not same_encoder(asdict(self.encoder.identity), snapshot.encoder):
                self._change(snapshot)
            embedder = self._embedder
        return embedder.embed(terms)

    def _change(self, snapshot: Snapshot) -> None:
        name = snapshot.encoder["name"]
        encoder = self._load(name) if self._load else self.encoder
        if not same_encoder(asdict(encoder.identity), snapshot.encoder):
            raise EncoderMismatchError(
                f"the collection is now encoded with {name!r}, and what is found under that name "
                f"is another encoder; search with the one that `mindseye reindex` was given"
            )
        self.encoder, self._embedder = encoder, Embedder(encoder)
