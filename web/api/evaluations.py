"""Runs of evaluations, as `mindseye evaluate` and the pages keep them."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from evaluation import list_runs
from web.api.blueprint import blueprint, problem, tag
from web.evaluations import against, run_of, runs_folder

TAGS = tag("evaluations", "How well pictures are found, measured")
MISSING = problem("No run has that id.")


class RunId(BaseModel):
    """A run in an address."""

    number: str = Field(max_length=200, description="the id of a run")


class TwoRuns(RunId):
    """A run, and an earlier one to compare it with."""

    before: str = Field(max_length=200, description="the id of the other run")


class Run(BaseModel):
    """A run; which sections it has depends on its kind."""

    model_config = ConfigDict(extra="allow")

    id: str
    kind: str
    made: str
    title: str
    pictures: int
    captions: int


class RunList(BaseModel):
    """Every run that is kept."""

    runs: list[Run] = Field(description="the newest first, with their measures")


class Comparison(BaseModel):
    """Two runs, with the directions that both have."""

    model_config = ConfigDict(extra="allow")

    before: str
    after: str
    same_dataset: bool


@blueprint.get("/evaluations", tags=TAGS, responses={200: RunList})
def run_list() -> dict[str, Any]:
    """Every run that is kept, with its measures."""
    return {"runs": list_runs(runs_folder())}


@blueprint.get("/evaluations/<number>", tags=TAGS, responses={200: Run, 404: MISSING})
def one_run(path: RunId) -> Any:
    """One run as it is kept: measures, queries, and what they found."""
    return run_of(path.number)


@blueprint.get(
    "/evaluations/<number>/against/<before>", tags=TAGS, responses={200: Comparison, 404: MISSING}
)
def two_runs(path: TwoRuns) -> Any:
    """What the run does better or worse than the other, and whether it may be chance."""
    return against(path.number, path.before)
