"""The health of a collection: its parts against each other, its encoder, and its pictures."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import cache

import numpy as np

from encoders import Embeddings, Encoder, EncoderError, Picture
from indexer.background import background
from indexer.batches import batches
from indexer.fusion import once_loaded
from indexer.original import original
from indexer.read import THUMBNAIL_SIDE, thumbnail
from store import (
    Collection,
    EncoderMismatchError,
    Finding,
    Health,
    examine,
    found_pictures,
    mend,
)

Load = Callable[[str], Encoder]
Progress = Callable[[int, int], None]
"""Called with pictures read so far, and pictures to read."""

ENCODER = "encoder"
SAMPLE = 8  # pictures that are encoded again, to see whether the same comes out
SAME = 0.98  # their least cosine: another processor, or another way to decode, changes a little


def diagnose(collection: Collection, load: Load) -> Health:
    """Everything that is wrong with the collection; ``load`` finds an encoder by its name.

    Raises:
        CollectionBusyError: another process is writing.
    """
    health = examine(collection)
    if health.parts() & {"catalog"}:
        return health
    try:
        encoder = load(collection.encoder["name"])
        collection.require(asdict(encoder.identity))
    except (EncoderError, EncoderMismatchError) as error:
        remedy = "or change the encoder: `mindseye reindex --encoder NAME`"
        health.findings.append(Finding(ENCODER, str(error), remedy))
        return health
    if differing := _differing(collection, encoder, health):
        problem = f"{differing} of {SAMPLE} pictures are not encoded to what is stored for them"
        remedy = "`mindseye doctor --repair` encodes all pictures again"
        health.findings.append(Finding(ENCODER, problem, remedy))
        health.broken, _ = collection.catalog.living()
    return health


def repair(
    collection: Collection,
    load: Load,
    health: Health,
    progress: Progress = lambda *_: None,
) -> None:
    """Mend what `diagnose` found; pictures that have to be read again are, where they still lie.

    Raises:
        CollectionBusyError: another process is writing.
        EncoderMismatchError: pictures are to be encoded, and their encoder cannot be had.
    """

    @cache
    def encoder() -> Encoder:
        found = load(collection.encoder["name"])
        collection.require(asdict(found.identity))
        return found

    def texts() -> Embeddings:
        return background(encoder())

    fuse = once_loaded(collection.words, encoder)
    mend(collection, health, texts, fuse)
    wanted = np.union1d(health.broken, health.unseen).tolist()
    if not wanted:
        return
    broken = set(health.broken.tolist())
    with collection.writing() as writer:
        try:
            for done, some in _originals(collection, wanted, encoder()):
                collection.thumbnails.put((one, thumbnail(some[one].image)) for one in some)
                again = [one for one in some if one in broken]
                if again:
                    writer.encode_again(again, _encoded(encoder(), [some[one] for one in again]))
                progress(done, len(wanted))
        finally:
            writer.publish(texts, fuse=fuse)


def _differing(collection: Collection, encoder: Encoder, health: Health) -> int:
    """How many of a few pictures, where their embeddings are whole, do not agree with them."""
    ids, rows = collection.catalog.living()
    whole = np.flatnonzero(~np.isin(ids, health.broken))
    chosen = np.random.default_rng(0).permutation(whole)[:SAMPLE]
    stored = collection.embeddings.read(collection.embeddings.rows())
    place = dict(zip(ids[chosen].tolist(), rows[chosen].tolist(), strict=True))
    differing = 0
    for _, some in _originals(collection, sorted(place), encoder):
        if some:
            found = _encoded(encoder, list(some.values()))
            cosines = (found * stored[[place[one] for one in some]]).sum(axis=1)
            differing += int((cosines < SAME).sum())
    return differing


def _originals(
    collection: Collection, pictures: Sequence[int], encoder: Encoder
) -> Iterator[tuple[int, dict[int, Picture]]]:
    """Those of the pictures that can be read, a batch at a time, and how many were tried so far."""
    at_least = max(encoder.image_size, THUMBNAIL_SIDE)
    done = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for batch in batches(pictures, encoder.batch_size):
            with collection.catalog.reading() as connection:
                found = found_pictures(connection, batch)
            read = pool.map(lambda one: original(one.files, one.sha256, at_least), found.values())
            done += len(batch)
            yield done, {one: picture for one, picture in zip(found, read, strict=True) if picture}


def _encoded(encoder: Encoder, pictures: Sequence[Picture]) -> Embeddings:
    return encoder.encode_images([encoder.prepare(one.image) for one in pictures])
