"""Fusion lasts: through another encoder, damage, kills and copies."""

from pathlib import Path

import numpy as np
import pytest

from encoders import unit
from indexer import index, reindex
from indexer.doctor import diagnose, repair
from indexer.fusion import Fusing, once_loaded
from indexer.publishing import publish
from store import (
    FUSION,
    LATE,
    NO_FUSION,
    SUM,
    Collection,
    DamagedCollectionError,
    compare,
    copy,
    facts,
)
from tests.colours import Colours
from tests.indexer.fusing import Counting, ranked, rows, served
from tests.servers.milvus import Milvus
from tests.servers.postgres import Postgres
from tests.store.parts import picture, present


@pytest.mark.parametrize("way", [SUM, LATE])
def test_another_encoder_takes_the_fusion_over(
    collection: Collection, encoder: Colours, greys: Path, way: str
) -> None:
    served(collection, encoder, greys, way)
    other = Counting("others")
    reindex(collection, other, keep_old=True)
    opened = Collection(collection.folder)
    assert facts(opened).fusion == way
    assert {"red", "green", "blue"} <= set(other.encoded) or way == LATE
    assert ranked(opened, other, "green")[0] == "green"
    reindex(opened, encoder)
    assert ranked(Collection(collection.folder), encoder, "green")[0] == "green"


@pytest.mark.parametrize("damage", ["gone", "short", "altered"])
def test_a_damaged_file_is_found_and_made_again(
    collection: Collection, encoder: Colours, greys: Path, damage: str
) -> None:
    served(collection, encoder, greys, SUM)
    before = rows(collection)
    (file,) = collection.folder.glob("fused-*.f32")
    whole = file.read_bytes()
    collection.close()
    file.unlink()
    if damage != "gone":
        file.write_bytes(whole[:-8] if damage == "short" else whole[:-8] + b"\xff" * 8)
    opened = Collection(collection.folder)
    if damage != "altered":
        with pytest.raises(DamagedCollectionError, match="rebuild it: mindseye index"):
            ranked(opened, encoder, "red")
    health = diagnose(opened, lambda _name: encoder)
    assert [one.part for one in health.findings] == ["index"]
    repair(opened, lambda _name: encoder, health)
    assert diagnose(opened, lambda _name: encoder).findings == []
    for name, (_, by) in rows(opened).items():
        np.testing.assert_array_equal(by, before[name][1])


@pytest.mark.parametrize("damage", [b"", b"not a database, whatever its name may say", None])
def test_lost_words_are_encoded_again(
    collection: Collection, counting: Counting, greys: Path, damage: bytes | None
) -> None:
    served(collection, counting, greys, SUM)
    collection.words.clear()
    if damage is not None:
        collection.words.path.write_bytes(damage)
    before = rows(collection)
    (greys / "green.png").unlink()
    index(collection, counting, [greys])
    after = rows(collection)
    assert after.keys() == before.keys() - {"green"}
    for name, (_, by) in after.items():
        np.testing.assert_array_equal(by, before[name][1])


