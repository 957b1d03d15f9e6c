"""Pictures within archives: found, read, named, and followed through their lives."""

import io
import os
import shutil
import tarfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image

from indexer import Account, ArchiveError, index, read_bytes
from search import Engine, parse
from store import Collection
from tests.colours import Colours
from tests.indexer.test_life import answer, counts

RED, GREEN, BLUE = (200, 10, 10), (10, 200, 10), (10, 10, 200)
Members = Mapping[str, bytes]


def png(colour: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, "PNG")
    return buffer.getvalue()


PICTURES: Members = {"cherry.png": png(RED), "deep/leaf.png": png(GREEN), "notes.md": b"# hello"}


def zipped(path: Path, members: Members, *, seconds: int = 0) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 2, 3, 4, 6)), data)
    return aged(path, seconds)


def tarred(path: Path, members: Members, *, seconds: int = 0) -> Path:
    mode = {".gz": "w:gz", ".tgz": "w:gz", ".bz2": "w:bz2", ".xz": "w:xz"}.get(path.suffix, "w:")
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return aged(path, seconds)


def aged(path: Path, seconds: int) -> Path:
    """With a time of change so many seconds from now: two writes may fall into one tick."""
    later = time.time() + seconds
    os.utime(path, (later, later))
    return path


@pytest.mark.parametrize(
    "name", ["a.zip", "a.cbz", "a.tar", "a.tar.gz", "a.tgz", "a.tar.bz2", "a.tar.xz"]
)
def test_pictures_within_an_archive_are_indexed_by_their_place_in_it(
    collection: Collection, encoder: Colours, tmp_path: Path, name: str
) -> None:
    make = zipped if name.endswith(("zip", "cbz")) else tarred
    archive = make(tmp_path / name, PICTURES)
    assert counts(index(collection, encoder, [archive])) == {"indexed": 2, "skipped": 1}
    hit = Engine(collection, encoder).search(parse("green")).hits[0]
    assert hit.files == (str(archive / "deep/leaf.png"),)
    assert read_bytes(hit.files[0]) == PICTURES["deep/leaf.png"]
    assert counts(index(collection, encoder, [archive])) == {"unchanged": 2, "skipped": 1}
    assert encoder.pictures_encoded == 2


