"""What goes into the API and what comes out, for its description and its validation."""

from functools import cache
from typing import Any, Literal

from flask_openapi3.models.file import FileStorage
from pydantic import BaseModel, ConfigDict, Field

from search import DEFAULT_K, MAX_K, MAX_OFFSET

MAX_ID = 2**63 - 1
MAX_QUERY = 2000  # characters


class Problem(BaseModel):
    """Why it did not work (RFC 9457)."""

    type: str = Field(description="`about:blank`, or `urn:mindseye:` and the kind of error")
    title: str
    status: int
    detail: str = Field(description="a sentence that says what is wrong and what to do")
    position: int | None = Field(None, description="where in the query, counted from 0")
    picture: str | None = Field(None, description="the `image:` of the query that is to be sent")


class Parameters(BaseModel):
    """What comes along with a call."""

    @classmethod
    @cache
    def model_json_schema(  # type: ignore[override]
        cls, *args: Any, **kwargs: Any
    ) -> dict[str, Any]:
        """The schema, made once: flask-openapi3 asks for it at every call."""
        return super().model_json_schema(*args, **kwargs)


class Asked(Parameters):
    """A query."""

    q: str = Field("", max_length=MAX_QUERY, description="a query in the query language")


class Question(Asked):
    """A question to the collection."""

    k: int = Field(DEFAULT_K, ge=1, le=MAX_K, description="how many hits to answer")
    offset: int = Field(0, ge=0, le=MAX_OFFSET, description="how many hits to leave out before")
    exact: bool = Field(False, description="look at every picture, whatever it costs")


class Upload(Parameters):
    """A picture that the answers shall be like."""

    image: FileStorage = Field(description="JPEG, PNG, WebP, GIF, TIFF, BMP or AVIF")
    name: str = Field(
        "", max_length=MAX_QUERY, description="NAME, if it is the `image:NAME` of the query"
    )


class PictureId(BaseModel):
    """A picture in an address."""

    number: int = Field(ge=1, le=MAX_ID, description="the id of a picture")


class Hit(BaseModel):
    """One ranked result."""

    model_config = ConfigDict(extra="allow")

    rank: int = Field(ge=1)
    id: int
    score: float | None = Field(description="cosine with the query; null where filters alone chose")
    files: list[str] = Field(min_length=1)
    width: int
    height: int
    duplicates: list[int] = Field(description="ids of near-duplicates folded into this one")


class Answer(BaseModel):
    """Ranked hits, and how they were found."""

    model_config = ConfigDict(extra="allow")

    query: str
    mode: str = Field(description="semantic, or hybrid where the words of pictures were looked up")
    fusion: str = Field(description="how the words of pictures counted: none, sum, concat or late")
    route: str = Field(description="exact, filtered or approximate")
    recall: float = Field(description="the measured recall of that route for so many hits")
    how: str = Field(description="both and the time in words, such as `about 98 % of exact, 4 ms`")
    generation: int = Field(description="pages of one query belong together while it is the same")
    timings_ms: dict[str, float]
    matches: int = Field(description="how many pictures meet the filters")
    weak: bool | None = Field(
        description="nothing seems to match, the best score being below the usual one; null where "
        "that cannot be said"
    )
    usual_score: float | None = Field(
        description="the median best score of everyday sentences in this collection"
    )
    hits: list[Hit]


class Choice(BaseModel):
    """A value of a facet."""

    value: str
    count: int = Field(ge=1, description="how many of the pictures have it")
    query: str = Field(description="the query with this value as one more filter, or without it")
    chosen: bool = Field(description="whether the query asks for it already")


class Facets(BaseModel):
    """By facet (folder, year, format, orientation, camera, tag) its values, the commonest first."""

    query: str
    facets: dict[str, list[Choice]]


class Tag(BaseModel):
    """A keyword, or what a model finds likely."""

    name: str
    source: str = Field(description="embedded, sidecar, zero-shot or classifier")
    score: float | None = Field(description="how sure a model is, 0 to 1")


class Picture(BaseModel):
    """One picture, what is known of it, and where it lies."""

    model_config = ConfigDict(extra="allow")

    id: int
    sha256: str
    width: int
    height: int
    format: str
    size: int = Field(description="bytes")
    taken_at: str | None = Field(description="by the camera's own clock, ISO 8601 without a zone")
    camera: str | None
    latitude: float | None = Field(description="degrees, WGS 84")
    longitude: float | None
    captions: list[str]
    tags: list[Tag]
    files: list[str]


class Reason(BaseModel):
    """A term of a query and what it adds to a score; below 0 it takes away."""

    term: str
    contribution: float


class Reasons(BaseModel):
    """Why a picture matched; the contributions sum to the score."""

    query: str
    id: int
    score: float | None = Field(description="null where the query holds nothing but filters")
    terms: list[Reason]


class Status(BaseModel):
    """What the collection holds and how it was made."""

    collection: str
    encoder: str
    architecture: str | None
    dimensions: int
    pictures: int
    files: int = Field(description="paths at which the pictures lie")
    failed: int = Field(description="files that could not be read")
    removed: int = Field(description="files that are gone")
    generation: int
    published_at: str | None = Field(description="when the generation was, ISO 8601")
    searchable: int
    lists: int = Field(description="inverted lists of the index; one means that all is looked at")
    code: str | None = Field(description="how lists keep vectors: flat, fp16, pq or rabitq")
    vectors: str = Field(description="the server that keeps the index, or here: the directory does")
    recall: dict[str, float] = Field(
        description="of an approximate search, by kind of query (text, picture), as it was measured"
    )
    fusion: str = Field(
        description="whether the words of pictures count in every search: none, embedded and "
        "joined with the pixels (sum, concat), or late, by rank"
    )
    fusion_weight: float | None = Field(description="of the words, with sum and concat")
    folders: list[str] = Field(description="the folders that were indexed")
    bytes: int
    sizes: dict[str, int] = Field(description="bytes on the disk by part")


class Slice(BaseModel):
    """A part of a long list."""

    limit: int = Field(100, ge=1, le=1000)
    offset: int = Field(0, ge=0, le=MAX_ID)


class Failure(BaseModel):
    """A file that could not be read."""

    path: str
    reason: str


class Failures(BaseModel):
    """Some of the files that could not be read, by path."""

    failed: int = Field(description="how many there are in all")
    failures: list[Failure]


class Health(BaseModel):
    """Alive, or ready to answer from a generation."""

    status: Literal["alive", "ready"]
    generation: int | None = None
