"""Object storage as a source, over a file system of fsspec that lives in memory."""

from collections.abc import Iterator
from io import BytesIO

import fsspec
import pytest
from PIL import Image

from indexer import Account, SourceError, index
from indexer.sources import read_bytes, sources
from search import Engine, parse
from store import Collection
from tests.colours import Colours

BUCKET = "memory://bucket/photos"


def put(name: str, colour: tuple[int, int, int]) -> None:
    buffer = BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, "PNG")
    fsspec.filesystem("memory").pipe(f"/bucket/photos/{name}", buffer.getvalue())


@pytest.fixture
def bucket() -> Iterator[str]:
    """Three pictures, one of them with words beside it."""
    put("cherry.png", (200, 20, 10))
    put("deep/sea.png", (10, 40, 220))
    put("deep-leaf.png", (20, 180, 30))  # "-" sorts before "/"
    fsspec.filesystem("memory").pipe("/bucket/photos/cherry.txt", b"a cherry on a table")
    yield BUCKET
    fsspec.filesystem("memory").rm("/bucket", recursive=True)


def run(collection: Collection, encoder: Colours, address: str = BUCKET) -> Account:
    return index(collection, encoder, [address])


def test_pictures_at_an_address_are_found_with_their_words(
    bucket: str, collection: Collection, encoder: Colours
) -> None:
    account = run(collection, encoder, bucket)
    assert (account.indexed, account.skipped, account.failed) == (3, 1, 0)
    answer = Engine(collection, encoder).search(parse("blue"), 1)
    assert answer.hits[0].files == ("memory:///bucket/photos/deep/sea.png",)
    with collection.snapshot() as snapshot:
        (cherry,) = snapshot.catalog.keywords(["table"], (), 9)
        assert snapshot.pictures([cherry])[cherry].files[0].endswith("cherry.png")


def test_what_has_not_changed_is_not_read_again(
    bucket: str, collection: Collection, encoder: Colours
) -> None:
    run(collection, encoder, bucket)
    before = encoder.pictures_encoded
    assert run(collection, encoder, bucket).unchanged == 3
    assert encoder.pictures_encoded == before


def test_changes_moves_and_removals_are_noticed(
    bucket: str, collection: Collection, encoder: Colours
) -> None:
    run(collection, encoder, bucket)
    system = fsspec.filesystem("memory")
    put("cherry.png", (90, 90, 90))
    system.mv("/bucket/photos/deep/sea.png", "/bucket/photos/ocean.png")
    system.rm("/bucket/photos/deep-leaf.png")
    account = run(collection, encoder, bucket)
    assert (account.changed, account.moved, account.removed) == (1, 1, 1)


def test_a_damaged_picture_is_one_line_of_the_account(
    bucket: str, collection: Collection, encoder: Colours
) -> None:
    fsspec.filesystem("memory").pipe("/bucket/photos/torn.png", b"\x89PNG nothing more")
    account = run(collection, encoder, bucket)
    assert [failure.path[-8:] for failure in account.failures] == ["torn.png"]


def test_the_order_of_files_is_that_of_their_paths(bucket: str) -> None:
    (source,) = sources([bucket])
    paths = [file.path for file in source.seen()]
    assert paths == sorted(paths)
    assert len(read_bytes(paths[0], 4)) == 4


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("memory://nowhere", "memory://nowhere does not exist"),
        ("nonsense://bucket", "cannot read nonsense://bucket: Protocol not known"),
    ],
)
def test_an_address_that_leads_nowhere_is_said(address: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        sources([address])