def test_archives_within_a_folder_are_looked_into(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    zipped(photos / "deep" / "more.zip", {"sun.png": png((200, 200, 0))})
    assert counts(index(collection, encoder, [photos])) == {"indexed": 4}
    assert counts(index(collection, encoder, [photos])) == {"unchanged": 4}


def test_words_beside_a_picture_within_an_archive_are_its_words(
    collection: Collection, encoder: Colours, tmp_path: Path
) -> None:
    """As in a webdataset shard: what belongs together has one name and different ends."""
    words = {"0001.txt": b"a ripe cherry", "0001.json": b'{"tags": ["fruit"]}', "0001.cls": b"7"}
    shard = tarred(tmp_path / "shard-000000.tar", {"0001.png": png(RED), **words})
    assert counts(index(collection, encoder, [shard])) == {"indexed": 1, "skipped": 3}
    engine = Engine(collection, encoder)
    assert len(engine.search(parse('"ripe cherry"')).hits) == 1
    assert len(engine.search(parse("tag:fruit")).hits) == 1


def test_a_changed_archive_costs_only_what_changed_in_it(
    collection: Collection, encoder: Colours, tmp_path: Path
) -> None:
    archive = zipped(tmp_path / "a.zip", PICTURES)
    index(collection, encoder, [archive])
    members = {"cherry.png": png(BLUE), "deep/leaf.png": png(GREEN), "sun.png": png((200, 200, 0))}
    zipped(archive, members, seconds=60)
    account = index(collection, encoder, [archive])
    assert counts(account) == {"indexed": 1, "unchanged": 1, "changed": 1}
    assert answer(collection, encoder, "blue") == ["cherry.png"]
    assert read_bytes(str(archive / "cherry.png")) == png(BLUE)


def test_a_changed_tar_is_read_again_and_nothing_in_it_is_encoded_again(
    collection: Collection, encoder: Colours, tmp_path: Path
) -> None:
    archive = tarred(tmp_path / "a.tar.gz", PICTURES)
    index(collection, encoder, [archive])
    tarred(archive, {**PICTURES, "sea.png": png(BLUE)}, seconds=60)
    account = index(collection, encoder, [archive])
    assert counts(account) == {"indexed": 1, "unchanged": 2, "skipped": 1}
    assert encoder.pictures_encoded == 3


@pytest.mark.parametrize("name", ["a.tgz", "a.tar.bz2", "a.tar.xz"])
def test_an_unchanged_compressed_tar_is_not_even_opened(
    collection: Collection, encoder: Colours, tmp_path: Path, name: str
) -> None:
    """Rubbish of the same size and time in its place is not noticed, until the time changes."""
    members = {**PICTURES, "leaf.txt": b"a leaf", "../out.png": png(BLUE)}
    archive = tarred(tmp_path / name, members)
    expected = {"indexed": 2, "skipped": 2, "failed": 1}
    assert counts(index(collection, encoder, [archive])) == expected
    before = archive.stat()
    archive.write_bytes(b"x" * before.st_size)
    os.utime(archive, ns=(before.st_atime_ns, before.st_mtime_ns))
    for _ in range(2):
        account = index(collection, encoder, [archive])
        assert counts(account) == {"unchanged": 2, "skipped": 2, "failed": 1}
        assert account.failures[0].reason == "its name leads out of its archive"
    aged(archive, 60)
    account = index(collection, encoder, [archive])
    assert counts(account) == {"failed": 1}
    assert account.failures[0].reason.startswith("cannot read this archive: ")


def test_a_member_that_was_taken_out_is_removed_and_restored_when_it_is_back(
    collection: Collection, encoder: Colours, tmp_path: Path
) -> None:
    archive = zipped(tmp_path / "a.zip", PICTURES)
    index(collection, encoder, [tmp_path / "a.zip"])
    zipped(archive, {"cherry.png": png(RED)}, seconds=60)
    assert counts(index(collection, encoder, [archive])) == {"unchanged": 1, "removed": 1}
    assert answer(collection, encoder, "green") == ["cherry.png"]
    zipped(archive, PICTURES, seconds=120)
    account = index(collection, encoder, [archive])
    assert counts(account) == {"unchanged": 1, "restored": 1, "skipped": 1}
    assert encoder.pictures_encoded == 2


def test_an_archive_that_is_unpacked_and_removed_moves_its_pictures(
    collection: Collection, encoder: Colours, tmp_path: Path
) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    archive = zipped(folder / "a.zip", PICTURES)
    index(collection, encoder, [folder])
    shutil.unpack_archive(archive, folder / "a")
    archive.unlink()
    assert counts(index(collection, encoder, [folder])) == {"moved": 2, "skipped": 1}
    assert answer(collection, encoder, "red") == ["cherry.png"]
    assert encoder.pictures_encoded == 2


def test_the_same_picture_inside_and_outside_is_a_duplicate(
    collection: Collection, encoder: Colours, photos: Path
) -> None:
    zipped(photos / "a.zip", {"copy.png": (photos / "cherry.png").read_bytes()})
    assert counts(index(collection, encoder, [photos])) == {"indexed": 3, "duplicate": 1}


@pytest.mark.parametrize("make", [zipped, tarred])
def test_a_damaged_archive_fails_and_what_was_in_it_is_not_removed(
    collection: Collection, encoder: Colours, tmp_path: Path, make: type
) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    archive: Path = make(folder / ("a.zip" if make is zipped else "a.tar"), PICTURES)
    whole = archive.read_bytes()
    index(collection, encoder, [folder])
    archive.write_bytes(b"PK nonsense")
    for _ in range(2):
        account = index(collection, encoder, [folder])
        assert counts(account) == {"failed": 1}
        assert account.failures[0].path == f"{archive}{os.sep}"
        assert account.failures[0].reason.startswith("cannot read this archive: ")
        assert [file.path for file in collection.catalog.failures()] == [f"{archive}{os.sep}"]
        assert collection.catalog.counts()["pictures"] == 2
    archive.write_bytes(whole)
    assert index(collection, encoder, [folder]).failed == 0
    assert collection.catalog.failures() == []
    assert encoder.pictures_encoded == 2


def test_of_a_truncated_tar_what_is_whole_is_indexed_and_the_rest_has_failed(
    collection: Collection, encoder: Colours, tmp_path: Path
) -> None:
    noise = os.urandom(20_000)
    archive = tarred(tmp_path / "a.tar", {"cherry.png": png(RED), "noise.png": noise, "z.png": b""})
    archive.write_bytes(archive.read_bytes()[:12_000])
    account = index(collection, encoder, [archive])
    assert (account.indexed, account.failed) == (1, 2)
    reasons = {Path(failure.path).name: failure.reason for failure in account.failures}
    assert "damaged in its archive" in reasons["noise.png"]
    assert "cannot read this archive" in reasons["a.tar"]


def test_names_that_lead_out_of_an_archive_and_locked_members_fail(
    collection: Collection, encoder: Colours, tmp_path: Path
) -> None:
    archive = zipped(tmp_path / "a.zip", {"../../etc/x.png": png(RED), "locked.png": png(BLUE)})
    data = bytearray(archive.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1  # the flag of an encrypted member
    archive.write_bytes(data)
    account = index(collection, encoder, [archive])
    assert sorted(failure.reason for failure in account.failures) == [
        "encrypted; unpack the archive",
        "its name leads out of its archive",
    ]


def test_reading_what_is_not_in_an_archive_says_so(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", PICTURES)
    with pytest.raises(ArchiveError, match=r"gone\.png is not in .*a\.zip"):
        read_bytes(str(archive / "gone.png"))


def test_an_empty_archive_is_no_problem(
    collection: Collection, encoder: Colours, tmp_path: Path
) -> None:
    assert index(collection, encoder, [zipped(tmp_path / "a.zip", {})]) == Account()
    assert index(collection, encoder, [tarred(tmp_path / "a.tar", {})]) == Account()
