"""Formats as people have them: recognised, said, and joined with the pictures by name."""

import json
import tarfile
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from evaluation import DatasetError, read_classes, read_dataset
from tests.conftest import Paint

PAIRS = {"a.png": ("one, two", "four"), "b.jpg": ("three",)}


@pytest.fixture
def folder(tmp_path: Path, paint: Paint) -> Path:
    """Three pictures, of which ``PAIRS`` describes two."""
    for name in ("a.png", "b.jpg", "c.png"):
        paint(tmp_path / "set" / "images" / name, (1, 2, 3))
    return tmp_path / "set"


def described(folder: Path) -> tuple[str, dict[str, tuple[str, ...]]]:
    found = read_dataset(folder)
    assert found.pictures_without_caption == ("images/c.png",)
    assert found.captions_without_picture == ("lost.png",)
    return found.format, dict(zip(found.names, found.captions, strict=True))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("captions.csv", 'image,caption\na.png,"one, two"\na.png,four\nb.jpg,three\nlost.png,x\n'),
        ("captions.txt", "image,caption\na.png,one, two\na.png,four\nb.jpg,three\nlost.png,x\n"),
        (
            "captions.tsv",
            "filepath\ttitle\na.png\tone, two\na.png\tfour\nb.jpg\tthree\nlost.png\tx\n",
        ),
        ("Flickr8k.token.txt", "a.png#0\tone, two\na.png#1\tfour\nb.jpg#0\tthree\nlost.png#0\tx\n"),
        (
            "results.csv",
            "image_name| comment_number| comment\na.png| 0| one, two\na.png| 1| four\n"
            "b.jpg| 0| three\nlost.png| 0| x\n",
        ),
    ],
)
def test_tables_of_captions_in_every_dress(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    assert described(folder) == (name, PAIRS)


def test_parquet_with_one_row_a_caption_or_one_row_a_picture(folder: Path) -> None:
    names = ["a.png", "a.png", "b.jpg", "lost.png"]
    table = pa.table({"image": names, "caption": ["one, two", "four", "three", "x"]})
    parquet.write_table(table, folder / "captions.parquet")
    assert described(folder) == ("captions.parquet", PAIRS)
    lists = [["one, two", "four"], ["three", None], ["x"]]
    table = pa.table({"file_name": ["a.png", "b.jpg", "lost.png"], "text": lists})
    parquet.write_table(table, folder / "captions.parquet")
    assert described(folder) == ("captions.parquet", PAIRS)


def test_a_damaged_parquet_is_refused_by_name(folder: Path) -> None:
    (folder / "captions.parquet").write_bytes(b"PAR1 and nothing more")
    with pytest.raises(DatasetError, match=r"captions\.parquet cannot be read as Parquet"):
        read_dataset(folder)


def test_coco_s_captions_lie_beside_or_in_annotations(folder: Path) -> None:
    images = [{"id": n, "file_name": name} for n, name in enumerate([*PAIRS, "lost.png", "c.png"])]
    annotations = [
        {"image_id": 0, "caption": "one, two"},
        {"image_id": 1, "caption": "three "},
        {"image_id": 0, "caption": "four"},
        {"image_id": 2, "caption": "x"},
    ]
    file = folder / "annotations" / "captions_val2017.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"images": images, "annotations": annotations}))
    assert described(folder) == ("COCO captions, captions_val2017.json", PAIRS)
    assert read_dataset(file) == read_dataset(folder)


def karpathy(folder: Path) -> Path:
    rows = [("test", name, lines) for name, lines in PAIRS.items()]
    rows += [("test", "lost.png", ("x",)), ("train", "d.png", ("five",))]
    images = [
        {
            "filename": name,
            "filepath": "images",
            "split": part,
            "sentences": [{"raw": one} for one in lines],
        }
        for part, name, lines in rows
    ]
    file = folder / "dataset_flickr8k.json"
    file.write_text(json.dumps({"images": images, "dataset": "flickr8k"}))
    return file


def test_of_karpathy_s_splits_the_test_is_taken_unless_told_otherwise(
    folder: Path, paint: Paint
) -> None:
    file = karpathy(folder)
    paint(folder / "images" / "d.png", (3, 2, 1))
    found = read_dataset(folder)
    assert found.format == "Karpathy's dataset_flickr8k.json, test"
    assert found.names == ("images/a.png", "images/b.jpg")
    assert found.captions_without_picture == ("images/lost.png",)
    assert found.pictures_without_caption == ("images/c.png",)  # d.png belongs to another part
    assert read_dataset(file, part="train").names == ("images/d.png",)
    with pytest.raises(DatasetError, match="has no part 'dev'; there are: test, train"):
        read_dataset(file, part="dev")


@pytest.mark.parametrize("text", ["[]", "{}", "nothing", '{"images": [{"split": 1}]}'])
def test_json_of_another_kind_is_refused_by_name(folder: Path, text: str) -> None:
    (folder / "captions.json").write_text(text)
    with pytest.raises(DatasetError, match=r"captions\.json is neither COCO's captions nor"):
        read_dataset(folder)


def test_several_files_of_captions_must_be_chosen_from(folder: Path) -> None:
    (folder / "captions.csv").write_text("image,caption\na.png,one\n")
    (folder / "captions.tsv").write_text("image\tcaption\nb.jpg\ttwo\n")
    with pytest.raises(DatasetError, match=r"give one of them: captions\.csv, captions\.tsv"):
        read_dataset(folder)
    assert read_dataset(folder / "captions.tsv").names == ("b.jpg",)


def test_a_name_that_fits_two_pictures_is_not_guessed(folder: Path, paint: Paint) -> None:
    paint(folder / "more" / "a.png", (9, 9, 9))
    (folder / "captions.csv").write_text("image,caption\na.png,one\n")
    with pytest.raises(DatasetError, match=r"a\.png fits several .*: images/a\.png, more/a\.png"):
        read_dataset(folder)
    (folder / "captions.csv").write_text("image,caption\nmore/a.png,one\n")
    assert read_dataset(folder).names == ("more/a.png",)


def test_the_stamps_speak_other_languages(folder: Path) -> None:
    beside = folder / "images"
    (beside / "a.txt").write_text("A whale.\nde.utf8=Ein Wal.\nfr.utf8=Une baleine.\n")
    (beside / "b.txt").write_text("A frog.\n")
    assert read_dataset(folder).captions == (("A whale.",), ("A frog.",))
    german = read_dataset(folder, language="de")
    assert german.format == "one .txt beside each picture, in 'de'"
    assert dict(zip(german.names, german.captions, strict=True)) == {"images/a.png": ("Ein Wal.",)}
    assert german.pictures_without_caption == ("images/b.jpg", "images/c.png")


def test_a_table_has_no_languages(folder: Path) -> None:
    (folder / "captions.csv").write_text("image,caption\na.png,one\n")
    with pytest.raises(DatasetError, match=r"captions\.csv has no languages"):
        read_dataset(folder, language="de")


def test_img2dataset_s_json_counts_where_there_is_no_text(folder: Path) -> None:
    beside = folder / "images"
    (beside / "a.json").write_text('{"caption": "one", "url": "somewhere", "status": "success"}')
    (beside / "b.json").write_text('{"caption": null}')
    (beside / "gone.json").write_text('{"caption": "two"}')
    (folder / "stats.json").write_text('{"count": 3}')
    found = read_dataset(folder)
    assert found.format == "one .json beside each picture"
    assert (found.names, found.captions) == (("images/a.png",), (("one",),))
    assert found.captions_without_picture == ("images/gone.json",)
    assert found.pictures_without_caption == ("images/b.jpg", "images/c.png")


def shards(folder: Path, place: Path) -> Path:
    place.mkdir()
    (folder / "images" / "a.txt").write_text("one")
    (folder / "images" / "lost.txt").write_text("two")
    for number, name in enumerate(("a.png", "a.txt", "c.png", "lost.txt")):
        with tarfile.open(place / f"{number // 2:05}.tar", "a") as tar:
            tar.add(folder / "images" / name, arcname=name)
    return place


def test_webdataset_shards_are_unpacked_once(folder: Path, cache: Path, tmp_path: Path) -> None:
    place = shards(folder, tmp_path / "shards")
    found = read_dataset(place)
    assert found.format == "webdataset, 2 shards: one .txt beside each picture"
    assert (found.names, found.captions) == (("00000 00000/a.png",), (("one",),))
    assert found.pictures_without_caption == ("00001 00001/c.png",)
    assert found.captions_without_picture == ("00001 00001/lost.txt",)
    assert cache in found.pictures[0].parents
    assert read_dataset(place) == found


def test_a_shard_that_is_cut_off_or_writes_elsewhere_is_refused(
    folder: Path, cache: Path, tmp_path: Path
) -> None:
    place = shards(folder, tmp_path / "shards")
    with tarfile.open(place / "00000.tar", "w") as tar:
        tar.add(folder / "images" / "a.png", arcname="../../a.png")
    with pytest.raises(DatasetError, match=r"00000\.tar cannot be unpacked"):
        read_dataset(place)
    (place / "00000.tar").write_bytes(b"not a tar")
    with pytest.raises(DatasetError, match=r"00000\.tar cannot be unpacked"):
        read_dataset(place)
    assert list((cache / "shards").iterdir()) == []


def test_a_folder_for_each_class(tmp_path: Path, paint: Paint) -> None:
    for name in ("tree_frog/1.png", "tree_frog/deep/2.png", "whale/3.png", "loose.png"):
        paint(tmp_path / "set" / name, (1, 2, 3))
    found = read_dataset(tmp_path / "set")
    assert found.format == "a folder for each of 2 classes"
    assert found.labels == ("tree_frog", "tree_frog", "whale")
    assert found.captions == (("tree frog",), ("tree frog",), ("whale",))
    assert found.pictures_without_caption == ("loose.png",)
    assert read_classes(tmp_path / "set") == found


def test_captions_are_preferred_to_classes_unless_asked(folder: Path) -> None:
    (folder / "images" / "a.txt").write_text("one")
    assert read_dataset(folder).labels == ()
    with pytest.raises(DatasetError, match="fewer than two folders with pictures"):
        read_classes(folder)
