"""How often it is right when an answer says that nothing seems to match.

    python -m benchmarks.weak ~/stamps-folder --collection ~/stamps --test 392

The pictures of a captioned folder are asked for with their own sentences, in two ways: with their
picture there, and with everything left out that lies in the same folder at the top, so that what
was asked for is not there. Counted as matched are sentences whose picture is among the first ten.
"""

import argparse
from pathlib import Path
from typing import NamedTuple

from evaluation import read_dataset, split
from mindseye.opening import for_searching
from search import Engine, Query, Term
from store import Filter

FIRST = 10


class Sentence(NamedTuple):
    """A sentence, its picture's file, and the folder at the top that it lies in."""

    text: str
    file: Path
    top: Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--collection", type=Path, required=True)
    parser.add_argument("--test", type=int, required=True, help="how many pictures are asked for")
    given = parser.parse_args()
    engine, asked = for_searching(given.collection), sentences(given.folder, given.test)
    there = [one for one in asked if found(engine, one)]
    wrong = sum(says_nothing(engine, query(one)) for one in there)
    right = sum(says_nothing(engine, query(one, without=one.top)) for one in asked)
    print(f"{len(asked)} sentences; the picture of {len(there)} is among the first {FIRST}")
    print(f"nothing seems to match, though it is there: {wrong / len(there):.1%} of {len(there)}")
    print(f"nothing seems to match, and its folder is left out: {right / len(asked):.1%}")


def sentences(folder: Path, test: int) -> list[Sentence]:
    """Every different sentence of the pictures of the test."""
    dataset = split(read_dataset(folder), test)[0]
    made = {
        text: Sentence(text, file, folder / file.relative_to(folder).parts[0])
        for file, captions in zip(dataset.pictures, dataset.captions, strict=True)
        for text in captions
    }
    return list(made.values())


def query(one: Sentence, without: Path | None = None) -> Query:
    """The sentence as a question."""
    filters = (Filter("folder", str(without), negative=True),) if without else ()
    return Query((Term("phrase", one.text),), filters)


def found(engine: Engine, one: Sentence) -> bool:
    """Whether the picture itself is among the first."""
    hits = engine.search(query(one), FIRST).hits
    return any(str(one.file) in hit.files for hit in hits)


def says_nothing(engine: Engine, asked: Query) -> bool:
    return engine.search(asked, 1).weak is True


if __name__ == "__main__":
    main()
