"""A measurement from files to figures, with three colours and known answers."""

import math
from pathlib import Path

import numpy as np
import pytest

from encoders import unit
from evaluation import Dataset, DatasetError, Retrieval, evaluate, from_embeddings, read_dataset
from evaluation.retrieval import Embedded
from tests.colours import Colours

CAPTIONS = "image,caption\ncherry.png,red\nleaf.jpg,green\nsea.webp,blue\nsea.webp,red\n"


@pytest.fixture
def captioned(photos: Path) -> Path:
    """Four captions; the last says that the blue picture is red."""
    (photos / "captions.csv").write_text(CAPTIONS)
    return photos


def values(found: Retrieval, way: str) -> dict[str, float]:
    return {name: round(one["value"], 4) for name, one in found.measures()[way].items()}


def test_both_directions_are_measured(encoder: Colours, captioned: Path) -> None:
    found = evaluate(encoder, read_dataset(captioned))
    assert (len(found.embedded.pictures), len(found.embedded.texts)) == (3, 4)
    perfect = {"r@1": 0.75, "r@5": 1, "r@10": 1, "median_rank": 1}
    text_to_image = values(found, "text_to_image")
    assert text_to_image | perfect == text_to_image
    assert text_to_image["mean_rank"] == (1 + 1 + 1 + 3) / 4
    assert text_to_image["mrr"] == text_to_image["map"] == round((1 + 1 + 1 + 1 / 3) / 4, 4)
    # Two captions say "red" and only one of them is the cherry's: a tie counts against it.
    image_to_text = values(found, "image_to_text")
    assert image_to_text | perfect | {"r@1": 0.6667} == image_to_text
    # Cherry: its caption second. Leaf: first. Sea: "blue" first and "red" last of four.
    assert image_to_text["map"] == round((1 / 2 + 1 + (1 + 2 / 4) / 2) / 3, 4)


def test_duplicates_of_the_right_answer_are_right_when_asked(
    encoder: Colours, captioned: Path
) -> None:
    (captioned / "twin.png").write_bytes((captioned / "cherry.png").read_bytes())
    (captioned / "captions.csv").write_text("image,caption\ncherry.png,red\ntwin.png,RED red\n")
    dataset = read_dataset(captioned)
    assert values(evaluate(encoder, dataset), "text_to_image")["r@1"] == 0
    found = evaluate(encoder, dataset, duplicates=True)
    assert values(found, "text_to_image")["r@1"] == values(found, "image_to_text")["map"] == 1


def test_captions_with_the_same_words_answer_for_each_other(
    encoder: Colours, captioned: Path
) -> None:
    # "red" is also the sea's, so as duplicates it is right for both of them, whichever comes first.
    found = evaluate(encoder, read_dataset(captioned), duplicates=True)
    assert values(found, "text_to_image")["r@1"] == 1


def test_a_picture_that_cannot_be_opened_is_reported_and_left_out(
    encoder: Colours, captioned: Path
) -> None:
    (captioned / "cherry.png").write_bytes(b"")
    found = evaluate(encoder, read_dataset(captioned)).embedded
    assert (len(found.pictures), len(found.texts)) == (2, 3)
    assert found.failures == ((str(captioned / "cherry.png"), "empty file"),)


def test_a_data_set_of_unreadable_pictures_is_refused_with_the_first_reason(
    encoder: Colours, captioned: Path
) -> None:
    for name in ("cherry.png", "leaf.jpg", "deep/sea.webp"):
        (captioned / name).write_bytes(b"")
    with pytest.raises(DatasetError, match=r"cherry\.png: empty file"):
        evaluate(encoder, read_dataset(captioned))


def test_progress_ends_at_all_pictures_and_all_captions(encoder: Colours, captioned: Path) -> None:
    calls: list[tuple[int, int]] = []
    evaluate(encoder, read_dataset(captioned), lambda done, total: calls.append((done, total)))
    assert calls == [(3, 3), (4, 4)]


def test_a_second_measurement_encodes_nothing_until_a_picture_changes(captioned: Path) -> None:
    dataset = read_dataset(captioned)
    first, second, other = Colours(), Colours(), Colours("other")
    found = evaluate(first, dataset)
    assert values(evaluate(second, dataset), "text_to_image") == values(found, "text_to_image")
    assert (first.pictures_encoded, second.pictures_encoded) == (3, 0)
    evaluate(other, dataset)
    assert other.pictures_encoded == 3
    (captioned / "leaf.jpg").write_bytes((captioned / "cherry.png").read_bytes())
    evaluate(second, dataset)
    assert second.pictures_encoded == 3


