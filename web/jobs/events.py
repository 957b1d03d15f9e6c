"""A job as server-sent events (HTML standard, section 9.2): its state each time it changes.

Each watcher holds one of the server's threads, so `web.capacity` bounds their number; whoever finds
no place, or has no script, reads the job's page again and again instead.
"""

import json
import time
from collections.abc import Iterator

from web.jobs.queue import Jobs

BETWEEN = 0.2  # seconds; the job may be in another process, so it is looked at again and again
SILENCE = 5.0  # seconds until a comment is sent, by which a watcher that went away is noticed


def events(number: str, jobs: Jobs) -> Iterator[str]:
    """The state of the job now and after each change, until it or the server ends."""
    known, said = None, time.monotonic()
    while not jobs.closing:
        job = jobs.find(number)
        if job != known:
            known, said = job, time.monotonic()
            yield f"event: {job.state}\ndata: {json.dumps(job.as_dict())}\n\n"
        elif time.monotonic() - said > SILENCE:
            said = time.monotonic()
            yield ":\n\n"
        if job.state != "running":
            return
        time.sleep(BETWEEN)
