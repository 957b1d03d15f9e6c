"""The process that forks runs of the real command."""

from collections.abc import Iterator

import pytest

from tests.mindseye.forks import Forks, forking


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """A process that forks, for all tests."""
    with forking(tmp_path_factory.mktemp("forks")) as started:
        yield started
