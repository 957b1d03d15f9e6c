"""The JSON of a run: its shape, in this one place. `Run` is the whole; format 1.

Whoever reads runs (the report, the web, a notebook) may rely on it: keys may be added, and what is
here stays.
"""

from typing import Any, NotRequired, TypedDict

from evaluation.bootstrap import Interval

FORMAT = 1

Measures = dict[str, Interval]
"""By name, in the order of `metrics.MEASURES`: ``{"value", "low", "high"}`` of each."""


class Failure(TypedDict):
    """A picture that could not be opened."""

    path: str
    reason: str


class DatasetFacts(TypedDict):
    """What was measured on, and by name what lacked its other half."""

    name: str  # the last part of its path
    path: str
    format: str
    sha256: str  # over names and captions
    part: str | None  # "test 775", the part of a Karpathy JSON, or nothing
    language: str | None
    without_caption: int
    without_picture: int
    pictures_without_caption: list[str]
    captions_without_picture: list[str]


EncoderFacts = dict[str, Any]
"""The fields of `encoders.Identity`, and its ``fingerprint``: equal ones give equal embeddings."""


class Options(TypedDict):
    """How it was measured."""

    mode: str  # "encoder": its scores as they are; "judged"; "learned"; or a mode of queries
    collection: str | None  # that was asked, if it was not the encoder alone
    fusion: NotRequired[str]  # how words count: in the collection asked, or as it was tried
    fusion_weight: NotRequired[float]  # of the words, where it was tried
    duplicates: str  # "wrong" or "relevant"
    templates: list[str]  # of zero-shot classification
    seed: int
    samples: int  # of the bootstrap
    confidence: float


class Caption(TypedDict):
    """A caption and its picture, a place in ``gallery.pictures``."""

    text: str
    picture: int


class Gallery(TypedDict):
    """What queries and answers point into by place.

    Where a collection was asked, its pictures that the data set does not have stand at the end.
    """

    pictures: list[str]
    captions: list[Caption]
    ids: NotRequired[list[int]]  # of the pictures, where a collection was asked about itself


class QueryResult(TypedDict):
    """One query: a place among the captions or the pictures, and what it found.

    ``best`` are the first answers, each a place and a score; the place is one among the pictures
    for a caption, and among the captions for a picture.
    """

    query: int
    rank: int  # of the best right answer
    score: float  # of the best right answer
    ap: float
    ndcg: float
    best: list[tuple[int, float]]
    right: NotRequired[list[int]]  # every right answer, where they are not the caption's own


class Guess(TypedDict):
    """One picture's class: what it is and what it was taken for, places among the classes."""

    picture: int
    truth: int
    guess: int
    score: float
    margin: float  # how far the guess is ahead of the truth


class ClassFacts(TypedDict):
    """One class's figures."""

    name: str
    pictures: int
    precision: float
    recall: float
    f1: float


class ClassificationFacts(TypedDict):
    """Zero-shot or learned classification: measures, classes, and ``confusion[truth][guess]``."""

    measures: Measures  # accuracy, macro_precision, macro_recall, macro_f1
    classes: list[ClassFacts]
    confusion: list[list[int]]
    guesses: list[Guess]


class CurvePoint(TypedDict):
    """A collection asked in one way, with words or with pictures, one query at a time."""

    queries: str  # "text" or "image"
    searched: str  # "scan": every embedding; "index": with nprobe; "served": as users are answered
    route: str  # "exact", "approximate", or "filtered": among every tenth picture
    nprobe: int | None  # of the index
    recall: Interval  # of the first k of the scan
    stated: float | None  # the recall that answers tell users
    p50_ms: float
    p95_ms: float
    p99_ms: float
    queries_per_second: float


class ServedFacts(TypedDict):
    """The index that a collection's users are served, over a sweep of nprobe."""

    generation: int
    lists: int
    index: str  # what its lists hold
    k: int
    text_queries: int
    image_queries: int
    curve: list[CurvePoint]


class Sections(TypedDict, total=False):
    """What a run holds beside what every run holds."""

    kind: str
    pictures: int
    captions: int
    gallery: Gallery
    text_to_image: Measures
    image_to_text: Measures
    queries: dict[str, list[QueryResult]]
    classification: ClassificationFacts


class Run(TypedDict):
    """One measurement. Which sections it has depends on ``kind``.

    ``retrieval`` has text_to_image, image_to_text and queries, of a query mode only the first
    direction, as ``judged`` has; ``classification`` has the section of that name; ``served`` that
    of its name.
    """

    format: int
    id: str
    kind: str
    made: str  # ISO 8601, UTC
    title: str
    seconds: float
    pictures: int
    captions: int
    failures: list[Failure]
    dataset: DatasetFacts | None  # None where only a collection was measured
    encoder: EncoderFacts
    options: Options
    environment: dict[str, Any]  # processor, cores, memory_gb, device, python, system, packages
    gallery: Gallery
    text_to_image: NotRequired[Measures]
    image_to_text: NotRequired[Measures]
    queries: NotRequired[dict[str, list[QueryResult]]]  # by direction, as the measures
    classification: NotRequired[ClassificationFacts]
    served: NotRequired[ServedFacts]
