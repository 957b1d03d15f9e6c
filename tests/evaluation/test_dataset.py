"""Captioned folders as people have them, and what is said of those that are not."""

from pathlib import Path

import pytest

from evaluation import DatasetError, read_dataset
from tests.conftest import Paint


@pytest.fixture
def folder(tmp_path: Path, paint: Paint) -> Path:
    for name in ("a.png", "b.jpg", "c.png"):
        paint(tmp_path / "set" / name, (1, 2, 3))
    return tmp_path / "set"


def table(folder: Path, text: str, encoding: str = "utf-8") -> None:
    (folder / "captions.csv").write_text(text, encoding=encoding)


def test_a_table_may_give_a_picture_several_captions(folder: Path) -> None:
    table(folder, 'image,caption\na.png,"one, two"\nb.jpg, three \na.png,four\n')
    found = read_dataset(folder)
    assert found.format == "captions.csv"
    assert [picture.name for picture in found.pictures] == ["a.png", "b.jpg"]
    assert found.captions == (("one, two", "four"), ("three",))
    assert (found.without_caption, found.without_picture) == (1, 0)


def test_what_lacks_its_other_half_is_counted(folder: Path) -> None:
    table(folder, "image,caption\na.png,one\nlost.png,two\nlost.png,three\ngone.png,four\n")
    found = read_dataset(folder)
    assert (len(found.pictures), found.without_caption, found.without_picture) == (1, 2, 2)


def test_rows_without_a_caption_do_not_count(folder: Path) -> None:
    table(folder, "image,caption\na.png,one\nb.jpg\nc.png,\n")
    found = read_dataset(folder)
    assert [picture.name for picture in found.pictures] == ["a.png"]
    assert found.without_caption == 2


def test_a_table_saved_by_a_spreadsheet_is_read(folder: Path) -> None:
    table(folder, "image,caption\r\na.png,é\r\n", encoding="utf-8-sig")
    assert read_dataset(folder).captions == (("é",),)


def test_further_columns_and_another_order_are_allowed(folder: Path) -> None:
    table(folder, "split,caption,image\ntest,one,a.png\n")
    assert read_dataset(folder).captions == (("one",),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("file,text\na.png,one\n", "lacks the columns image,caption and has file, text"),
        ("a.png,one\n", "lacks the columns image,caption and has a.png, one"),
        ("", "captions.csv is empty"),
    ],
)
def test_a_table_without_its_columns_is_refused_by_name(folder: Path, text: str, says: str) -> None:
    table(folder, text)
    with pytest.raises(DatasetError, match=says):
        read_dataset(folder)


def test_captions_whose_pictures_are_elsewhere_are_not_called_missing(folder: Path) -> None:
    table(folder, "image,caption\nx.png,one\ny.png,two\n")
    with pytest.raises(
        DatasetError, match=r"captions.csv: not one of its .*, as x.png, y.png; the"
    ):
        read_dataset(folder)


def test_of_a_text_beside_a_picture_the_first_line_is_the_caption(folder: Path) -> None:
    (folder / "a.txt").write_text("A whale.\nde.utf8=Ein Wal.\n", encoding="utf-8")
    (folder / "deep").mkdir()
    (folder / "deep" / "b.txt").write_text("not beside b.jpg")
    (folder / "c.txt").write_text("")
    found = read_dataset(folder)
    assert found.format == "one .txt beside each picture"
    assert found.captions == (("A whale.",),)
    assert (found.without_caption, found.without_picture) == (2, 1)


def test_a_folder_without_captions_is_told_what_was_expected(folder: Path) -> None:
    with pytest.raises(DatasetError, match=r"no captions in .*; expected captions\.csv"):
        read_dataset(folder)
    with pytest.raises(DatasetError, match="is not a folder; give one with pictures"):
        read_dataset(folder / "nowhere")
