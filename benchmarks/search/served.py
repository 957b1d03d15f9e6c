"""What `mindseye evaluate --served` says of a large collection of made-up pictures.

python -m benchmarks.search.served
"""

from collections.abc import Sequence
from typing import Any

from benchmarks.search.collection import encoder, filled
from benchmarks.search.measuring import options, surroundings
from benchmarks.search.vectors import World
from encoders import Embeddings, Encoder
from evaluation import How
from evaluation.served import served_run
from mindseye.lineup import served
from search import Engine


class OfWorld:
    """An encoder in all but its texts, which are the world's."""

    def __init__(self, own: Encoder) -> None:
        self._own = own

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Another text of the world for each."""
        return World().texts(len(texts), seed=8)


def main() -> None:
    """Print the curve."""
    given = options(__doc__.splitlines()[0], count=50_000, queries=100)
    collection = filled(given.count, given.cache)
    engine = Engine(collection, OfWorld(encoder(given.cache)))
    print(surroundings())
    print("\n".join(served(served_run(engine, [""] * given.queries, How()))))


if __name__ == "__main__":
    main()
