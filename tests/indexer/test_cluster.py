"""Indexing on a real Ray cluster of two machines, both of them on this one: as if it was local."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

from encoders import Embeddings, Pixels
from indexer import Account, ClusterError, connected, index
from indexer.cluster import Load
from search import Engine, parse
from store import Collection
from tests.colours import Colours
from tests.conftest import Paint
from tests.indexer.test_bad_input import Meanwhile

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install '.[ray]'")

QUESTIONS = ("red", "green", "blue", "red green")
SMALL = {"num_cpus": 1, "object_store_memory": 100_000_000}
PATIENCE = 3.0  # seconds: a machine that is busy with other things must not look like a hang


class Slow(Colours):
    """Takes so long that something can happen meanwhile."""

    def encode_images(self, prepared: Sequence[Pixels]) -> Embeddings:
        time.sleep(0.02 * len(prepared))
        return super().encode_images(prepared)


class Deadly(Colours):
    """A picture that is mostly red ends the process, as a decoder that crashes does."""

    def prepare(self, image: Image.Image) -> Pixels:
        pixels = super().prepare(image)
        if pixels[0, 0].argmax() == 0:
            os._exit(1)
        return pixels


class Hanging(Colours):
    """Never done with a picture that is mostly red."""

    def prepare(self, image: Image.Image) -> Pixels:
        pixels = super().prepare(image)
        while pixels[0, 0].argmax() == 0:
            time.sleep(60)
        return pixels


@pytest.fixture(scope="module")
def nodes() -> Iterator[Any]:
    """A cluster; its first machine, with one processor."""
    from ray.cluster_utils import Cluster

    notices = {"health_check_period_ms": 1000, "health_check_failure_threshold": 3}
    head = {"include_dashboard": False, "_system_config": notices}
    started = Cluster(initialize_head=True, head_node_args=SMALL | head)
    yield started
    started.shutdown()


@pytest.fixture
def on_ray(nodes: Any, collection: Collection) -> Callable[..., Account]:
    """Index on the cluster, into the collection."""

    def run(load: Load, *places: object, **options: Any) -> Account:
        with connected(nodes.address, load) as cluster:
            return index(collection, load(), places, cluster=cluster, **options)  # type: ignore[arg-type]

    return run


@pytest.fixture
def locally(tmp_path: Path, blank: Path) -> Callable[..., tuple[Account, Collection]]:
    """Index in this process, into another collection."""

    def run(*places: Path) -> tuple[Account, Collection]:
        made = Collection(shutil.copytree(blank, tmp_path / "locally"))
        return index(made, Colours(), places), made

    return run


def contents(collection: Collection) -> dict[str, object]:
    """Every file with all that is known of it: state, content, facts, words, pixels, embedding."""
    found: dict[str, object] = {}
    with collection.snapshot() as snapshot:
        for file in collection.catalog.files_under(["/"], "/"):
            if file.picture_id is None:
                found[file.path] = file.state, file.reason
                continue
            picture = snapshot.pictures([file.picture_id])[file.picture_id]
            embedding = snapshot.embedding(file.picture_id)
            assert embedding is not None
            small = collection.thumbnails.get(file.picture_id)
            found[file.path] = file.state, picture, small, embedding.tobytes()
    return found


def answers(collection: Collection) -> list[list[tuple[int, float | None]]]:
    engine = Engine(collection, Colours())
    found = [engine.search(parse(one), 10).hits for one in QUESTIONS]
    return [[(hit.id, hit.score) for hit in hits] for hits in found]


def many(folder: Path, paint: Paint, count: int) -> Path:
    for number in range(count):
        colour = (number % 200, 250 - number % 180, number * 7 % 256)
        paint(folder / f"{number:03}.png", colour, (20 + number // 256, 20))
    return folder


def same(one: Collection, two: Collection) -> None:
    """Both hold the same, to the last bit, and answer the same."""
    assert contents(one) == contents(two)
    assert answers(one) == answers(two)
    ids, rows = one.catalog.living()
    np.testing.assert_array_equal((ids, rows), two.catalog.living())


def test_everything_ends_as_it_does_locally(
    collection: Collection,
    on_ray: Callable[..., Account],
    locally: Callable[..., tuple[Account, Collection]],
    captioned: Path,
    paint: Paint,
) -> None:
    many(captioned / "many", paint, 70)
    (captioned / "half.png").write_bytes((captioned / "cherry.png").read_bytes()[:60])
    (captioned / "empty.jpg").touch()
    shutil.copy(captioned / "cherry.png", captioned / "twin.png")
    with ZipFile(captioned / "shots.zip", "w") as archive:
        archive.write(captioned / "leaf.jpg", "again.jpg")
        archive.write(paint(captioned.parent / "sun.png", (240, 240, 0)), "sun.png")
    account, local = locally(captioned)
    assert (account.indexed, account.duplicate, account.failed) == (74, 2, 2)
    assert on_ray(Colours, captioned) == account
    same(collection, local)

    (captioned / "cherry.png").rename(captioned / "berry.png")
    (captioned / "leaf.jpg").unlink()
    paint(captioned / "many" / "001.png", (1, 2, 3), (50, 50))
    assert on_ray(Colours, captioned) == index(local, Colours(), [captioned])
    same(collection, local)


def test_a_machine_that_is_killed_loses_and_doubles_nothing(
    nodes: Any,
    collection: Collection,
    on_ray: Callable[..., Account],
    locally: Callable[..., tuple[Account, Collection]],
    tmp_path: Path,
    paint: Paint,
) -> None:
    folder = many(tmp_path / "many", paint, 300)
    second = [nodes.add_node(**SMALL)]
    shown: list[int] = []

    def watch(done: int, _total: int, _account: Account) -> None:
        shown.append(done)
        if done > 60 and second:  # it has started, and has parts in hand
            nodes.remove_node(second.pop(), allow_graceful=False)

    account = on_ray(Slow, folder, progress=watch)
    assert not second
    assert shown == sorted(shown)
    expected, local = locally(folder)
    assert account == expected
    assert account.indexed == 300
    same(collection, local)


def test_a_file_that_kills_its_workers_has_failed_and_the_others_have_not(
    on_ray: Callable[..., Account], photos: Path
) -> None:
    account = on_ray(Deadly, photos)
    assert (account.indexed, account.failed) == (2, 1)
    assert account.failures == [(str(photos / "cherry.png"), "its worker died 2 times reading it")]


def test_a_file_that_hangs_has_failed(on_ray: Callable[..., Account], photos: Path) -> None:
    account = on_ray(Hanging, photos, patience=PATIENCE)
    assert account.indexed == 2
    assert account.failures[0].reason == "took longer than 3 s to read; it was left behind"


def test_a_stop_in_the_middle_keeps_what_was_written(
    collection: Collection, on_ray: Callable[..., Account], tmp_path: Path, paint: Paint
) -> None:
    folder = many(tmp_path / "many", paint, 100)

    def stop(done: int, _total: int, _account: Account) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        on_ray(Colours, folder, progress=stop)
    kept = len(collection.catalog.living()[0])
    assert 0 < kept < 100
    assert on_ray(Colours, folder) == Account(indexed=100 - kept, unchanged=kept)


def test_a_place_that_workers_do_not_see_is_said(
    on_ray: Callable[..., Account], photos: Path
) -> None:
    hidden = Meanwhile(photos, lambda: photos.rename(photos.parent / "elsewhere"))
    with pytest.raises(ClusterError, match=r"cannot see what .*photos does not exist.* every mach"):
        on_ray(Colours, hidden)


def test_an_encoder_that_is_another_one_there_is_refused(
    nodes: Any, collection: Collection, photos: Path
) -> None:
    with (
        connected(nodes.address, lambda: Colours("other weights")) as cluster,
        pytest.raises(ClusterError, match=r"'colours' is another one on .* install the same"),
    ):
        index(collection, Colours(), [photos], cluster=cluster)


def test_a_cluster_that_is_not_there_is_said() -> None:
    with (
        pytest.raises(ClusterError, match=r"127.0.0.1:1: .*refused; start one with `ray start"),
        connected("127.0.0.1:1", Colours),
    ):
        pass


def test_ray_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with (
        pytest.raises(ClusterError, match=r"needs ray: pip install 'mindseye\[ray\]'"),
        connected("auto", Colours),
    ):
        pass
