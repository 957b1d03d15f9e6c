"""Questions against a collection of three colours, checked by eye and by NumPy."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from encoders import unit
from search import (
    MAX_K,
    UPLOAD,
    BadLimitError,
    EmptyQueryError,
    Engine,
    NoPictureError,
    Query,
    parse,
)
from store import PRESENT, REMOVED, Collection, EncoderMismatchError, FileChange, NewPicture
from tests.colours import Colours


def names(engine: Engine, query: Query, k: int = 3) -> list[str]:
    return [hit.files[0].rsplit("/", 1)[-1] for hit in engine.search(query, k).hits]


def seen(query: Query, colour: tuple[int, int, int]) -> Query:
    """The query with an uploaded picture of that colour."""
    return query.also("image", UPLOAD, Image.new("RGB", (9, 9), colour))


def test_words_find_the_picture_that_they_describe(engine: Engine) -> None:
    assert names(engine, parse("red"))[0] == "cherry.png"
    assert names(engine, parse("something blue"))[0] == "sea.webp"


def test_a_picture_finds_the_ones_like_it(engine: Engine) -> None:
    assert names(engine, seen(parse(""), (0, 90, 10)))[0] == "leaf.jpg"


def test_a_picture_of_the_collection_is_nearest_to_itself(engine: Engine) -> None:
    sea = engine.search(parse("blue"), 1).hits[0].id
    answer = engine.search(parse(f"like:{sea}"), 3)
    assert answer.hits[0].id == sea
    assert answer.hits[0].score == pytest.approx(1, abs=1e-6)


def test_words_and_pictures_together_lie_between_the_two(engine: Engine) -> None:
    mixed = seen(parse("red"), (0, 0, 255))
    assert set(names(engine, mixed, 2)) == {"cherry.png", "sea.webp"}
    sea = engine.search(parse("blue"), 1).hits[0].id
    assert set(names(engine, parse(f"red like:{sea}"), 2)) == {"cherry.png", "sea.webp"}


def test_the_parts_of_a_mixed_question_weigh_the_same(engine: Engine) -> None:
    dark = seen(parse("red"), (0, 0, 9))
    light = seen(parse("red"), (0, 0, 250))
    scores = [[hit.score for hit in engine.search(query, 3).hits] for query in (dark, light)]
    np.testing.assert_allclose(scores[0], scores[1], atol=1e-3)


@pytest.mark.parametrize("k", [0, -1, MAX_K + 1])
def test_k_has_limits_and_the_message_names_them(engine: Engine, k: int) -> None:
    with pytest.raises(BadLimitError, match=f"^k is {k}; it must be between 1 and {MAX_K}$"):
        engine.search(parse("red"), k)


def test_k_is_how_many_hits_there_are_or_all(engine: Engine) -> None:
    assert len(engine.search(parse("red"), 1).hits) == 1
    assert len(engine.search(parse("red"), MAX_K).hits) == 3


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_nothing_to_look_for_is_refused(engine: Engine, text: str) -> None:
    with pytest.raises(EmptyQueryError, match="describe a picture in a few words"):
        engine.search(parse(text))


@pytest.mark.parametrize("number", [99, 2**63 - 1])
def test_an_id_that_does_not_exist_is_named(engine: Engine, number: int) -> None:
    with pytest.raises(NoPictureError, match=f"no picture has the id {number}"):
        engine.search(parse(f"like:{number}"))
    with pytest.raises(NoPictureError, match=f"no picture has the id {number}"):
        engine.picture(number)


def test_a_picture_is_got_by_its_id(engine: Engine) -> None:
    hit = engine.search(parse("red"), 1).hits[0]
    found = engine.picture(hit.id)
    assert (found.files, found.width, found.height) == (hit.files, 40, 30)


def test_a_picture_whose_files_are_gone_is_not_got(engine: Engine, photos: Path) -> None:
    hit = engine.search(parse("red"), 1).hits[0]
    remove(engine.collection, [str(photos / "cherry.png")])
    with pytest.raises(NoPictureError):
        engine.picture(hit.id)


def test_another_encoder_than_the_collection_s_is_refused(engine: Engine) -> None:
    with pytest.raises(EncoderMismatchError, match="'colours', not with 'other'"):
        Engine(engine.collection, Colours("other"))


def test_an_answer_says_how_and_how_fast_it_was_found(engine: Engine) -> None:
    answer = engine.search(seen(parse(" red  like:1"), (0, 0, 0)), 2).as_dict()
    assert answer["query"] == "red like:1 image:upload"
    assert (answer["route"], answer["generation"]) == ("exact", 1)
    assert answer["timings_ms"].keys() == {"embed", "wait", "search", "catalog"}
    assert all(took >= 0 for took in answer["timings_ms"].values())
    assert [hit["rank"] for hit in answer["hits"]] == [1, 2]
    assert answer["hits"][0].keys() >= {"rank", "id", "score", "files"}


def test_an_empty_collection_has_no_hits(collection: Collection, encoder: Colours) -> None:
    assert Engine(collection, encoder).search(parse("red")).hits == ()


@pytest.fixture
def crowd(collection: Collection, encoder: Colours) -> Engine:
    """300 pictures with random embeddings, and two with the same."""
    rows = unit(np.random.default_rng(0).random((302, 3), dtype=np.float32))
    rows[300] = rows[301] = rows[7]
    new = [NewPicture(f"{one:064}", 1, 1, "PNG", 1, b"") for one in range(302)]
    files = [FileChange(f"/{one}", 1, 1, PRESENT, sha256=f"{one:064}") for one in range(302)]
    with collection.writing() as writer:
        writer.write(new, rows, files)
        writer.publish()
    return Engine(collection, encoder)


def remove(collection: Collection, paths: list[str]) -> None:
    """Let files go without publishing, as in the middle of an indexing run."""
    nothing = np.empty((0, 3), dtype=np.float32)
    with collection.writing() as writer:
        writer.write([], nothing, [FileChange(path, 1, 1, REMOVED) for path in paths])


@pytest.mark.parametrize("text", ["red", "green blue", "red red green"])
def test_answers_equal_a_scan_by_numpy(crowd: Engine, text: str) -> None:
    rows = crowd.collection.embeddings.read(302)
    question = crowd.encoder.encode_texts([text])[0]
    # In float32 the order of summing decides whether equal rows score equally.
    scores = rows.astype(np.float64) @ question.astype(np.float64)
    expected = np.lexsort((np.arange(302), -scores))[:25]
    hits = crowd.search(parse(text), 25).hits
    assert [hit.files[0] for hit in hits] == [f"/{one}" for one in expected]
    np.testing.assert_allclose([hit.score for hit in hits], scores[expected], atol=1e-6)


def test_an_index_of_codes_changes_no_exact_answer(
    crowd: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = crowd.search(parse("green blue"), 50)
    monkeypatch.setattr("store.index.kinds.ONE_LIST_UP_TO", 50)  # "large" begins early
    crowd.collection.catalog.set(memory=1)
    with crowd.collection.writing() as writer:
        assert writer.publish() == before.generation + 1
    with crowd.collection.snapshot() as snapshot:
        assert snapshot.index and not snapshot.index.kind.exact
    after = crowd.search(parse("green blue"), 50)
    assert (after.route, after.hits) == (before.route, before.hits)


def test_equal_scores_are_ranked_by_id(crowd: Engine) -> None:
    alike = crowd.search(parse("like:302"), 3).hits
    assert [hit.id for hit in alike] == [8, 301, 302]


def test_pictures_that_went_since_the_index_was_made_are_replaced(crowd: Engine) -> None:
    before = [hit.files[0] for hit in crowd.search(parse("red"), 60).hits]
    remove(crowd.collection, before[:40])
    after = crowd.search(parse("red"), 20)
    assert [hit.files[0] for hit in after.hits] == before[40:]
    assert [hit.rank for hit in after.hits] == list(range(1, 21))


def test_an_engine_finds_what_is_published_after_it_was_made(
    collection: Collection, encoder: Colours, crowd: Engine
) -> None:
    second = Collection(collection.folder)
    waiting = Engine(second, encoder)
    assert len(waiting.search(parse("red"), 5).hits) == 5
    with collection.writing() as writer:
        new = NewPicture("f" * 64, 1, 1, "PNG", 1, b"")
        reddest = np.array([[1, 0, 0]], dtype=np.float32)
        writer.write([new], reddest, [FileChange("/red", 1, 1, PRESENT, sha256="f" * 64)])
        writer.publish()
    assert waiting.search(parse("red"), 1).hits[0].files == ("/red",)
    assert crowd.search(parse("red"), 1).generation == 2
    second.close()


def test_the_identity_of_the_encoder_is_kept_with_the_collection(engine: Engine) -> None:
    assert engine.collection.encoder == asdict(engine.encoder.identity)