def test_a_kill_while_words_are_encoded_costs_only_those_in_hand(
    collection: Collection, counting: Counting, greys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.fusion.TEXTS_AT_ONCE", 1)
    index(collection, counting, [greys])
    counting.encoded.clear()

    def kill(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    collection.catalog.set(**{FUSION: SUM})
    with collection.writing() as writer, pytest.raises(KeyboardInterrupt):
        writer.publish(fuse=Fusing(collection.words, counting, kill))
    assert len(counting.encoded) == 2
    assert facts(collection).fusion == NO_FUSION  # as it is still served
    index(collection, counting, [greys])
    assert sorted(one for one in counting.encoded if "a " not in one) == ["blue", "green", "red"]
    assert ranked(collection, counting, "blue")[0] == "blue"


def test_a_copy_answers_the_same_and_encodes_nothing(
    collection: Collection, encoder: Colours, greys: Path, tmp_path: Path
) -> None:
    served(collection, encoder, greys, SUM)
    with collection.alone():
        made = copy(collection, tmp_path / "copy")
        parts = list(compare(collection, made, encoder.encode_texts(["red", "blue"])))
    assert all(one.same for one in parts)
    assert "fused-000001.f32" in [one.part for one in parts]
    other = Counting()
    (greys / "red.png").unlink()
    index(made, other, [greys])
    assert not {"green", "blue"} & set(other.encoded)


def test_nothing_is_published_without_what_fuses(
    collection: Collection, encoder: Colours, greys: Path
) -> None:
    served(collection, encoder, greys, SUM)
    (greys / "red.png").unlink()
    with collection.writing() as writer, pytest.raises(ValueError, match="nothing was given"):
        writer.publish(afresh=True)


def test_a_copy_on_servers_answers_the_same_and_goes_on(
    collection: Collection,
    counting: Counting,
    greys: Path,
    tmp_path: Path,
    postgres_server: Postgres,
    milvus_server: Milvus,
) -> None:
    served(collection, counting, greys, SUM)
    before, asked = rows(collection), counting.encode_texts(["red", "blue", "green"])
    database = postgres_server.url(postgres_server.database())
    with collection.alone():
        made = copy(collection, tmp_path / "served", database)
        made.move_vectors(milvus_server.address())
        counting.encoded.clear()
        with made.writing() as writer:
            writer.publish(fuse=once_loaded(made.words, lambda: counting))
        assert [one.part for one in compare(collection, made, asked) if not one.same] == []
    (greys / "red.txt").write_text("blue blue")
    with made.snapshot() as held:
        first = held.search(asked, 4, 1)
        index(made, counting, [greys])
        np.testing.assert_array_equal(held.search(asked, 4, 1), first)
    index(collection, counting, [greys])
    with collection.alone():
        assert [one.part for one in compare(collection, made, asked) if not one.same] == []
    after = rows(made)
    assert {name for name in after if (after[name][1] != before[name][1]).any()} == {"red"}
    assert diagnose(made, lambda _name: counting).findings == []
    made.close()


def test_a_large_index_is_measured_on_what_it_ranks_by_and_follows_words(
    collection: Collection, encoder: Colours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.index.kinds.ONE_LIST_UP_TO", 400)
    chance = np.random.default_rng(1)
    numbers = range(600)
    embeddings = unit(np.abs(chance.normal(size=(len(numbers), 3))).astype(np.float32))
    names = [" ".join(chance.choice(["red", "green", "blue"], 5)) for _ in numbers]
    new = [picture(one)._replace(captions=(names[one],)) for one in numbers]
    collection.catalog.set(**{FUSION: SUM})
    with collection.writing() as writer:
        writer.write(new, embeddings, [present(one) for one in numbers])
        publish(collection, writer, encoder)
        ids, _ = collection.catalog.living()
        writer.keep_texts(dict.fromkeys(ids[:50].tolist(), "green green green green"))
        publish(collection, writer, encoder)
    asked = encoder.encode_texts(["red red blue", "green", "blue green"])
    with collection.snapshot() as snapshot:
        assert snapshot.index is not None
        assert snapshot.index.lists > 1
        assert snapshot.generation == 2
        point = snapshot.shortcut("text", 10)
        assert point is None or point.recall >= 0.98
        assert snapshot.tuning is not None
        exact = snapshot.scan(asked, 10)
        every, deep = snapshot.index.lists, len(numbers) // 10
        np.testing.assert_array_equal(snapshot.search(asked, 10, every, k_factor=deep), exact)
        by = np.concatenate([snapshot.ranked_by(one) for one in exact[1][0].tolist()])
        np.testing.assert_allclose(by @ asked[0], exact[0][0], atol=1e-6)
        np.testing.assert_allclose(np.linalg.norm(by, axis=1), 1, atol=1e-6)
