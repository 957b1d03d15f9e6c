"""Intervals and the permutation test: by picture, repeatable, and as wide as due."""

import math

import numpy as np
import pytest
from scipy import stats

from evaluation.bootstrap import Bootstrap, permutation_p
from evaluation.metrics import MEASURES, Outcome


def outcome(rank: np.ndarray) -> Outcome:
    return Outcome(rank, 1 / rank, 1 / np.log2(1 + rank))


def test_every_measure_lies_in_its_interval_and_is_the_plain_figure() -> None:
    rank = np.random.default_rng(1).integers(1, 30, 200)
    found = Bootstrap().measures(outcome(rank), np.arange(200))
    assert tuple(found) == MEASURES
    assert found["r@5"]["value"] == (rank <= 5).mean()
    assert found["median_rank"]["value"] == np.median(rank)
    assert found["mean_rank"]["value"] == rank.mean()
    assert found["mrr"]["value"] == math.fsum(1 / rank) / 200
    for one in found.values():
        assert one["low"] <= one["value"] <= one["high"]
        assert one["low"] < one["high"]


def test_the_same_seed_gives_the_same_interval_and_another_one_another() -> None:
    rank, alone = np.random.default_rng(1).integers(1, 30, 50), np.arange(50)
    first, again, other = (Bootstrap(seed).measures(outcome(rank), alone) for seed in (4, 4, 5))
    assert first == again
    assert first["mrr"] != other["mrr"]


def test_the_interval_of_a_mean_is_as_wide_as_scipy_s() -> None:
    values = np.random.default_rng(2).normal(size=300)
    ours = Bootstrap(samples=4000).means({"mean": values}, np.arange(300))["mean"]
    theirs = stats.bootstrap((values,), np.mean, n_resamples=4000, method="percentile", rng=0)
    bounds = (theirs.confidence_interval.low, theirs.confidence_interval.high)
    assert (ours["low"], ours["high"]) == pytest.approx(bounds, abs=0.01)


def test_captions_of_one_picture_are_drawn_together() -> None:
    # Five captions that always agree tell no more than one: the interval must not shrink.
    value = np.random.default_rng(3).integers(0, 2, 100).astype(float)
    once = Bootstrap().means({"r": value}, np.arange(100))["r"]
    five = Bootstrap().means({"r": np.repeat(value, 5)}, np.repeat(np.arange(100), 5))["r"]
    assert five == pytest.approx(once)
    torn = Bootstrap().means({"r": np.repeat(value, 5)}, np.arange(500))["r"]
    assert torn["high"] - torn["low"] < 0.6 * (five["high"] - five["low"])


def test_the_median_of_a_sample_is_numpy_s_of_the_repeated_ranks() -> None:
    rank, owners = np.array([1, 4, 9, 2, 30, 7, 5]), np.array([0, 0, 1, 2, 2, 2, 3])
    drawn = Bootstrap(samples=7)
    weights = np.concatenate(list(drawn._drawn(4)))
    medians = [np.median(np.repeat(rank, row[owners])) for row in weights]
    found = drawn.measures(outcome(rank), owners)["median_rank"]
    assert (found["low"], found["high"]) == tuple(np.quantile(medians, (0.025, 0.975)))


def test_a_sure_difference_has_a_small_p_and_chance_a_large_one() -> None:
    random = np.random.default_rng(0)
    alone = np.arange(200)
    assert permutation_p(random.normal(0.5, 1, 200), alone) < 0.001
    assert permutation_p(random.normal(0, 1, 200), alone) > 0.05
    assert permutation_p(np.zeros(200), alone) == 1


def test_p_is_that_of_all_sign_flips_where_these_can_be_counted() -> None:
    # Of the 8 ways to flip three pictures' signs, 2 give a sum as far from 0 as 1 + 2 + 3.
    assert permutation_p(np.array([1.0, 2, 3]), np.arange(3)) == pytest.approx(2 / 8, abs=0.02)
