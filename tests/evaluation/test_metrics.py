"""Ranks, recall and the median, against arithmetic that fits in the head."""

import numpy as np
import pytest
import pytrec_eval

from evaluation.metrics import median_rank, outcome, padded, ranks, recall_at, relevant_ranks

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


def test_average_precision_and_ndcg_look_at_every_right_answer() -> None:
    # Right answers at ranks 1 and 3 of five.
    found = outcome(relevant_ranks(np.array([[0.9, 0.8, 0.7, 0.1, 0]], "f4"), padded([[0, 2]])))
    assert found.rank.tolist() == [1]
    assert found.average_precision.tolist() == [(1 / 1 + 2 / 3) / 2]
    assert found.ndcg.tolist() == [(1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3))]


def test_ndcg_looks_no_deeper_than_ten() -> None:
    row = np.arange(20, 0, -1, dtype=np.float32)[None]
    found = outcome(relevant_ranks(row, padded([[10]])))
    assert (found.rank.tolist(), found.ndcg.tolist()) == ([11], [0])
    everything = outcome(relevant_ranks(row, padded([list(range(20))])))
    assert everything.ndcg.tolist() == everything.average_precision.tolist() == [1]


def test_the_same_figures_as_trec_s_own_program_on_random_rankings() -> None:
    random = np.random.default_rng(3)
    scores = random.permuted(np.tile(np.arange(60, dtype=np.float32), (40, 1)), axis=1)
    relevant = [random.choice(60, random.integers(1, 15), replace=False).tolist() for _ in scores]
    found = outcome(relevant_ranks(scores, padded(relevant)))
    measures = {"map", "recip_rank", "ndcg_cut_10", "success_1", "success_5", "success_10"}
    truth = {str(row): {str(one): 1 for one in right} for row, right in enumerate(relevant)}
    run = {
        str(row): {str(place): float(score) for place, score in enumerate(line)}
        for row, line in enumerate(scores)
    }
    judged = pytrec_eval.RelevanceEvaluator(truth, measures).evaluate(run)
    theirs = [judged[str(row)] for row in range(len(scores))]
    ours = {
        "map": found.average_precision,
        "recip_rank": 1 / found.rank,
        "ndcg_cut_10": found.ndcg,
        **{f"success_{k}": found.rank <= k for k in (1, 5, 10)},
    }
    for name, values in ours.items():
        assert values == pytest.approx([one[name] for one in theirs], abs=1e-12), name
