"""Copies folded into one hit, words of the catalog fused in, orders over the best."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from indexer import index
from search import Engine, Hit, duplicates, parse
from search.ranking import RRF, SORTED, WINDOW, fused, keywords
from store import (
    FUSION,
    LATE,
    PRESENT,
    REMOVED,
    Collection,
    FileChange,
    NewPicture,
    NewTag,
    facts,
)
from store.models import ZERO_SHOT
from tests.colours import Colours
from tests.search.gallery import COUNT, GALLERY, fill, remove


def scene(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """A picture with structure; other seeds give the same mean colour in other places."""
    cells = np.random.default_rng(0).integers(0, 256, (12 * 16, 3), dtype=np.uint8)
    cells = np.random.default_rng(seed).permutation(cells).reshape(12, 16, 3)
    return Image.fromarray(cells).resize(size, Image.Resampling.BICUBIC)


def named(hit: Hit) -> str:
    return Path(hit.files[0]).name


@pytest.fixture
def album(collection: Collection, encoder: Colours, tmp_path: Path) -> Engine:
    """A scene, four copies of it that are the same to an eye, and two other scenes.

    To the tiny encoder, which sees the mean colour only, all of them are alike.
    """
    folder = tmp_path / "album"
    folder.mkdir()
    first = scene(1)
    first.save(folder / "first.png")
    first.save(folder / "compressed.jpg", quality=40)
    first.resize((160, 120)).save(folder / "half.png")
    first.resize((640, 480)).save(folder / "double.png")
    ImageEnhance.Brightness(first).enhance(1.05).save(folder / "brighter.png")
    scene(2).save(folder / "second.png")
    first.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "mirrored.png")
    index(collection, encoder, [folder])
    return Engine(collection, encoder)


COPIES = {"first.png", "compressed.jpg", "half.png", "double.png", "brighter.png"}


def test_copies_are_one_hit_that_counts_them_and_other_pictures_stay(album: Engine) -> None:
    hits = album.search(parse("red")).hits
    assert sorted(len(hit.duplicates) for hit in hits) == [0, 0, 4]
    assert {named(hit) for hit in hits if not hit.duplicates} == {"second.png", "mirrored.png"}
    assert next(named(hit) for hit in hits if hit.duplicates) in COPIES
    assert [hit.rank for hit in hits] == [1, 2, 3]


def test_all_copies_are_shown_on_request(album: Engine) -> None:
    answer = album.search(parse("red dupes:show"))
    assert {named(hit) for hit in answer.hits} > COPIES
    assert [hit.duplicates for hit in answer.hits] == 7 * [()]
    assert answer.matches == 7


def test_pages_of_a_folded_ranking_fit_together(album: Engine) -> None:
    whole = album.search(parse("red"), 3).hits
    pages = [album.search(parse("red"), 1, place).hits[0] for place in range(3)]
    assert [hit.id for hit in pages] == [hit.id for hit in whole]
    assert album.search(parse("red"), 1, 3).hits == ()


def test_groups_of_copies_begin_with_the_largest(album: Engine) -> None:
    (group,) = duplicates(album.collection)
    assert {Path(one.files[0]).name for one in group} == COPIES
    assert Path(group[0].files[0]).name == "double.png"


def test_a_picture_without_a_thumbnail_is_nobody_s_copy(album: Engine) -> None:
    album.collection.thumbnails.path.unlink()
    assert duplicates(album.collection) == []
    assert len(album.search(parse("red")).hits) == 7


def test_reciprocal_rank_fusion_is_the_sum_of_the_paper() -> None:
    rankings = [[1, 2, 3], [3, 4, 1]]
    sums = {1: 1 / 61 + 1 / 63, 2: 1 / 62, 3: 1 / 63 + 1 / 61, 4: 1 / 62}
    assert RRF == 60
    assert fused(rankings) == sorted(sums, key=lambda one: (-sums[one], one)) == [1, 3, 2, 4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A dog and the dog's leash", ["dog", "s", "leash"]),
        ('a "red ball" -"blue ball" -grass^2 dog^3', ["red ball", "dog"]),
        ("like:3 of the", []),
    ],
)
def test_keywords_are_phrases_and_telling_words(text: str, expected: list[str]) -> None:
    assert keywords(parse(text)) == expected


WORDS = {  # by picture: caption, tag, file
    1: ("a grey thing", "whale", "/a/one.png"),
    2: ("the whale, seen from afar", "sea", "/a/two.png"),
    3: ("nothing", "sea", "/a/killer-whales_3.png"),
    4: ("a red ball on the grass", "toy", "/b/four.png"),
    5: ("a ball, red", "toy", "/b/five.png"),
}


@pytest.fixture
def words(collection: Collection, encoder: Colours) -> Engine:
    """Pictures 1 to 5 with words, and the farther from red the greater the id."""
    rows = np.array([[1, one / 5, 0] for one in WORDS], dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    new = [
        NewPicture(f"{one:064}", 9, 9, "PNG", 1, b"", captions=(caption,), tags=(tag,))
        for one, (caption, tag, _) in WORDS.items()
    ]
    files = [FileChange(w[2], 1, 1, PRESENT, sha256=f"{one:064}") for one, w in WORDS.items()]
    with collection.writing() as writer:
        writer.write(new, rows, files)
        writer.publish()
    return Engine(collection, encoder)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("whale", {1, 2, 3}),
        ("Whales", {1, 2, 3}),
        ('"red ball"', {4}),
        ("ball", {4, 5}),
        ("sea toy", {2, 3, 4, 5}),
        ("ball folder:/a", set()),
        ("whale tag:sea", {2, 3}),
        ('"a \\"b"', set()),
    ],
)
def test_words_are_found_in_names_captions_and_tags(
    words: Engine, text: str, found: set[int]
) -> None:
    query = parse(text)
    with words.collection.snapshot() as snapshot:
        assert set(snapshot.catalog.keywords(keywords(query), query.filters, 9)) == found


def test_hybrid_ranks_by_both_and_shows_the_cosine(words: Engine) -> None:
    query = parse('red "ball" mode:hybrid')
    with words.collection.snapshot() as snapshot:
        named = snapshot.catalog.keywords(["red", "ball"], (), WINDOW)
    plain = words.search(parse('red "ball"'))
    semantic = [hit.id for hit in plain.hits]
    hits = words.search(query).hits
    assert [hit.id for hit in hits] == fused([semantic, named]) != semantic
    assert {hit.id for hit in hits[:2]} == {4, 5}
    assert {hit.id: hit.score for hit in hits} == {hit.id: hit.score for hit in plain.hits}


def test_a_collection_with_late_fusion_is_searched_by_words_too(words: Engine) -> None:
    plain, hybrid = words.search(parse('red "ball"')), words.search(parse('red "ball" mode:hybrid'))
    words.collection.catalog.set(**{FUSION: LATE})
    fused_now = words.search(parse('red "ball"'))
    assert fused_now.hits == hybrid.hits != plain.hits
    assert (plain.fusion, fused_now.fusion) == ("none", LATE)
    assert (plain.mode, fused_now.mode, fused_now.query) == ("semantic", "hybrid", 'red "ball"')
    unfused = words.search(parse('red "ball" mode:semantic'))
    assert (unfused.hits, unfused.mode) == (plain.hits, "semantic")
    assert words.search(parse("like:4")).hits[0].id == 4  # a picture alone has no words
    assert facts(words.collection).fusion == LATE
    words.collection.catalog.set(**{FUSION: "none"})
    assert words.search(parse('red "ball"')).hits == plain.hits


def test_words_follow_what_happens_to_a_file(words: Engine) -> None:
    def found(word: str) -> list[int]:
        with words.collection.snapshot() as snapshot:
            return snapshot.catalog.keywords([word], (), 9)

    nothing = np.empty((0, 3), dtype=np.float32)
    with words.collection.writing() as writer:
        writer.write([], nothing, [FileChange("/a/one.png", 1, 1, REMOVED)])
        moved = FileChange(
            "/a/ocean.png", 1, 1, PRESENT, sha256=f"{2:064}", moved_from="/a/two.png"
        )
        writer.write([], nothing, [moved])
    assert sorted(found("whale")) == [2, 3]
    assert found("ocean") == [2]
    assert found("two") == []


def test_a_word_of_a_model_is_no_word_to_look_up(words: Engine) -> None:
    def found(word: str) -> list[int]:
        with words.collection.snapshot() as snapshot:
            return sorted(snapshot.catalog.keywords([word], (), 9))

    for given in ([NewTag(4, "whale", 0.9), NewTag(5, "fruit", 0.4)], []):
        with words.collection.writing() as writer:
            writer.retag(ZERO_SHOT, given)
        assert (found("whale"), found("fruit"), found("toy")) == ([1, 2, 3], [], [4, 5])


def test_another_order_is_put_on_the_most_relevant(
    collection: Collection, encoder: Colours
) -> None:
    fill(collection)
    engine = Engine(collection, encoder)
    best = [hit.id for hit in engine.search(parse("red dupes:show"), SORTED).hits]
    assert len(best) == SORTED < COUNT
    area = {one: GALLERY[one].picture.width * GALLERY[one].picture.height for one in best}
    order = sorted(best, key=lambda one: (-area[one], one))
    query = parse("red sort:largest dupes:show")
    pages = [engine.search(query, 40, place).hits for place in (0, 40, 80)]
    assert [hit.id for page in pages for hit in page] == order
    remove(collection, order[:3])
    assert [hit.id for hit in engine.search(query, 5).hits] == order[3:8]


@pytest.mark.parametrize("asked", ["red width:>400", "-year:2019", "name:IMG_1* -folder:birds"])
def test_every_facet_leads_to_as_many_pictures_as_it_says(
    collection: Collection, encoder: Colours, asked: str
) -> None:
    fill(collection)
    engine = Engine(collection, encoder)
    facets = engine.facets(parse(asked))
    assert list(facets) == ["folder", "year", "format", "orientation", "camera", "tag"]
    for values in facets.values():
        assert values == sorted(values, key=lambda choice: (-choice.count, choice.value))
        for choice in values:
            found = engine.search(parse(choice.query), 1).matches
            assert found == choice.count, choice
            assert not choice.chosen


def test_a_value_that_was_chosen_leads_back(collection: Collection, encoder: Colours) -> None:
    fill(collection)
    engine = Engine(collection, encoder)
    whole = engine.facets(parse("red"))
    assert {choice.value for choice in whole["folder"]} == {"/Album", "/album", "/other"}
    inside = parse(next(one.query for one in whole["folder"] if one.value == "/album"))
    assert [choice.value for choice in engine.facets(inside)["folder"]] == ["/album/2019/birds"]
    for name in ("format", "orientation", "year", "tag"):
        narrowed = parse(whole[name][0].query)
        (back,) = [choice for choice in engine.facets(narrowed)[name] if choice.chosen]
        assert (back.value, back.query) == (whole[name][0].value, "red")


def test_what_each_term_adds_sums_to_the_score(album: Engine) -> None:
    first = next(hit.id for hit in album.search(parse("dupes:show red"), 9).hits)
    query = parse(f'red -green^0.5 "blue"^2 like:{first}')
    for hit in album.search(query, 9).hits:
        parts = album.explain(query, hit.id)
        assert [text for text, _ in parts] == ["red", "-green^0.5", '"blue"^2', f"like:{first}"]
        assert sum(part for _, part in parts) == pytest.approx(hit.score, abs=1e-6)
        assert parts[1][1] < 0


def test_a_thumbnail_that_is_no_picture_tells_nothing(album: Engine) -> None:
    damaged = [(one, b"nothing") for one in range(1, 8)]
    album.collection.thumbnails.put(damaged)
    assert duplicates(album.collection) == []
