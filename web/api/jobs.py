"""Long work: start it, watch it, stop it."""

from contextlib import ExitStack
from typing import Any, Literal

from flask import Response, jsonify, url_for
from pydantic import BaseModel, Field

from web.api.blueprint import blueprint, problem, tag
from web.capacity import capacity
from web.jobs import Queries, events, jobs
from web.jobs.job import Kind
from web.jobs.starting import MAX_FOLDER, asked_to_stop, folders, start_indexing, start_measuring

TAGS = tag("jobs", "Long work, one at a time; starting and stopping need the token")
MISSING = problem("No job has that id.")
RUNNING = problem("Another job is running.")
STREAM = {
    "description": "Server-sent events named by the job's state, each with the job as JSON.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


class NewJob(BaseModel):
    """What is to be done."""

    kind: Kind
    folder: str | None = Field(
        None,
        max_length=MAX_FOLDER,
        description="one of the folders that may be indexed, as `/api/v1/jobs` lists them; "
        "without it, all folders of the collection",
    )
    queries: Queries = Field("captions", description="what an evaluation asks the collection")


class JobId(BaseModel):
    """A job in an address."""

    number: str = Field(max_length=32, description="the id of a job")


class Job(BaseModel):
    """How far a job has come, and how it ended."""

    id: str
    kind: Kind
    subject: str
    state: Literal["running", "done", "stopped", "failed"]
    stopping: bool = Field(description="it ends after what is in hand")
    words: str = Field(description="how far it is, or how it ended")
    done: int
    total: int
    seconds: float
    seconds_left: float | None
    started: str
    ended: str | None
    account: dict[str, Any] | None = Field(description="what became of each file")
    run: str | None = Field(description="the id of the run that an evaluation made")
    problem: str | None


class JobList(BaseModel):
    """What runs, what ran last, and what could."""

    jobs: list[Job] = Field(description="the newest first")
    folders: list[str] = Field(description="the folders that may be indexed")


@blueprint.get("/jobs", tags=TAGS, responses={200: JobList})
def job_list() -> dict[str, Any]:
    """What runs, what ran, and which folders may be indexed."""
    return {"jobs": [job.as_dict() for job in jobs().all()], "folders": folders().known()}


@blueprint.post("/jobs", tags=TAGS, responses={202: Job, 409: RUNNING})
def start_job(body: NewJob) -> Response:
    """Start a job, unless one is running."""
    index = body.kind == "index"
    job = start_indexing(body.folder) if index else start_measuring(body.queries)
    response = jsonify(job.as_dict())
    response.status_code = 202
    response.headers["Location"] = url_for("api.one_job", number=job.id)
    return response


@blueprint.get("/jobs/<number>", tags=TAGS, responses={200: Job, 404: MISSING})
def one_job(path: JobId) -> dict[str, Any]:
    """How far a job has come, and how it ended."""
    return jobs().find(path.number).as_dict()


@blueprint.post("/jobs/<number>/stop", tags=TAGS, responses={202: Job, 404: MISSING})
def stop_job(path: JobId) -> tuple[dict[str, Any], int]:
    """Ask a job to end after what is in hand; what it wrote is kept."""
    return asked_to_stop(path.number).as_dict(), 202


@blueprint.get("/jobs/<number>/events", tags=TAGS, responses={200: STREAM, 404: MISSING})
def watch_job(path: JobId) -> Response:
    """The job each time it changes, until it ends."""
    number = jobs().find(path.number).id
    with ExitStack() as stack:
        stack.enter_context(capacity().place("streams"))
        response = Response(events(number, jobs()), mimetype="text/event-stream")
        response.headers["Cache-Control"] = "no-store"
        response.call_on_close(stack.pop_all().close)
    return response
