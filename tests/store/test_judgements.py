"""What people said is right, kept through everything that happens to files."""

import pytest
from sqlalchemy.exc import IntegrityError

from store import Collection, judge, judged_counts, judgements, right_pictures
from tests.store.parts import present, removed


def said(collection: Collection, query: str, picture: int, *, right: bool = True) -> None:
    with collection.catalog.changing() as connection:
        judge(connection, query, picture, right=right)


def test_a_picture_is_right_for_a_query_once_and_that_can_be_taken_back(filled: Collection) -> None:
    for _ in range(2):
        said(filled, "a whale", 2)
    said(filled, "a whale", 3)
    said(filled, "red", 2)
    with filled.catalog.reading() as connection:
        assert right_pictures(connection, "a whale") == {2, 3}
        assert judged_counts(connection) == (2, 3)
    said(filled, "a whale", 2, right=False)
    said(filled, "never", 2, right=False)
    with filled.catalog.reading() as connection:
        assert right_pictures(connection, "a whale") == {3}
        assert judged_counts(connection) == (2, 2)


def test_they_are_listed_by_query_in_parts(filled: Collection) -> None:
    for query, picture in (("b", 1), ("a", 2), ("b", 3)):
        said(filled, query, picture)
    with filled.catalog.reading() as connection:
        assert [one[:2] for one in judgements(connection)] == [("b", 1), ("b", 3), ("a", 2)]
        assert [one[:2] for one in judgements(connection, 1, 1)] == [("b", 3)]


def test_a_picture_that_goes_and_comes_back_keeps_what_was_said(filled: Collection) -> None:
    said(filled, "a whale", 2)
    for change, found in ((removed(2), []), (present(2), [2])):
        with filled.writing() as writer:
            writer.write((), filled.embeddings.read(0), [change])
            writer.publish()
        with filled.catalog.reading() as connection:
            assert [one.picture for one in judgements(connection, present=True)] == found
            assert len(judgements(connection)) == 1


def test_judging_does_not_wait_for_the_writer(filled: Collection) -> None:
    with filled.writing():
        said(filled, "a whale", 2)
    with filled.catalog.reading() as connection:
        assert right_pictures(connection, "a whale") == {2}


def test_a_picture_that_never_was_cannot_be_right(filled: Collection) -> None:
    with pytest.raises(IntegrityError, match="FOREIGN KEY"):
        said(filled, "a whale", 99)
