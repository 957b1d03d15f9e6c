"""Filters and orders, against the same conditions in Python over the same pictures."""

from collections.abc import Callable
from datetime import datetime

import numpy as np
import pytest
from numpy.testing import assert_allclose

from search import Engine, parse
from store import Collection
from tests.colours import Colours
from tests.search.gallery import COUNT, GALLERY, Known, fill, remove, vectors

Check = Callable[[Known], bool]


@pytest.fixture
def gallery(collection: Collection, encoder: Colours) -> Engine:
    fill(collection)
    return Engine(collection, encoder)


def km(one: Known, latitude: float, longitude: float) -> float:
    """The distance by the law of cosines, in kilometres; infinite where the place is unknown."""
    if one.picture.latitude is None or one.picture.longitude is None:
        return np.inf
    a, b, c, d = np.radians([latitude, longitude, one.picture.latitude, one.picture.longitude])
    cosine = np.sin(a) * np.sin(c) + np.cos(a) * np.cos(c) * np.cos(d - b)
    return float(6371.0088 * np.arccos(np.clip(cosine, -1, 1)))


def tagged(one: Known, *names: str) -> bool:
    return any(tag.lower() in names for tag in one.picture.tags)


def taken(one: Known, year: int) -> bool:
    return one.picture.taken_at is not None and one.picture.taken_at.year == year


CHECKS: dict[str, Check] = {
    "folder:/album": lambda one: any(file.startswith("/album/") for file in one.files),
    "folder:/album/2019/": lambda one: any("/album/2019/" in file for file in one.files),
    "folder:birds": lambda one: any("/birds/" in file for file in one.files),
    "folder:2019/birds": lambda one: any("/2019/birds/" in file for file in one.files),
    "-folder:birds": lambda one: not any("/birds/" in file for file in one.files),
    "name:img_1": lambda one: any("IMG_1" in name for name in one.names),
    "name:*.3.png": lambda one: any(name.endswith(".3.png") for name in one.names),
    "name:IMG_?.*": lambda one: any(len(name.split(".")[0]) == 5 for name in one.names),
    "name:album": lambda _: False,
    "folder:/other name:_7": lambda one: any(
        file.startswith("/other/") and "IMG_7" in file for file in one.files
    ),
    "type:jpg": lambda one: one.picture.format == "JPEG",
    "-type:jpeg -type:png": lambda one: one.picture.format == "WEBP",
    "width:>400 height:<=800": lambda one: one.picture.width > 400 and one.picture.height <= 800,
    "width:400": lambda one: one.picture.width == 400,
    "-width:400": lambda one: one.picture.width != 400,
    "size:>=2.5MB": lambda one: one.picture.size >= 2_500_000,
    "orientation:landscape": lambda one: one.picture.width > one.picture.height,
    "orientation:portrait": lambda one: one.picture.width < one.picture.height,
    "orientation:square": lambda one: one.picture.width == one.picture.height,
    "camera:canon": lambda one: "canon" in (one.picture.camera or "").lower(),
    "-camera:canon": lambda one: "canon" not in (one.picture.camera or "").lower(),
    "camera:_100%": lambda one: one.picture.camera == "Canon_100%",
    "tag:dog": lambda one: tagged(one, "dog"),
    "tag:dog*": lambda one: tagged(one, "dog", "dog house"),
    'tag:"red ball" tag:cat': lambda one: tagged(one, "red ball") and tagged(one, "cat"),
    "-tag:cat": lambda one: not tagged(one, "cat"),
    "year:2019": lambda one: taken(one, 2019),
    "-year:2019": lambda one: not taken(one, 2019),
    "after:2019-06 before:2020-02-03": lambda one: (
        datetime(2019, 6, 1) <= (one.picture.taken_at or datetime.max) < datetime(2020, 2, 3)
    ),
    "near:10,20,5000": lambda one: km(one, 10, 20) <= 5000,
    "near:10,179,5000": lambda one: km(one, 10, 179) <= 5000,
    "near:-89,0,6000": lambda one: km(one, -89, 0) <= 6000,
    "-near:10,20,9000": lambda one: km(one, 10, 20) > 9000,
    "tag:nothing": lambda _: False,
}


def expected(check: Check) -> set[int]:
    return {number for number, one in GALLERY.items() if check(one)}


@pytest.mark.parametrize("text", CHECKS)
def test_filters_choose_what_python_chooses(gallery: Engine, text: str) -> None:
    answer = gallery.search(parse(text), COUNT)
    assert {hit.id for hit in answer.hits} == expected(CHECKS[text])
    assert answer.matches == len(answer.hits)
    assert {hit.score for hit in answer.hits} <= {None}
    if text not in ("name:album", "tag:nothing"):
        assert 0 < answer.matches < COUNT


@pytest.mark.parametrize("text", CHECKS)
@pytest.mark.parametrize("exact", [False, True])
def test_under_filters_the_best_are_those_of_numpy(gallery: Engine, text: str, exact: bool) -> None:
    among = np.array(sorted(expected(CHECKS[text])), dtype=np.int64)
    vector = gallery.encoder.encode_texts(["red green"])[0].astype(np.float64)
    scores = vectors()[among - 1].astype(np.float64) @ vector
    order = np.lexsort((among, -scores))[:7]
    answer = gallery.search(parse(f"red green dupes:show {text}"), 7, exact=exact)
    assert [hit.id for hit in answer.hits] == among[order].tolist()
    assert_allclose([hit.score for hit in answer.hits], scores[order], atol=1e-6)
    assert (answer.matches, answer.recall) == (len(among), 1.0)


def test_pictures_that_went_are_neither_counted_nor_found(gallery: Engine) -> None:
    before = gallery.search(parse("red type:png dupes:show"), COUNT)
    gone = [hit.id for hit in before.hits[:5]]
    remove(gallery.collection, gone)
    after = gallery.search(parse("red type:png dupes:show"), COUNT)
    assert [hit.id for hit in after.hits] == [hit.id for hit in before.hits[5:]]
    assert after.matches == before.matches - 5
    assert not {hit.id for hit in gallery.search(parse("type:png"), COUNT).hits} & set(gone)


KEYS: dict[str, Callable[[Known], object]] = {
    "oldest": lambda one: one.picture.taken_at or datetime.max,
    "newest": lambda one: datetime.max - (one.picture.taken_at or datetime.min),
    "largest": lambda one: -one.picture.width * one.picture.height,
    "smallest": lambda one: one.picture.width * one.picture.height,
    "name": lambda one: min(one.files).rsplit("/", 1)[-1].lower(),
}


@pytest.mark.parametrize("sort", KEYS)
def test_filters_alone_list_their_pictures_in_order(gallery: Engine, sort: str) -> None:
    wanted = expected(CHECKS["type:jpg"])
    order = sorted(wanted, key=lambda number: (KEYS[sort](GALLERY[number]), number))
    pages = [gallery.search(parse(f"type:jpg sort:{sort}"), 9, start).hits for start in (0, 9, 18)]
    assert [hit.id for page in pages for hit in page] == order[:27]
    assert [hit.rank for page in pages for hit in page] == list(range(1, 28))


def test_a_hit_tells_what_the_catalog_knows(gallery: Engine) -> None:
    hit = gallery.search(parse("name:IMG_1.*"), 1).hits[0]
    one = GALLERY[1].picture
    assert (hit.id, hit.width, hit.height, hit.format) == (1, one.width, one.height, one.format)
    assert (hit.taken_at, hit.camera, hit.files) == (
        one.taken_at,
        one.camera,
        tuple(sorted(GALLERY[1].files)),
    )
