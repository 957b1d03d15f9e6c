"""What users are served: the index against brute force, and query modes, on known collections."""

from pathlib import Path

import numpy as np
import pytest

from encoders import unit
from evaluation import Bootstrap, How, RunError, Subject, compare, encoder_run, read_dataset
from evaluation.report import report
from evaluation.served import mode_run, served_run
from evaluation.shape import CurvePoint, Run
from indexer import index
from search import Engine
from store import Collection
from tests.colours import Colours
from tests.conftest import Paint
from tests.store.parts import picture, present

QUICK = How(bootstrap=Bootstrap(samples=50))
WORDS = ["red", "green", "blue", "red green", "green blue blue"]


@pytest.fixture
def many(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Five hundred random embeddings in as many lists as a larger collection would have."""
    monkeypatch.setattr("store.index.kinds.ONE_LIST_UP_TO", 400)
    monkeypatch.setattr("evaluation.served.index.QUERIES", 30)
    rows = np.abs(np.random.default_rng(1).normal(size=(500, 3))).astype(np.float32)
    numbers = range(len(rows))
    with collection.writing() as writer:
        writer.write(
            [picture(one) for one in numbers], unit(rows), [present(one) for one in numbers]
        )
        writer.publish()
    return Engine(collection, Colours())


def test_more_lists_find_more_and_codes_are_never_called_exact(many: Engine) -> None:
    run = served_run(many, WORDS, QUICK)
    facts = run["served"]
    assert (run["kind"], run["pictures"], facts["k"]) == ("served", 500, 10)
    assert (facts["text_queries"], facts["image_queries"]) == (5, 30)
    for queries in ("text", "image"):
        scan, *curve, served = _points(run, queries)
        assert [one["nprobe"] for one in curve] == [1, 2, 4, 8, 16, 32, 64, 89]
        assert (scan["route"], {one["route"] for one in curve}) == ("exact", {"approximate"})
        recalls = [one["recall"]["value"] for one in curve]
        assert recalls == sorted(recalls)
        assert recalls[0] < 0.9 < recalls[-1] <= scan["recall"]["value"] == 1
        assert (served["searched"], scan["searched"]) == ("served", "scan")
        assert served["recall"]["value"] >= 0.9
        assert served["stated"] is not None
    for one in facts["curve"]:
        assert 0 < one["p50_ms"] <= one["p95_ms"] <= one["p99_ms"]
        assert one["queries_per_second"] > 0


def _points(run: Run, queries: str, *, filtered: bool = False) -> list[CurvePoint]:
    return [
        one
        for one in run["served"]["curve"]
        if one["queries"] == queries and (one["route"] == "filtered") is filtered
    ]


def test_chosen_nprobes_and_a_filtered_route(many: Engine) -> None:
    run = served_run(many, WORDS, QUICK, nprobes=[4, 9999])
    assert [one["nprobe"] for one in _points(run, "text")] == [None, 4, 89, None]
    filtered = _points(run, "text", filtered=True)
    assert [one["nprobe"] for one in filtered] == [None, 4, 89]
    assert filtered[-1]["recall"]["value"] == 1


def test_a_collection_with_one_list_misses_nothing(engine: Engine) -> None:
    facts = served_run(engine, WORDS, QUICK)["served"]
    assert facts["lists"] == 1
    assert {one["route"] for one in facts["curve"]} == {"exact", "filtered"}
    assert {one["recall"]["value"] for one in facts["curve"]} == {1}


def test_a_curve_is_drawn_for_each_kind_of_query(many: Engine) -> None:
    html = report([served_run(many, WORDS, QUICK)], [], {})
    for title in ("text", "image", "text, filtered"):
        assert f"</i>{title}</span>" in html
    assert html.count('aria-label="recall@10 against') == 2


def test_an_empty_collection_is_refused(collection: Collection) -> None:
    with pytest.raises(RunError, match="holds too few pictures to search among"):
        served_run(Engine(collection, Colours()), WORDS, QUICK)


@pytest.fixture
def subject(photos: Path) -> Subject:
    (photos / "captions.csv").write_text("image,caption\ncherry.png,red\nsea.webp,deep blue\n")
    return Subject(read_dataset(photos), photos)


def test_a_mode_answers_captions_as_users_get_them(engine: Engine, subject: Subject) -> None:
    run = mode_run(engine, subject, QUICK, "semantic")
    assert run["options"]["mode"] == "semantic"
    assert "image_to_text" not in run
    assert run["text_to_image"]["r@1"]["value"] == 1
    assert run["gallery"]["pictures"] == ["cherry.png", "sea.webp", "leaf.jpg"]  # all compete
    exact = encoder_run(engine.encoder, subject, QUICK)
    way = compare(exact, run)["text_to_image"]
    assert (way["queries"], way["worse"], way["better"]) == (2, [], [])
    assert "image_to_text" not in compare(exact, run)


def test_pictures_that_a_collection_lacks_are_named(
    engine: Engine, subject: Subject, paint: Paint
) -> None:
    paint(subject.source / "late.png", "red")
    with (subject.source / "captions.csv").open("a") as table:
        table.write("late.png,too late\n")
    run = mode_run(engine, Subject(read_dataset(subject.source), subject.source), QUICK, "hybrid")
    assert (run["pictures"], run["captions"]) == (2, 2)
    assert [Path(one["path"]).name for one in run["failures"]] == ["late.png"]
    assert run["failures"][0]["reason"] == f"not in {engine.collection.folder}"


@pytest.mark.usefixtures("subject")
def test_pictures_are_known_by_their_content_and_others_are_refused(
    engine: Engine, tmp_path: Path, paint: Paint
) -> None:
    (tmp_path / "photos").rename(tmp_path / "elsewhere")
    moved = Subject(read_dataset(tmp_path / "elsewhere"), tmp_path / "elsewhere")
    assert mode_run(engine, moved, QUICK, "semantic")["text_to_image"]["r@1"]["value"] == 1
    for file in moved.dataset.pictures:
        paint(file, "grey")
    with pytest.raises(RunError, match="does not hold the pictures of"):
        mode_run(engine, moved, QUICK, "semantic")


@pytest.mark.parametrize("way", ["sum", "concat"])
def test_a_mode_is_measured_with_the_fusion_that_is_served(
    collection: Collection, tmp_path: Path, paint: Paint, way: str
) -> None:
    colours = ("red", "green", "blue")
    for number, name in enumerate(colours):
        paint(tmp_path / "greys" / f"{name}.png", (100 + number, 100, 100))
    lines = "".join(f"{name}.png,something {name}\n" for name in colours)
    (tmp_path / "greys" / "captions.csv").write_text(f"image,caption\n{lines}")
    asked = Subject(read_dataset(tmp_path / "greys"), tmp_path / "greys")
    encoder, found = Colours(), {}
    for fusion in ("none", way):
        collection.catalog.set(fusion=fusion)
        index(collection, encoder, [tmp_path / "greys"])
        run = mode_run(Engine(collection, encoder), asked, QUICK, "semantic")
        assert run["options"]["fusion"] == fusion
        found[fusion] = run["text_to_image"]["r@1"]["value"]
    assert found["none"] < found[way] == 1
