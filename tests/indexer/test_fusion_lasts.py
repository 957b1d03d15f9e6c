"""Fusion lasts: through another encoder, damage, kills and copies."""

from pathlib import Path

import numpy as np
import pytest

from indexer import index, reindex
from indexer.doctor import diagnose, repair
from indexer.fusion import Fusing
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
