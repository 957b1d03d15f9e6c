"""What sentences that nobody asked find in a collection: the measure of having found nothing."""

import numpy as np

from encoders import Encoder
from indexer.background import background
from store import USUAL, Collection

COUNT = 200  # sentences: few enough to encode in a moment; over the stamps, 1,000 give 0.01 more
GROWTH = 1.1  # how far the size may lie from the measured one


def measure_usual(collection: Collection, encoder: Encoder) -> None:
    """Keep the usual score: the median, over background sentences, of their best score here.

    Most of these sentences describe nothing that the collection has, so a question whose best score
    is lower has found no more than they. The best of many pictures is higher than the best of few:
    it is measured again once the size has changed by a tenth, or the encoder, or the fusion.
    """
    who = encoder.identity.fingerprint
    with collection.snapshot() as snapshot:
        size, known = len(snapshot.ids()), snapshot.catalog.setting(USUAL) or {}
        near = size / GROWTH <= known.get("pictures", -1) <= size * GROWTH
        made = {"encoder": who, "fusion": snapshot.fusion and [*snapshot.fusion]}
        if not size or (near and all(known.get(name) == one for name, one in made.items())):
            return
        scores, _ = snapshot.scan(background(encoder, COUNT), 1)
    median = float(np.median(scores))
    collection.catalog.set(**{USUAL: {"score": median, "pictures": size} | made})
