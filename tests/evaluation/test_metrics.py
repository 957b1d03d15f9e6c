"""Ranks, recall and the median, against arithmetic that fits in the head."""

import numpy as np
import pytest

from evaluation.metrics import median_rank, ranks, recall_at

SCORES = np.array([[0.9, 0.5, 0.1], [0.2, 0.8, 0.4], [0.3, 0.2, 0.1]], dtype=np.float32)


def test_the_rank_is_one_plus_the_better_wrong_answers() -> None:
    assert ranks(SCORES, [[0], [2], [2]]).tolist() == [1, 2, 3]


def test_of_several_right_answers_the_best_counts_and_the_others_are_not_in_its_way() -> None:
    assert ranks(SCORES, [[0, 1], [0, 2], [1, 2]]).tolist() == [1, 2, 2]


def test_a_wrong_answer_with_the_same_score_counts_as_better() -> None:
    constant = np.ones((2, 4), dtype=np.float32)
    assert ranks(constant, [[0], [1, 2]]).tolist() == [4, 3]


def test_each_query_needs_its_right_answers() -> None:
    with pytest.raises(ValueError, match="shorter"):
        ranks(SCORES, [[0]])


def test_recall_is_the_share_of_queries_answered_among_the_first_k() -> None:
    found = np.array([1, 2, 3, 10])
    assert [recall_at(found, k) for k in (1, 2, 5, 10)] == [0.25, 0.5, 0.75, 1.0]


def test_the_median_rank_is_the_middle_one() -> None:
    assert median_rank(np.array([9, 1, 2])) == 2
    assert median_rank(np.array([1, 2, 3, 10])) == 2.5
