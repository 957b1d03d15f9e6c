"""A collection that ranks by words too: what counts as words, and what is ranked how."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from encoders import unit
from indexer import index
from indexer.fusion import fused, text_of, words_of
from indexer.ocr import read_texts
from indexer.publishing import publish
from search import Engine, Query, Term, parse
from search.alike import duplicates
from store import (
    CONCAT,
    FUSION_WEIGHT,
    NO_FUSION,
    SUM,
    USUAL,
    Collection,
    Fusion,
    NewTag,
    Said,
    facts,
)
from tests.colours import Colours
from tests.conftest import Paint
from tests.indexer.fusing import Counting, ranked, rows, served


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("animals/killer-whale_2.png", "killer whale"),
        ("IMG_2041.JPG", ""),
        ("DSCN0012.JPG", ""),
        ("IMG_20240131_093000.jpg", ""),
        ("redBall.v2.png", "red Ball"),
        ("20240101_1200.jpg", ""),
        ("grüne_äpfel.png", "grüne äpfel"),
    ],
)
def test_a_name_is_read_as_words(name: str, words: str) -> None:
    assert words_of(name) == words


def test_all_that_is_said_is_one_text_without_repetitions() -> None:
    said = Said(("a/red ball.png", "b/red-ball.jpg"), ("A ball.", "Toys"), ("toy", "round"))
    assert text_of(said) == "red ball. toy, round. A ball.. Toys"
    assert text_of(Said(("a/IMG_2041.png",))) == ""


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_concat_scores_as_two_vectors_side_by_side(weight: float) -> None:
    random = np.random.default_rng(0)
    asked, pixels, words = (unit(random.normal(size=(9, 16)).astype(np.float32)) for _ in range(3))
    shares = np.sqrt([1 - weight, weight])
    gallery = np.hstack([shares[0] * pixels, shares[1] * words])
    twice = np.hstack([shares[0] * asked, shares[1] * asked])
    one = fused(Fusion(CONCAT, weight), pixels, words)
    np.testing.assert_allclose(asked @ one.T, twice @ gallery.T, atol=1e-6)
    np.testing.assert_array_equal(fused(Fusion(SUM, weight), pixels, words), unit(one))


@pytest.mark.parametrize("way", [SUM, CONCAT])
def test_words_find_what_pixels_do_not_tell(
    collection: Collection, counting: Counting, greys: Path, way: str
) -> None:
    served(collection, counting, greys, way)
    for word in ("red", "green", "blue"):
        assert ranked(collection, counting, word)[0] == word
    found = rows(collection)
    own, by = found["IMG_2041"]
    np.testing.assert_allclose(own, by, atol=1e-6)  # without words, it is what its pixels are
    own, by = found["green"]
    expected = own / 2 + Colours().encode_texts(["green"]) / 2
    np.testing.assert_allclose(by, unit(expected) if way == SUM else expected, atol=1e-6)
    known = facts(collection)
    assert (known.fusion, known.fusion_weight) == (way, 0.5)


def test_scores_and_explanations_are_of_what_is_ranked_by(
    collection: Collection, encoder: Colours, greys: Path
) -> None:
    engine = Engine(served(collection, encoder, greys, SUM), encoder)
    query = parse("red -green")
    answer = engine.search(query)
    hit = answer.hits[0]
    assert (answer.mode, answer.fusion) == ("semantic", SUM)
    assert engine.search(parse("width:>1")).fusion == NO_FUSION  # nothing was scored
    parts = engine.explain(query, hit.id)
    assert sum(part for _, part in parts) == pytest.approx(hit.score, abs=1e-6)


def test_a_picture_of_the_collection_asks_like_its_file(
    collection: Collection, encoder: Colours, greys: Path
) -> None:
    engine = Engine(served(collection, encoder, greys, SUM), encoder)
    hit = engine.search(parse("red")).hits[0]
    image = Image.open(hit.files[0])
    uploaded = engine.search(Query((Term("image", "", picture=image),)))
    looked_up = engine.search(Query((Term("like", str(hit.id)),)))
    assert [one.id for one in uploaded.hits] == [one.id for one in looked_up.hits]
    for one, other in zip(uploaded.hits, looked_up.hits, strict=True):
        assert one.score == pytest.approx(other.score, abs=1e-5)


def test_near_duplicates_are_told_by_pixels_whatever_their_words(
    collection: Collection, encoder: Colours, photos: Path, paint: Paint
) -> None:
    paint(photos / "green green.png", (201, 20, 10))  # the cherry once more, by another name
    served(collection, encoder, photos, SUM)
    groups = [sorted(Path(one.files[0]).name for one in group) for group in duplicates(collection)]
    assert groups == [["cherry.png", "green green.png"]]


def test_only_new_words_are_encoded_and_no_picture(
    collection: Collection, counting: Counting, greys: Path
) -> None:
    served(collection, counting, greys, SUM)
    pictures, before = counting.pictures_encoded, rows(collection)
    counting.encoded.clear()
    (greys / "red.txt").write_text("blue blue")
    index(collection, counting, [greys])
    assert counting.encoded == ["red. blue blue"]
    after = rows(collection)
    assert {name for name in after if (after[name][1] != before[name][1]).any()} == {"red"}
    assert set(ranked(collection, counting, "blue")[:2]) == {"blue", "red"}
    (greys / "red.png").rename(greys / "green green.png")
    (greys / "red.txt").unlink()
    counting.encoded.clear()
    index(collection, counting, [greys])
    assert counting.encoded[0] == "green green"
    assert "green green" in ranked(collection, counting, "green")[:2]
    assert counting.pictures_encoded == pictures
    generation = facts(collection).generation
    index(collection, counting, [greys])
    assert facts(collection).generation == generation


def test_what_a_model_says_of_pictures_does_not_count_as_their_words(
    collection: Collection, counting: Counting, greys: Path
) -> None:
    served(collection, counting, greys, SUM)
    before = facts(collection).generation
    with collection.writing() as writer:
        ids, _ = collection.catalog.living()
        writer.retag("zero-shot", [NewTag(one, "blue", 0.9) for one in ids.tolist()])
        publish(collection, writer, counting)
    assert facts(collection).generation == before
    assert not list(collection.folder.glob(f"fused-{before + 1:06d}*"))


def test_words_read_off_pictures_count_at_once(
    collection: Collection, encoder: Colours, greys: Path
) -> None:
    served(collection, encoder, greys, SUM)
    read_texts(collection, encoder, lambda _image: ["blue"])
    own, by = rows(collection)["IMG_2041"]
    np.testing.assert_allclose(by, unit(own + encoder.encode_texts(["blue"])), atol=1e-6)


def test_another_weight_or_way_encodes_nothing_again(
    collection: Collection, counting: Counting, greys: Path
) -> None:
    served(collection, counting, greys, SUM)
    counting.encoded.clear()
    collection.catalog.set(**{FUSION_WEIGHT: 1.0})
    index(collection, counting, [greys])
    np.testing.assert_allclose(
        rows(collection)["red"][1], Colours().encode_texts(["red"]), atol=1e-6
    )
    served(collection, counting, greys, CONCAT)
    assert facts(collection).fusion == CONCAT
    assert [one for one in counting.encoded if one in ("red", "green", "blue")] == []


def test_taking_it_back_opens_no_picture_and_leaves_no_file(
    collection: Collection, counting: Counting, greys: Path
) -> None:
    served(collection, counting, greys, NO_FUSION)
    plain = ranked(collection, counting, "red")
    served(collection, counting, greys, SUM)
    pictures = counting.pictures_encoded
    served(collection, counting, greys, NO_FUSION)
    served(collection, counting, greys, NO_FUSION)
    assert ranked(collection, counting, "red") == plain
    assert counting.pictures_encoded == pictures
    (greys / "red.png").unlink()
    index(collection, counting, [greys])  # the generation before may still be read
    assert not list(collection.folder.glob("fused-*"))


def test_the_usual_score_is_measured_anew_with_another_fusion(
    collection: Collection, encoder: Colours, greys: Path
) -> None:
    for way in (NO_FUSION, SUM, CONCAT, NO_FUSION):
        served(collection, encoder, greys, way)
        assert Engine(collection, encoder).search(parse("red")).usual_score is not None
        measured = None if way == NO_FUSION else [way, 0.5]
        assert collection.catalog.setting(USUAL)["fusion"] == measured
    collection.catalog.set(**{USUAL: collection.catalog.setting(USUAL) | {"fusion": [SUM, 0.5]}})
    assert Engine(collection, encoder).search(parse("red")).usual_score is None
