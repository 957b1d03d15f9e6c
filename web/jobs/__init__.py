"""Long work that is started from a page: one at a time, watched, stopped, accounted for."""

from web.jobs.events import events
from web.jobs.folders import FolderRefusedError, Folders
from web.jobs.job import Job, lasting
from web.jobs.kept import NoJobError
from web.jobs.queue import JobRunningError, Jobs, jobs
from web.jobs.work import Queries, indexing, measuring

__all__ = [
    "FolderRefusedError",
    "Folders",
    "Job",
    "JobRunningError",
    "Jobs",
    "NoJobError",
    "Queries",
    "events",
    "indexing",
    "jobs",
    "lasting",
    "measuring",
]
