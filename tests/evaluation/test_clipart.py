"""Titles and keywords of clip art, as its contributors wrote them."""

from pathlib import Path

from evaluation import read_dataset
from evaluation.clipart import write_captions
from tests.conftest import paint_picture

DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:cc="http://web.resource.org/cc/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<metadata><rdf:RDF><cc:Work><dc:title>{title}</dc:title><dc:subject><rdf:Bag>{words}</rdf:Bag>
</dc:subject></cc:Work></rdf:RDF></metadata></svg>"""


def captions(tmp_path: Path, title: str, *words: str, drawing: str = DRAWING) -> list[str]:
    pictures, drawings = tmp_path / "png", tmp_path / "svg"
    paint_picture(pictures / "animals" / "red_dog_architetto_01.png", (9, 9, 9))
    (drawings / "animals").mkdir(parents=True)
    listed = "".join(f"<rdf:li>{word}</rdf:li>" for word in words)
    text = drawing.format(title=title, words=listed)
    (drawings / "animals" / "red_dog_architetto_01.svg").write_text(text)
    write_captions(pictures, drawings)
    (found,) = read_dataset(pictures).captions
    return list(found)


def test_the_title_is_one_caption_and_the_keywords_another(tmp_path: Path) -> None:
    assert captions(tmp_path, "A red dog", "dog", "pet") == ["A red dog", "dog, pet"]


def test_names_of_authors_formats_and_the_library_are_left_out(tmp_path: Path) -> None:
    found = captions(tmp_path, "dog_architetto_02", "clip art", "svg", "pet", "unsorted", "pet")
    assert found == ["dog", "pet"]


def test_without_metadata_the_name_of_the_file_is_the_caption(tmp_path: Path) -> None:
    assert captions(tmp_path, "", drawing="<svg/>") == ["red dog"]
    assert captions(tmp_path / "torn", "", drawing="<svg") == ["red dog"]
