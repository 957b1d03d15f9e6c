"""The end of every change: the next generation, and what is measured of it."""

from functools import partial

from encoders import Encoder
from indexer.background import background
from indexer.fusion import Fusing, Progress
from indexer.usual import measure_usual
from store import Collection, Writer


def publish(
    collection: Collection,
    writer: Writer,
    encoder: Encoder,
    progress: Progress = lambda *_: None,
) -> None:
    """Publish what was written; ``progress`` is told of words that have to be encoded for it."""
    fuse = Fusing(collection.words, encoder, progress)
    writer.publish(partial(background, encoder), fuse=fuse)
    measure_usual(collection, encoder)
