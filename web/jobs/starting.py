"""From a request to a job: pages and API start them alike."""

from flask import current_app

from web.jobs.folders import Folders
from web.jobs.job import Job, Kind
from web.jobs.queue import jobs
from web.jobs.work import indexing
from web.parts import engine

MAX_FOLDER = 4096  # characters


def folders() -> Folders:
    """The folders that may be indexed."""
    found: Folders = current_app.extensions["folders"]
    return found


def start(kind: Kind, folder: str | None = None) -> Job:
    """Start a job of that kind.

    Raises:
        FolderRefusedError: the folder is not one that may be indexed.
        JobRunningError: another job runs.
    """
    chosen = folders().chosen(folder)
    subject = ", ".join(map(str, chosen))
    return jobs().start(kind, subject, indexing(engine(), chosen))
