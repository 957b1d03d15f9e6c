"""Starting, watching and stopping long work."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from web.jobs import jobs
from web.jobs.starting import asked_to_stop, start_indexing, start_measuring
from web.pages.blueprint import blueprint


@blueprint.post("/jobs")
def start_job() -> Response:
    """Start the job that a form asks for, and lead to its page."""
    match request.form.get("queries"):
        case "captions":
            job = start_measuring("captions")
        case "judged":
            job = start_measuring("judged")
        case _:
            job = start_indexing(request.form.get("folder"))
    return redirect(url_for("pages.job", number=job.id), 303)


@blueprint.get("/jobs/<number>")
def job(number: str) -> str:
    """How far a job has come, and how it ended."""
    return render_template("job.html", job=jobs().find(number))


@blueprint.post("/jobs/<number>/stop")
def stop_job(number: str) -> Response:
    """Ask it to end after what is in hand."""
    asked_to_stop(number)
    return redirect(url_for("pages.job", number=number), 303)
