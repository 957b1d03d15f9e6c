"""Answers while another process writes: each is that of one instant, and exact for it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import numpy as np
import pytest

from search import Answer, Engine, parse
from store import Collection
from tests.colours import Colours
from tests.search import writing
from tests.search.writing import State

QUESTIONS = ("red", "green blue", "blue folder:odd", "red name:nothing", "folder:even sort:oldest")
KS = (1, 7, 1000)  # the last is more than there ever are
READERS = 2


def expected(text: str, state: State, k: int) -> tuple[list[int], int]:
    """Ids by brute force over one state, and how many pictures meet the filters."""
    query = parse(text)
    chosen = {"": lambda _: True, "odd": lambda one: one % 2, "even": lambda one: one % 2 == 0}
    value = str(query.filters[0].value) if query.filters else ""
    meets = chosen.get(value, lambda _: False)
    living = sorted(one for one in state.living if meets(one))
    if not query.terms:
        return living[:k], len(living)
    findable = np.array([one for one in living if one in state.published], dtype=np.int64)
    question = Colours().encode_texts([query.terms[0].value])[0].astype(np.float64)
    scores = (writing.vectors(findable.tolist()).astype(np.float64) * question).sum(1)
    return findable[np.lexsort((findable, -scores))][:k].tolist(), len(living)


@pytest.fixture
def answers(collection: Collection, encoder: Colours) -> list[tuple[str, int, Answer]]:
    """What readers were answered, from before the writer began until it had ended."""
    writing.begin(collection)
    engine = Engine(collection, encoder)
    command = [sys.executable, "-m", "tests.search.writing", str(collection.folder)]
    with subprocess.Popen(command) as writer, ThreadPoolExecutor(READERS) as readers:

        def read(reader: int) -> list[tuple[str, int, Answer]]:
            found = []
            for turn in count(reader):
                ended = writer.poll() is not None
                text, k = QUESTIONS[turn % len(QUESTIONS)], KS[turn // 2 % len(KS)]
                exact = bool(turn // 3 % 2)
                query = parse(f"{text} dupes:show")
                found.append((text, k, engine.search(query, k, exact=exact)))
                if ended and turn > 100:
                    break
            return found

        asked = [one for each in readers.map(read, range(READERS)) for one in each]
    assert writer.returncode == 0
    return asked


def test_every_answer_is_exact_for_one_instant_whatever_is_written_meanwhile(
    answers: list[tuple[str, int, Answer]],
) -> None:
    states = writing.states()
    for text, k, answer in answers:
        ids = [hit.id for hit in answer.hits]
        possible = [
            expected(text, state, k) for state in states if state.generation == answer.generation
        ]
        assert (ids, answer.matches) in possible, (text, k, answer.generation)
        assert [hit.files[0] for hit in answer.hits] == [writing.path(one) for one in ids]
    assert {answer.generation for *_, answer in answers} >= {1, states[-1].generation}
    assert len({answer.generation for *_, answer in answers}) > 3
