"""A job as server-sent events (HTML standard, section 9.2): its state each time it changes.

Each watcher holds one of the server's threads, so `web.capacity` bounds their number; whoever finds
no place, or has no script, reads the job's page again and again instead.
"""

import json
import time
from collections.abc import Iterator

from web.jobs.job import Job
from web.jobs.queue import Jobs

BETWEEN = 0.2  # seconds; what changes faster is seen at the next event
SILENCE = 5.0  # seconds until a comment is sent, by which a watcher that went away is noticed


def events(job: Job, jobs: Jobs) -> Iterator[str]:
    """The state now and after each change, until the job or the server ends."""
    version = -1
    while not jobs.closing:
        newer = job.wait(version, SILENCE)
        if newer == version:
            yield ":\n\n"
            continue
        version = newer
        state = job.as_dict()
        yield f"event: {state['state']}\nid: {version}\ndata: {json.dumps(state)}\n\n"
        if state["state"] != "running":
            return
        time.sleep(BETWEEN)
