"""Changing the encoder, and the doctor, where the catalog is on a server: the same tests again."""

from pathlib import Path

import pytest

from store import Collection
from tests.indexer.test_doctor import (
    a_tail_that_is_lost,
    answers,
    diagnose,
    load,
    no_index,
    not_a_number,
    place,
    repair,
    test_a_broken_picture_whose_file_is_gone_is_found_no_more,
    test_a_sound_collection_is_found_sound,
    thumbnails_gone,
)
from tests.indexer.test_reindex import (
    reader,
    swapped,
    test_a_picture_that_is_gone_is_named_left_out_and_encoded_when_it_is_back,
    test_all_that_is_known_of_a_picture_stays,
    test_changing_back_encodes_only_what_is_new,
    test_readers_get_right_answers_throughout_many_changes,
    test_stopped_and_with_new_pictures_between_it_goes_on_where_it_was,
    test_what_is_indexed_afterwards_takes_the_new_encoder_and_a_stale_writer_is_refused,
)

__all__ = [
    "place",
    "reader",
    "swapped",
    "test_a_broken_picture_whose_file_is_gone_is_found_no_more",
    "test_a_picture_that_is_gone_is_named_left_out_and_encoded_when_it_is_back",
    "test_a_sound_collection_is_found_sound",
    "test_all_that_is_known_of_a_picture_stays",
    "test_changing_back_encodes_only_what_is_new",
    "test_readers_get_right_answers_throughout_many_changes",
    "test_stopped_and_with_new_pictures_between_it_goes_on_where_it_was",
    "test_what_is_indexed_afterwards_takes_the_new_encoder_and_a_stale_writer_is_refused",
]


@pytest.fixture
def collection(shared_collection: Collection) -> Collection:
    return shared_collection


def test_several_damages_are_named_and_mended(place: Path) -> None:
    before = answers(place)
    for damage in (not_a_number, a_tail_that_is_lost, no_index, thumbnails_gone):
        damage(place)
        found = diagnose(Collection(place), load)
        assert found.findings, damage.__name__
        repair(Collection(place), load, found)
        assert diagnose(Collection(place), load).findings == []
        assert answers(place) == before
