"""Words beside pictures: read, kept by file, noticed when they change, gone with their file."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from indexer import Account, index
from indexer.words import sidecar, tidy
from store import Collection, Words
from store.models import Caption, File, Picture, Tag
from tests.colours import Colours
from tests.indexer.test_life import scribble


def captions(collection: Collection) -> list[tuple[str, str]]:
    with collection.catalog.reading() as connection:
        rows = connection.execute(select(Caption.source, Caption.text).order_by(Caption.text))
        return [(row.source, row.text) for row in rows]


def tags(collection: Collection) -> list[str]:
    with collection.catalog.reading() as connection:
        return list(connection.scalars(select(Tag.name).order_by(Tag.name)))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.txt", "a dog on a beach\n", Words(("a dog on a beach",))),
        ("a.txt", "A whale.\nde.utf8=Ein Wal.\npt_br.utf8=Baleia.\n", Words(("A whale.",))),
        ("a.txt", "one\n\n one \ntwo", Words(("one", "two"))),
        ("a.json", '{"caption": "a red barn", "url": "x"}', Words(("a red barn",))),
        ("a.json", '{"keywords": "sun, sea", "tags": ["sand"]}', Words((), ("sun", "sea", "sand"))),
        ("a.json", '{"caption": null, "tags": [1, null]}', Words()),
        ("a.json", "[" * 100_000, Words()),
        ("a.json", "[1, 2]", Words()),
        ("a.json", "not json", Words()),
        ("a.txt", "\x00\x01", Words()),
    ],
)
def test_a_sidecar_is_read_for_what_it_says(name: str, text: str, words: Words) -> None:
    assert sidecar(name, text.encode()) == words


def test_what_is_too_long_is_cut_and_what_utf_8_cannot_keep_is_left_out() -> None:
    found = tidy(["x" * 9999, "half \udce9 a pair"], [str(number) for number in range(999)])
    assert [len(text) for text in found.captions] == [2000, len("half  a pair")]
    assert len(found.tags) == 50


def test_words_beside_a_picture_are_kept(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    (photos / "cherry.txt").write_text("a cherry\n")
    (photos / "leaf.json").write_text('{"caption": "a leaf", "tags": ["green"]}')
    (photos / "leaf.jpg.json").write_text('{"description": "of a beech"}')
    assert index(collection, encoder, [photos]) == Account(indexed=3, skipped=3)
    expected = [("sidecar", "a cherry"), ("sidecar", "a leaf"), ("sidecar", "of a beech")]
    assert captions(collection) == expected
    assert tags(collection) == ["green"]


def test_changed_words_are_noticed_and_the_picture_is_not_opened(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    (photos / "cherry.txt").write_text("a cherry")
    index(collection, encoder, [photos])
    scribble(photos / "cherry.png")  # nobody looks, so nobody minds
    (photos / "cherry.txt").write_text("two cherries")
    assert index(collection, encoder, [photos]) == Account(changed=1, unchanged=2, skipped=1)
    assert captions(collection) == [("sidecar", "two cherries")]
    (photos / "cherry.txt").unlink()
    assert index(collection, encoder, [photos]) == Account(changed=1, unchanged=2)
    assert captions(collection) == []
    assert encoder.pictures_encoded == 3


def test_words_go_and_come_back_with_their_file(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    (photos / "cherry.txt").write_text("a cherry")
    index(collection, encoder, [photos])
    (photos / "cherry.png").rename(photos.parent / "aside.png")
    index(collection, encoder, [photos])
    assert captions(collection) == []
    (photos.parent / "aside.png").rename(photos / "cherry.png")
    assert index(collection, encoder, [photos]).restored == 1
    assert captions(collection) == [("sidecar", "a cherry")]


def test_two_files_of_a_picture_have_words_of_their_own(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    (photos / "again.png").write_bytes((photos / "cherry.png").read_bytes())
    (photos / "again.json").write_text('{"caption": "again", "tags": "red"}')
    (photos / "cherry.json").write_text('{"caption": "a cherry", "tags": "red"}')
    index(collection, encoder, [photos])
    assert captions(collection) == [("sidecar", "a cherry"), ("sidecar", "again")]
    (photos / "again.png").unlink()
    index(collection, encoder, [photos])
    assert captions(collection) == [("sidecar", "a cherry")]
    assert tags(collection) == ["red"]


def test_a_moved_picture_takes_its_words_along(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    (photos / "cherry.txt").write_text("a cherry")
    index(collection, encoder, [photos])
    for end in (".png", ".txt"):
        (photos / f"cherry{end}").rename(photos / f"berry{end}")
    assert index(collection, encoder, [photos]) == Account(moved=1, unchanged=2, skipped=1)
    assert captions(collection) == [("sidecar", "a cherry")]


def test_a_changed_picture_keeps_the_words_beside_it(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    (photos / "cherry.txt").write_text("a cherry")
    index(collection, encoder, [photos])
    (photos / "cherry.png").write_bytes((photos / "leaf.jpg").read_bytes())
    assert index(collection, encoder, [photos]).changed == 1
    with collection.catalog.reading() as connection:
        of = select(Caption.text, Picture.format).join(Picture, Picture.id == Caption.picture_id)
        assert connection.execute(of).all() == [("a cherry", "JPEG")]


def test_pictures_of_an_older_collection_are_read_once_and_not_encoded_again(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    (photos / "leaf.txt").write_text("a leaf")
    index(collection, encoder, [photos])
    with collection.catalog._engine.begin() as connection:  # as the migration to schema 3 leaves it
        connection.execute(update(Picture).values(described=False, camera="nonsense"))
        connection.execute(update(File).values(mtime_ns=-1))
    assert index(collection, encoder, [photos]) == Account(unchanged=3, skipped=1)
    with collection.catalog.reading() as connection:
        assert connection.scalars(select(Picture.camera)).all() == [None] * 3
    assert captions(collection) == [("sidecar", "a leaf")]
    assert encoder.pictures_encoded == 3
