"""Jobs: one at a time, watched, stopped, accounted for; which folders, the owner says."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer import index
from search import Engine, parse
from store import Collection
from tests.conftest import Paint
from tests.web.paused import Paused, closing, ended, waited
from web import create_app
from web.capacity import Capacity
from web.jobs import Job, Jobs

INDEX = {"kind": "index"}


@pytest.fixture
def paused() -> Paused:
    return Paused()


@pytest.fixture
def engine(collection: Collection, paused: Paused, photos: Path) -> Engine:
    """The three pictures, indexed by an encoder that waits from now on."""
    paused.let(3)
    index(collection, paused, [photos])
    return Engine(collection, paused)


@pytest.fixture
def other(tmp_path: Path, paint: Paint) -> Path:
    """A folder that only the owner's permission opens: four pictures and one broken file."""
    for number in range(4):
        paint(tmp_path / "other" / f"{number}.png", (250, 50 * number, 0))
    (tmp_path / "other" / "broken.jpg").write_bytes(b"nothing")
    return tmp_path / "other"


@pytest.fixture
def app(engine: Engine, other: Path) -> Flask:
    return create_app(engine, folders=[other])


@pytest.fixture
def jobs(app: Flask, paused: Paused) -> Iterator[Jobs]:
    with closing(app, paused) as jobs:
        yield jobs


@pytest.fixture
def client(app: Flask, jobs: Jobs) -> FlaskClient:
    assert not jobs.all()
    client = app.test_client()
    client.get("/")  # the browser gets its cookie
    return client


def started(client: FlaskClient, folder: Path) -> Any:
    answer = client.post("/api/v1/jobs", json=INDEX | {"folder": str(folder)})
    assert answer.status_code == 202, answer.text
    return answer.get_json()


def test_a_job_goes_from_its_start_to_the_account_of_every_file(
    client: FlaskClient, jobs: Jobs, paused: Paused, other: Path
) -> None:
    answer = client.post("/api/v1/jobs", json=INDEX | {"folder": str(other)})
    assert answer.status_code == 202
    address = answer.headers["Location"]
    assert client.get(address).get_json()["state"] == "running"
    paused.let()
    job = ended(jobs, jobs.all()[0].id)
    found = client.get(address).get_json()
    assert (found["state"], found["done"], found["total"]) == ("done", 5, 5)
    assert found["account"]["summary"] == "5 files seen = 4 indexed + 1 failed"
    assert found["account"]["failures"][0]["path"] == str(other / "broken.jpg")
    assert (found["problem"], found["stopping"], found["words"]) == (None, False, "done")
    assert client.get("/api/v1/search?q=red").get_json()["matches"] == 7
    page = client.get(f"/jobs/{job.id}").text
    assert "Done in " in page
    assert "5 files seen = 4 indexed + 1 failed" in page
    assert "not a picture in a format that mindseye reads" in page


def test_a_second_job_is_refused_while_one_runs_and_searches_go_on(
    client: FlaskClient, jobs: Jobs, paused: Paused, other: Path, photos: Path
) -> None:
    first = started(client, other)
    paused.let(2)
    waited(jobs, first["id"], lambda job: job.done >= 1)
    refused = client.post("/api/v1/jobs", json=INDEX | {"folder": str(photos)})
    assert refused.status_code == 409
    assert refused.get_json()["type"] == "urn:mindseye:job-running"
    assert f"{other} is still being worked on" in refused.get_json()["detail"]
    page = client.post("/jobs", data={"folder": str(photos)})
    assert page.status_code == 409
    assert "wait for it, or stop it" in page.text
    assert client.get("/api/v1/search?q=red").status_code == 200
    paused.let()
    ended(jobs, first["id"])
    assert client.post("/jobs", data={"folder": str(photos)}).status_code == 303


def test_a_stopped_job_keeps_what_it_wrote_and_the_next_goes_on_from_there(
    client: FlaskClient, jobs: Jobs, paused: Paused, other: Path
) -> None:
    job = jobs.find(started(client, other)["id"])
    paused.let(1)
    waited(jobs, job.id, lambda job: job.done >= 1)
    answer = client.post(f"/api/v1/jobs/{job.id}/stop")
    assert answer.status_code == 202
    assert answer.get_json()["words"] == "stopping after what is in hand"
    paused.let()
    assert ended(jobs, job.id).state == "stopped"
    assert "what was done is kept" in client.get(f"/jobs/{job.id}").text
    before = paused.pictures_encoded
    again = jobs.find(started(client, other)["id"])
    assert ended(jobs, again.id).state == "done"
    assert paused.pictures_encoded == 3 + 4
    assert before < 3 + 4


def test_all_folders_of_the_collection_are_indexed_again_where_none_is_named(
    client: FlaskClient, jobs: Jobs, engine: Engine, photos: Path, paint: Paint, paused: Paused
) -> None:
    paint(photos / "new.png", (255, 0, 0))
    paused.let()
    assert client.post("/jobs", data={}).status_code == 303
    ended(jobs, jobs.all()[0].id)
    assert jobs.all()[0].subject == str(photos)
    assert engine.search(parse("red")).matches == 4


def test_the_page_of_the_collection_offers_its_folders_and_those_allowed(
    client: FlaskClient, photos: Path, other: Path
) -> None:
    page = client.get("/collection").text
    assert f'aria-label="Index {photos} again"' in page
    assert f'aria-label="Index {other}"' in page
    assert client.get("/api/v1/jobs").get_json()["folders"] == sorted([str(other), str(photos)])


