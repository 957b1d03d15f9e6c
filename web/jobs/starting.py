"""From a request to a job: pages and API start them alike."""

from flask import current_app

from web.evaluations.runs import runs_folder
from web.jobs.folders import Folders
from web.jobs.job import Job
from web.jobs.queue import jobs
from web.jobs.work import Queries, indexing, measuring
from web.parts import engine

MAX_FOLDER = 4096  # characters
SUBJECTS: dict[Queries, str] = {
    "captions": "the collection, by its captions",
    "judged": "the collection, by judged searches",
}


def folders() -> Folders:
    """The folders that may be indexed."""
    found: Folders = current_app.extensions["folders"]
    return found


def start_indexing(folder: str | None) -> Job:
    """Index one of the folders that may be, or all folders of the collection.

    Raises:
        FolderRefusedError: the folder is not one that may be indexed.
        JobRunningError: another job runs.
    """
    chosen = folders().chosen(folder)
    subject = ", ".join(map(str, chosen))
    return jobs().start("index", subject, indexing(engine(), chosen))


def start_measuring(queries: Queries) -> Job:
    """Measure the collection on what it knows itself.

    Raises:
        JobRunningError: another job runs.
    """
    subject = SUBJECTS[queries]
    return jobs().start("evaluate", subject, measuring(engine(), queries, runs_folder()))


def asked_to_stop(number: str) -> Job:
    """The job of that id, which is to end after what is in hand, whichever process runs it.

    Raises:
        NoJobError: there is none.
    """
    kept = jobs()
    if kept.find(number).state == "running":
        kept.ask_to_stop(number)
    return kept.find(number)
