"""What sentences that nobody asked find in a collection: the measure of having found nothing."""

import numpy as np

from encoders import Encoder
from indexer.background import background
from store import USUAL, Collection

COUNT = 200  # sentences; the median of so many is within 0.01 of that of all
GROWTH = 1.1  # how far the size may lie from the measured one


def measure_usual(collection: Collection, encoder: Encoder) -> None:
    """Keep the usual score: the median, over background sentences, of their best score here.

    Most of these sentences describe nothing that the collection has, so a question whose best score
    is lower has found no more than they. The best of many pictures is higher than the best of few:
    it is measured again once the size has changed by a tenth.
    """
    with collection.snapshot() as snapshot:
        size, known = len(snapshot.ids()), snapshot.catalog.setting(USUAL)
        if not size or (known and size / GROWTH <= known["pictures"] <= size * GROWTH):
            return
        scores, _ = snapshot.scan(background(encoder, COUNT), 1)
    collection.catalog.set(**{USUAL: {"score": float(np.median(scores)), "pictures": size}})