def test_another_writer_is_named_where_one_is_at_work(
    client: FlaskClient, jobs: Jobs, engine: Engine, photos: Path
) -> None:
    with engine.collection.writing():
        job = ended(jobs, started(client, photos)["id"])
    assert job.state == "failed"
    assert "is being written by process" in str(job.problem)
    assert "is being written by process" in client.get(f"/jobs/{job.id}").text


def test_a_folder_that_is_gone_fails_the_job_with_a_sentence(
    client: FlaskClient, jobs: Jobs, other: Path
) -> None:
    other.rename(other.with_name("elsewhere"))
    job = ended(jobs, started(client, other)["id"])
    assert f"{other} does not exist" in str(job.problem)


def test_an_error_of_our_own_is_logged_and_does_not_hang(
    jobs: Jobs, caplog: pytest.LogCaptureFixture
) -> None:
    job = ended(jobs, jobs.start("index", "a bug", lambda _: [][0]).id)
    assert (job.state, job.problem) == (
        "failed",
        "an error in mindseye itself; the server's terminal says where",
    )
    assert "IndexError" in caplog.text


def test_events_tell_every_change_until_the_end(
    client: FlaskClient, jobs: Jobs, paused: Paused, other: Path
) -> None:
    job = started(client, other)
    stream = client.get(f"/api/v1/jobs/{job['id']}/events")
    assert stream.mimetype == "text/event-stream"
    assert stream.headers["Cache-Control"] == "no-store"
    paused.let()
    lines = stream.text.splitlines()  # which ends, because the stream does
    assert jobs.running() is None
    names = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert (names[0], names[-1]) == ("running", "done")
    last = json.loads([line for line in lines if line.startswith("data: ")][-1][6:])
    assert last == client.get(f"/api/v1/jobs/{job['id']}").get_json()


def test_another_server_of_the_collection_sees_the_job_and_stops_it(
    client: FlaskClient, jobs: Jobs, engine: Engine, paused: Paused, other: Path
) -> None:
    second = create_app(engine, folders=[other]).test_client()
    second.get("/")
    job = started(client, other)
    assert second.post("/api/v1/jobs", json=INDEX | {"folder": str(other)}).status_code == 409
    stream = second.get(f"/api/v1/jobs/{job['id']}/events")
    assert second.post(f"/api/v1/jobs/{job['id']}/stop").get_json()["stopping"]
    assert "disabled>Stop" in client.get(f"/jobs/{job['id']}").text
    paused.let()
    assert "event: stopped" in stream.text
    assert ended(jobs, job["id"]).state == "stopped"
    assert second.get(f"/api/v1/jobs/{job['id']}").get_json()["state"] == "stopped"


def test_a_job_whose_process_died_has_failed_and_keeps_nobody_from_the_next(
    client: FlaskClient, jobs: Jobs, paused: Paused, other: Path
) -> None:
    jobs.save(died := Job("index", "a process that was killed", done=3, total=5))
    found = client.get(f"/api/v1/jobs/{died.id}").get_json()
    assert (found["state"], found["done"]) == ("failed", 3)
    assert "the process that ran it ended before it did" in client.get(f"/jobs/{died.id}").text
    paused.let()
    assert ended(jobs, started(client, other)["id"]).state == "done"


@pytest.mark.skipif(sys.platform != "linux", reason="niceness is a thread's only on Linux")
def test_a_job_gives_way_and_the_threads_that_answer_do_not(jobs: Jobs) -> None:
    before, within = os.nice(0), []
    ended(jobs, jobs.start("index", "a folder", lambda _: within.append(os.nice(0))).id)
    assert within == [min(before + 10, 19)]
    assert os.nice(0) == before


def test_only_the_last_jobs_are_kept(jobs: Jobs) -> None:
    numbers = [
        ended(jobs, jobs.start("index", "a folder", lambda _: None).id).id for _ in range(25)
    ]
    assert [job.id for job in jobs.all()] == numbers[:-21:-1]


def test_watchers_are_bounded_and_a_place_is_free_again_once_one_leaves(
    app: Flask, client: FlaskClient, jobs: Jobs, other: Path
) -> None:
    app.extensions["capacity"] = Capacity(streams=1)
    job = started(client, other)
    address = f"/api/v1/jobs/{job['id']}/events"
    first = client.get(address)
    assert client.get(address).status_code == 503
    first.close()
    second = client.get(address)
    assert second.status_code == 200
    second.close()
    assert jobs.running() is not None


def test_the_end_of_the_server_stops_what_runs_and_ends_the_streams(
    client: FlaskClient, jobs: Jobs, paused: Paused, other: Path
) -> None:
    job = jobs.find(started(client, other)["id"])
    stream = client.get(f"/api/v1/jobs/{job.id}/events")
    thread = Thread(target=jobs.close)
    thread.start()
    waited(jobs, job.id, lambda job: job.stopping)
    assert stream.text.count("event: done") == 0  # it ends though the job has a picture in hand
    paused.let()
    thread.join()
    assert jobs.find(job.id).state == "stopped"
    refused = client.post("/api/v1/jobs", json=INDEX)
    assert (refused.status_code, refused.get_json()["detail"]) == (
        409,
        "the server is about to end",
    )


@pytest.mark.parametrize(
    "address", ["/jobs/nothing", "/api/v1/jobs/0123456789ab", "/jobs/%00", "/jobs/..%2fphotos"]
)
def test_a_job_that_nobody_knows_is_a_404(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404
