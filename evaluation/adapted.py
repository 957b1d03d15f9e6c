"""An adapter for a collection's encoder: learned from captions, and held against the encoder."""

from collections import defaultdict
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from encoders import Encoder
from encoders.joint import WEIGHTS, Heads
from encoders.kept import kept_texts
from encoders.training import Adapter, Material, Options, adapt, save
from evaluation.bootstrap import Bootstrap
from evaluation.compare import Difference, differences
from evaluation.dataset import Dataset, split
from evaluation.errors import DatasetError
from evaluation.retrieval import WAYS, Embedded, Retrieval, from_embeddings
from store import Collection, captioned, pictures_at

HELD_OUT = 0.2  # of the captioned pictures
PATHS_AT_ONCE = 10_000  # in one statement


@dataclass(frozen=True)
class Adapted:
    """An adapter, from how many pictures it learned, and its difference on those held out.

    ``unstored`` captioned pictures are not in the collection, and were left out.
    """

    adapter: Adapter
    learned: int
    held_out: int
    unstored: int
    differences: dict[str, dict[str, Difference]]

    def as_dict(self) -> dict[str, Any]:
        """What is worth keeping with the weights."""
        chosen = {name: getattr(self.adapter, name) for name in ("pull", "steps", "validation")}
        counts = {name: getattr(self, name) for name in ("learned", "held_out", "unstored")}
        return counts | chosen | {"differences": self.differences}


def own_captions(collection: Collection) -> Dataset:
    """The pictures of the collection that have sentences, and these.

    Raises:
        DatasetError: none has.
    """
    captions: dict[str, list[str]] = defaultdict(list)
    with collection.catalog.reading() as connection:
        for path, text in captioned(connection):
            captions[path].append(text)
    if not captions:
        raise DatasetError(
            f"no picture of {collection.folder} has a caption; name a data set that has them"
        )
    texts = tuple(tuple(dict.fromkeys(one)) for one in captions.values())
    return Dataset("catalog", tuple(captions), tuple(map(Path, captions)), texts)


def adapted(
    encoder: Encoder,
    collection: Collection,
    dataset: Dataset,
    out: Path,
    held_out: int | None = None,
    options: Options | None = None,
) -> Adapted:
    """Learn from the captions of a data set, write the adapted encoder, and compare the two.

    The embeddings are the collection's, so no picture is opened. The first ``held_out`` pictures in
    the order of `split` are only compared on; without a number it is a fifth of all.

    Raises:
        EncoderMismatchError: the collection was made with another encoder.
        TrainingError: there is too little to learn from.
        DatasetError: nothing is left to compare on.
    """
    collection.require(asdict(encoder.identity))
    count = round(HELD_OUT * len(dataset.names)) if held_out is None else held_out
    test, rest = (_stored(encoder, collection, part) for part in split(dataset, count))
    if not len(test.pictures):
        raise DatasetError("nothing is held out to compare on; more captions are needed")
    adapter = adapt(_material(rest), encoder.scale, options)
    save(out, {"encoder": encoder.identity.name}, [adapter.block], encoder.scale, {})
    heads = Heads.load(out / WEIGHTS, Heads([adapter.block]).shape)  # as it will be used
    moved = Embedded(
        test.dataset, heads.images(test.pictures), heads.texts(test.texts), test.owners
    )
    found = Adapted(
        adapter,
        len(rest.pictures),
        len(test.pictures),
        len(dataset.names) - len(rest.pictures) - len(test.pictures),
        _differences(from_embeddings(test), from_embeddings(moved)),
    )
    save(out, {"encoder": encoder.identity.name}, [adapter.block], encoder.scale, found.as_dict())
    return found


def _stored(encoder: Encoder, collection: Collection, dataset: Dataset) -> Embedded:
    """Those of the pictures that the collection holds, with its embeddings."""
    # What the catalog itself names may be no path of this machine, but in an archive, say.
    paths = [*map(str, (file.resolve() for file in dataset.pictures)), *dataset.names]
    with collection.snapshot() as snapshot:
        with collection.catalog.reading() as connection:
            starts = range(0, len(paths), PATHS_AT_ONCE)
            blocks = [pictures_at(connection, paths[at : at + PATHS_AT_ONCE]) for at in starts]
        known = {path: one for block in blocks for path, one in block.items()}
        published = set(snapshot.ids().tolist())
        pairs = zip(paths, dataset.names, strict=False)
        ids = [known.get(path, known.get(name, 0)) for path, name in pairs]
        places = [place for place, one in enumerate(ids) if one in published]
        rows = snapshot.embeddings_of([ids[place] for place in places])
    opened = dataset.only(places)
    captions = list(chain.from_iterable(opened.captions))
    texts = kept_texts(captions, encoder, encoder.encode_texts) if captions else rows[:0]
    owners = np.repeat(np.arange(len(places)), [len(one) for one in opened.captions])
    return Embedded(opened, rows, texts, owners)


def _material(found: Embedded) -> Material:
    count = len(found.pictures)
    owned = [np.flatnonzero(found.owners == place) for place in range(count)]
    return Material(found.pictures, found.texts, owned, np.arange(count))


def _differences(before: Retrieval, after: Retrieval) -> dict[str, dict[str, Difference]]:
    return {
        way: differences(old.outcome, new.outcome, old.clusters, Bootstrap())
        for way, old, new in zip(
            WAYS,
            (before.text_to_image, before.image_to_text),
            (after.text_to_image, after.image_to_text),
            strict=True,
        )
    }