def random_data(pictures: int, each: int, dim: int = 16) -> Embedded:
    """Random embeddings whose captions are near their pictures, and a data set of their names."""
    random = np.random.default_rng(7)
    rows = unit(random.normal(size=(pictures, dim)).astype(np.float32))
    owners = np.repeat(np.arange(pictures), each)
    noise = random.normal(size=(len(owners), dim)).astype(np.float32)
    names = tuple(f"{number}.png" for number in range(pictures))
    captions = tuple(tuple(f"{name} {one}" for one in range(each)) for name in names)
    dataset = Dataset("random", names, tuple(map(Path, names)), captions)
    return Embedded(dataset, rows, unit(rows[owners] + 0.4 * noise), owners)


def test_the_same_figures_as_the_definitions_by_hand_to_the_last_digit() -> None:
    data = random_data(60, 5)
    found = from_embeddings(data).measures()
    scores = data.texts @ data.pictures.T
    owners = data.owners.tolist()
    by_text = [_definition(row, [owner]) for row, owner in zip(scores, owners, strict=True)]
    by_image = [
        _definition(column, [place for place, owner in enumerate(owners) if owner == picture])
        for picture, column in enumerate(scores.T)
    ]
    for way, lines in (("text_to_image", by_text), ("image_to_text", by_image)):
        for name in lines[0]:
            expected = math.fsum(line[name] for line in lines) / len(lines)
            assert found[way][name]["value"] == pytest.approx(expected, rel=1e-15, abs=0), name


def _definition(scores: np.ndarray, right: list[int]) -> dict[str, float]:
    """Published definitions over a sorted list, one query at a time."""
    order = sorted(range(len(scores)), key=lambda place: -scores[place])
    ranks = [rank for rank, place in enumerate(order, 1) if place in right]
    ideal = math.fsum(1 / math.log2(1 + rank) for rank in range(1, min(len(right), 10) + 1))
    return {
        **{f"r@{k}": float(any(place in right for place in order[:k])) for k in (1, 5, 10)},
        "mean_rank": ranks[0],
        "mrr": 1 / ranks[0],
        "map": math.fsum(n / rank for n, rank in enumerate(ranks, 1)) / len(right),
        "ndcg@10": math.fsum(1 / math.log2(1 + rank) for rank in ranks if rank <= 10) / ideal,
    }


def test_the_same_recall_as_clip_benchmark() -> None:
    theirs = pytest.importorskip(
        "clip_benchmark.metrics.zeroshot_retrieval",
        reason="CLIP_benchmark is not installed; pip install clip-benchmark",
    )
    torch = pytest.importorskip("torch")
    data = random_data(60, 5)
    scores = torch.from_numpy(data.texts @ data.pictures.T)
    positive = torch.zeros_like(scores, dtype=torch.bool)
    positive[torch.arange(len(scores)), torch.from_numpy(data.owners)] = True
    found = from_embeddings(data).measures()
    for way, side, right in (
        ("text_to_image", scores, positive),
        ("image_to_text", scores.T, positive.T),
    ):
        for k in (1, 5, 10):
            hit = (theirs.recall_at_k(side, right, k) > 0).float().mean().item()
            assert np.float32(found[way][f"r@{k}"]["value"]) == np.float32(hit)


def test_blocks_give_what_one_piece_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    data = random_data(30, 3)
    whole = from_embeddings(data)
    monkeypatch.setattr("evaluation.retrieval.BLOCK", 4 * 90 * 7)  # seven rows of ninety scores
    parts = from_embeddings(data)
    for way in ("text_to_image", "image_to_text"):
        one, other = getattr(whole, way), getattr(parts, way)
        assert one.outcome.rank.tolist() == other.outcome.rank.tolist()
        assert one.best.tolist() == other.best.tolist()
    assert whole.measures() == parts.measures()


def test_the_first_answers_are_kept_best_first() -> None:
    data = random_data(30, 3)
    found = from_embeddings(data).text_to_image
    scores = data.texts @ data.pictures.T
    assert found.best.tolist() == np.argsort(-scores, axis=1)[:, :5].tolist()
    own = scores[np.arange(90), data.owners]
    assert found.score == pytest.approx(own, abs=1e-6)
