"""A collection measured on what it knows itself."""

from pathlib import Path

import pytest

from encoders import Encoder
from evaluation import (
    DatasetError,
    How,
    RunError,
    captions_run,
    compare,
    evaluate,
    judged_run,
    list_runs,
    read_dataset,
    save_run,
)
from indexer import index
from search import Engine, parse
from store import Collection, judge


@pytest.fixture
def engine(collection: Collection, encoder: Encoder, captioned: Path) -> Engine:
    index(collection, encoder, [captioned])
    return Engine(collection, encoder)


def best(engine: Engine, words: str) -> int:
    return engine.search(parse(words), 1).hits[0].id


def said(engine: Engine, query: str, *pictures: int) -> None:
    with engine.collection.catalog.changing() as connection:
        for picture in pictures:
            judge(connection, query, picture, right=True)


def test_captions_are_measured_as_the_same_folder_would_be(
    engine: Engine, encoder: Encoder, captioned: Path
) -> None:
    run = captions_run(engine, How())
    same = evaluate(encoder, read_dataset(captioned)).measures(How().bootstrap)
    for way in ("text_to_image", "image_to_text"):
        for measure, one in same[way].items():
            assert run[way][measure]["value"] == pytest.approx(one["value"]), (way, measure)
    assert run["text_to_image"]["r@1"]["value"] == pytest.approx(2 / 3)
    assert (run["pictures"], run["captions"], run["kind"]) == (3, 3, "retrieval")
    assert run["title"] == "colours on collection, its captions"


def test_each_picture_of_such_a_run_has_its_id(engine: Engine) -> None:
    gallery = captions_run(engine, How())["gallery"]
    names = dict(zip(gallery["ids"], gallery["pictures"], strict=True))
    assert Path(names[best(engine, "green")]).name == "leaf.jpg"


def test_only_captions_of_people_count_and_only_pictures_that_are_there(
    engine: Engine, captioned: Path
) -> None:
    (captioned / "leaf.jpg").unlink()
    index(engine.collection, engine.encoder, [captioned])
    with engine.collection.snapshot() as snapshot:
        lines = snapshot.catalog.captions()
    assert sorted(lines.values()) == [["a red thing"], ["red by mistake"]]
    assert captions_run(engine, How())["pictures"] == 2


def test_a_collection_without_captions_says_so(
    collection: Collection, encoder: Encoder, photos: Path
) -> None:
    for file in photos.rglob("*.txt"):
        file.unlink()
    index(collection, encoder, [photos])
    with pytest.raises(DatasetError, match="no picture of the collection has a caption"):
        captions_run(Engine(collection, encoder), How())


def test_judged_searches_are_asked_again_and_their_ranks_worked_out_by_hand(
    engine: Engine, tmp_path: Path
) -> None:
    red, green, blue = (best(engine, one) for one in ("red", "green", "blue"))
    said(engine, "red", red)
    said(engine, "green -red", red)  # the last of the three
    said(engine, "blue green", blue, green)
    run = judged_run(engine, How())
    results = run["queries"]["text_to_image"]
    assert [one["rank"] for one in results] == [1, 3, 1]
    assert results[2]["ap"] == 1  # both right ones come first
    assert run["text_to_image"]["r@1"]["value"] == pytest.approx(2 / 3)
    assert run["text_to_image"]["mrr"]["value"] == pytest.approx((1 + 1 / 3 + 1) / 3)
    assert (run["captions"], run["pictures"], run["kind"]) == (3, 3, "judged")
    ids = run["gallery"]["ids"]
    assert {ids[place] for place in results[2]["right"]} == {blue, green}
    assert ids[results[0]["best"][0][0]] == red
    save_run(run, tmp_path)
    assert list_runs(tmp_path)[0]["measures"].keys() == {"text_to_image"}


def test_two_judged_runs_can_be_compared(engine: Engine, captioned: Path) -> None:
    said(engine, "green", best(engine, "green"))
    said(engine, "red", best(engine, "red"))
    before = judged_run(engine, How())
    (captioned / "cherry.png").unlink()
    index(engine.collection, engine.encoder, [captioned])
    found = compare(before, judged_run(engine, How()))
    assert found["text_to_image"]["queries"] == 1  # what is right for the other is gone
    assert "image_to_text" not in found


def test_a_search_that_cannot_be_asked_any_more_is_told(engine: Engine, captioned: Path) -> None:
    red = best(engine, "red")
    said(engine, f"like:{red}", best(engine, "green"))
    said(engine, "green", best(engine, "green"))
    (captioned / "cherry.png").unlink()
    index(engine.collection, engine.encoder, [captioned])
    run = judged_run(engine, How())
    assert run["captions"] + len(run["failures"]) == 2


def test_without_a_judgement_there_is_nothing_to_measure(engine: Engine) -> None:
    with pytest.raises(RunError, match="nothing has been judged"):
        judged_run(engine, How())
