"""What may be named: folders, archives, single files, and lists of them on standard input."""

import io
import os
import sys
from pathlib import Path

import pytest

from encoders.picture import FORMATS
from indexer import SourceError, index, sources
from store import Collection
from tests.colours import Colours
from tests.conftest import Paint
from tests.encoders.raw import dng
from tests.indexer.test_archives import PICTURES, tarred, zipped
from tests.indexer.test_life import counts


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """What lies on standard input."""
    stream = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stream))
    return stream


def write(stream: io.BytesIO, *lines: str | Path, end: bytes = b"\n") -> None:
    stream.write(b"".join(os.fsencode(line) + end for line in lines))
    stream.seek(0)


def test_several_places_of_different_kinds_are_one_run(
    collection: Collection, encoder: Colours, photos: Path, tmp_path: Path, paint: Paint
) -> None:
    shots = zipped(tmp_path / "shots.zip", PICTURES)
    shard = tarred(tmp_path / "shard.tar", {"night.png": (photos / "cherry.png").read_bytes()})
    single = paint(tmp_path / "alone.png", (9, 9, 9))
    found = counts(index(collection, encoder, [photos, shots, shard, single]))
    assert found == {"indexed": 6, "duplicate": 1, "skipped": 1}


def test_what_lies_in_a_place_that_is_also_named_counts_once(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    zipped(photos / "a.zip", PICTURES)
    given = [photos, photos / "deep", photos / "cherry.png", photos / "a.zip"]
    assert counts(index(collection, encoder, given)) == {"indexed": 5, "skipped": 1}


def test_a_single_file_touches_nothing_else(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    index(collection, encoder, [photos])
    (photos / "leaf.jpg").unlink()
    assert counts(index(collection, encoder, [photos / "cherry.png"])) == {"unchanged": 1}
    assert counts(index(collection, encoder, [photos])) == {"unchanged": 2, "removed": 1}


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\0"])
def test_a_list_on_standard_input_names_files_folders_and_archives(
    collection: Collection, encoder: Colours, photos: Path, typed: io.BytesIO, end: bytes
) -> None:
    archive = zipped(photos.parent / "a.zip", PICTURES)
    write(typed, photos / "cherry.png", photos / "deep", archive, end=end)
    assert counts(index(collection, encoder, [Path("-")])) == {"indexed": 4, "skipped": 1}


def test_a_listed_file_that_is_gone_is_removed_and_one_never_seen_has_failed(
    collection: Collection, encoder: Colours, photos: Path, typed: io.BytesIO
) -> None:
    index(collection, encoder, [photos])
    (photos / "cherry.png").unlink()
    write(typed, photos / "cherry.png", photos / "leaf.jpg", photos / "typo.png")
    account = index(collection, encoder, [Path("-")])
    assert counts(account) == {"unchanged": 1, "removed": 1, "failed": 1}
    assert account.failures == [(str(photos / "typo.png"), "does not exist")]
    assert collection.catalog.failures() == []


def test_a_listed_picture_has_the_words_beside_it(
    collection: Collection, encoder: Colours, photos: Path, typed: io.BytesIO
) -> None:
    (photos / "cherry.txt").write_text("ripe")
    write(typed, photos / "cherry.png")
    index(collection, encoder, [Path("-")])
    assert counts(index(collection, encoder, [photos])) == {
        "unchanged": 1,
        "indexed": 2,
        "skipped": 1,
    }


def test_a_place_that_is_not_there_is_refused_with_what_may_be_given(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"does not exist; give folders .*, archives, or files"):
        sources([tmp_path / "a.zip"])


def test_an_empty_list_is_an_empty_run(
    collection: Collection, encoder: Colours, typed: io.BytesIO
) -> None:
    write(typed)
    assert counts(index(collection, encoder, [Path("-")])) == {}


def test_every_format_goes_in_with_its_name_and_size(
    collection: Collection, encoder: Colours, tmp_path: Path, paint: Paint
) -> None:
    ends = ("jpg", "png", "webp", "gif", "tif", "bmp", "avif", "heic")
    for place, end in enumerate(ends):
        paint(tmp_path / "all" / f"one.{end}", (20 * place, 200, 90), (64, 48))
    pytest.importorskip("rawpy", reason="the extra [raw] is not installed")
    (tmp_path / "all" / "one.dng").write_bytes(dng())
    assert counts(index(collection, encoder, [tmp_path / "all"])) == {"indexed": 9}
    with collection.snapshot() as snapshot:
        found = snapshot.pictures(snapshot.ids().tolist()).values()
    assert {one.format for one in found} == {*FORMATS, "DNG"}
    assert {(one.width, one.height) for one in found} == {(64, 48)}
