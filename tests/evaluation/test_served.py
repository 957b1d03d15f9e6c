"""What users are served: the index against brute force, and query modes, on known collections."""

from pathlib import Path

import numpy as np
import pytest

from encoders import unit
from evaluation import Bootstrap, How, RunError, Subject, compare, read_dataset, retrieval_run
from evaluation.served import mode_run, served_run
from search import Engine
from store import Collection
from tests.colours import Colours
from tests.store.parts import picture, present

QUICK = How(bootstrap=Bootstrap(samples=50))
WORDS = ["red", "green", "blue", "red green", "green blue blue"]


@pytest.fixture
def many(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """Two thousand random embeddings in as many lists as a larger collection would have."""
    monkeypatch.setattr("store.index.ivf.ONE_LIST_UP_TO", 1000)
    rows = np.abs(np.random.default_rng(1).normal(size=(2000, 3))).astype(np.float32)
    numbers = range(len(rows))
    with collection.writing() as writer:
        writer.write(
            [picture(one) for one in numbers], unit(rows), [present(one) for one in numbers]
        )
        writer.publish()
    return Engine(collection, Colours())


def test_more_lists_find_more_and_all_lists_find_everything(many: Engine) -> None:
    run = served_run(many, WORDS, QUICK)
    facts = run["served"]
    assert (run["kind"], facts["pictures"], facts["k"]) == ("served", 2000, 10)
    assert (facts["text_queries"], facts["image_queries"]) == (5, 500)
    for queries in ("text", "image"):
        own = [one for one in facts["curve"] if one["queries"] == queries]
        curve = [one for one in own if one["route"] != "filtered"]
        assert [one["nprobe"] for one in curve] == [None, 1, 2, 4, 8, 16, 32, 64, 128, 178]
        recalls = [one["recall"]["value"] for one in curve]
        assert recalls[0] == recalls[-1] == 1
        assert recalls[1:] == sorted(recalls[1:])
        assert recalls[1] < 1
        assert [one["route"] for one in curve] == ["exact", *["approximate"] * 8, "exact"]
    for one in facts["curve"]:
        assert 0 < one["p50_ms"] <= one["p95_ms"] <= one["p99_ms"]
        assert one["queries_per_second"] > 0


def test_chosen_nprobes_and_a_filtered_route(many: Engine) -> None:
    curve = served_run(many, WORDS, QUICK, nprobes=[4, 9999])["served"]["curve"]
    assert [one["nprobe"] for one in curve] == [None, 4, 178] * 3
    filtered = [one for one in curve if one["route"] == "filtered"]
    assert [one["queries"] for one in filtered] == ["text"] * 3
    assert filtered[-1]["recall"]["value"] == 1


def test_a_collection_with_one_list_misses_nothing(engine: Engine) -> None:
    facts = served_run(engine, WORDS, QUICK)["served"]
    assert facts["lists"] == 1
    assert {one["route"] for one in facts["curve"]} == {"exact", "filtered"}
    assert {one["recall"]["value"] for one in facts["curve"]} == {1}


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
    exact = retrieval_run(engine.encoder, subject, QUICK)
    (way,) = (part for name, part in compare(exact, run).items() if name.endswith("image"))
    assert isinstance(way, dict)
    assert (way["queries"], way["worse"], way["better"]) == (2, [], [])


@pytest.mark.usefixtures("subject")
def test_a_collection_without_the_pictures_is_refused(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "photos").rename(tmp_path / "elsewhere")
    moved = Subject(read_dataset(tmp_path / "elsewhere"), tmp_path / "elsewhere")
    with pytest.raises(RunError, match="does not hold the pictures of"):
        mode_run(engine, moved, QUICK, "semantic")
