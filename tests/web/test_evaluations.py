"""The pages of evaluations: measured from the page, read, looked into query by query, compared."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from encoders import Encoder
from evaluation import How, Subject, encoder_run, read_classes, read_dataset, save_run
from indexer import index
from search import Engine
from store import Collection
from tests.conftest import Paint
from tests.web.paused import ended
from web import create_app


@pytest.fixture
def captioned(captioned: Path) -> Path:
    """The captioned photos, with markup in a caption."""
    (captioned / "cherry.txt").write_text("a red <b>thing</b>")
    return captioned


@pytest.fixture
def engine(collection: Collection, encoder: Encoder, captioned: Path) -> Engine:
    index(collection, encoder, [captioned])
    return Engine(collection, encoder)


@pytest.fixture
def app(engine: Engine, tmp_path: Path) -> Flask:
    return create_app(engine, runs=tmp_path / "runs")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.get("/")  # the browser gets its cookie
    return client


def measured(client: FlaskClient, queries: str) -> str:
    """The id of a run that was started from the page."""
    answer = client.post("/jobs", data={"queries": queries})
    assert answer.status_code == 303
    jobs = client.application.extensions["jobs"]
    job = ended(jobs, jobs.all()[0].id)
    assert (job.state, job.problem) == ("done", None)
    assert f'href="/evaluations/{job.run}"' in client.get(answer.headers["Location"]).text
    return str(job.run)


def test_a_collection_is_measured_by_its_captions_and_the_run_is_read(client: FlaskClient) -> None:
    assert "3 pictures of this collection have a caption" in client.get("/evaluations").text
    run = measured(client, "captions")
    listed = client.get("/evaluations").text
    assert f'href="/evaluations/{run}"' in listed
    assert "0.667 (" in listed
    page = client.get(f"/evaluations/{run}").text
    assert re.search(r'href="/evaluations" aria-current=true', page)
    assert "colours on collection, its captions" in page
    assert "Words to pictures" in page
    assert "Pictures to words" in page
    assert "<td>0.667</td>" in page
    assert page.count('class="run0"') == 2 * 5  # R@1, R@5, R@10, MRR and nDCG of both directions


def test_queries_are_looked_into_with_pictures_by_id_the_worst_first(
    client: FlaskClient, leaf: int
) -> None:
    run = measured(client, "captions")
    page = client.get(f"/evaluations/{run}/queries").text
    assert page.index("red by mistake") < page.index("something green")
    assert f'src="/pictures/{leaf}/thumbnail"' in page
    assert "a red &lt;b&gt;thing&lt;/b&gt;" in page
    assert "right answer at rank <b>3</b>" in page
    narrowed = client.get(f"/evaluations/{run}/queries?found=later").text
    assert "something green" not in narrowed
    assert "not in the first 10 (0)" in narrowed
    back = client.get(f"/evaluations/{run}/queries?way=image_to_text").text
    assert "Pictures to words, the worst first" in back
    assert "something green" in back


def test_judged_searches_are_measured(client: FlaskClient, leaf: int, cherry: int) -> None:
    assert "Nothing has been judged yet" in client.get("/evaluations").text
    for query, picture in (("green", leaf), ("green", cherry), ("red", cherry)):
        client.put("/api/v1/judgements", json={"q": query, "picture": picture})
    page = client.get("/evaluations").text
    assert "2 searches with 3 pictures judged right" in page
    run = measured(client, "judged")
    queries = client.get(f"/evaluations/{run}/queries").text
    assert queries.count('class="answer right"') == 3 + 3  # as right, and as found
    assert "2 queries" in client.get(f"/evaluations/{run}").text


def test_measuring_what_is_not_there_fails_with_a_sentence(client: FlaskClient) -> None:
    answer = client.post("/jobs", data={"queries": "judged"})
    jobs = client.application.extensions["jobs"]
    ended(jobs, jobs.all()[0].id)
    assert "nothing has been judged" in client.get(answer.headers["Location"]).text


def test_a_run_over_a_folder_shows_the_pictures_that_the_collection_has(
    client: FlaskClient, app: Flask, encoder: Encoder, captioned: Path, leaf: int
) -> None:
    (captioned / "cherry.png").rename(captioned / "other.png")
    (captioned / "cherry.txt").rename(captioned / "other.txt")
    run = encoder_run(encoder, Subject(read_dataset(captioned), captioned), How())
    save_run(run, app.extensions["runs"])
    page = client.get(f"/evaluations/{run['id']}/queries").text
    assert f'src="/pictures/{leaf}/thumbnail"' in page
    assert '<span class="absent">other.png</span>' in page  # not indexed under that name


def test_a_run_of_classes_shows_what_was_taken_for_what(
    client: FlaskClient, app: Flask, encoder: Encoder, paint: Paint, tmp_path: Path
) -> None:
    for name in ("red/1 red", "red/2 blue", "blue/3 blue"):
        paint(tmp_path / "set" / f"{name}.png", name.split()[1])
    run = encoder_run(encoder, Subject(read_classes(tmp_path / "set"), tmp_path / "set"), How())
    save_run(run, app.extensions["runs"])
    page = client.get(f"/evaluations/{run['id']}").text
    cells = re.findall(r'<td class="cell (share[0-9]+)( same)?">([0-9]*)</td>', page)
    assert cells == [
        ("share10", " same", "1"),  # blue, as blue
        ("share0", "", ""),
        ("share5", "", "1"),  # half of red, as blue
        ("share5", " same", "1"),
    ]
    assert "red, taken for blue" in page
    assert "1 picture, 50% of red" in page
    assert '<span class="absent">2 blue.png</span>' in page
    assert "style=" not in page
    assert "accuracy 0.667 (" in client.get("/evaluations").text


def test_of_many_classes_only_those_that_are_confused_are_told(
    client: FlaskClient, app: Flask, encoder: Encoder, paint: Paint, tmp_path: Path
) -> None:
    for number in range(61):
        paint(tmp_path / "set" / f"class {number}" / "1.png", (4 * number, 90, 255 - 4 * number))
    run = encoder_run(encoder, Subject(read_classes(tmp_path / "set"), tmp_path / "set"), How())
    save_run(run, app.extensions["runs"])
    page = client.get(f"/evaluations/{run['id']}").text
    assert 'class="cell' not in page
    assert page.count(", taken for class") == 2 * 12


def test_two_runs_are_compared(client: FlaskClient, app: Flask) -> None:
    first = measured(client, "captions")
    run: Any = json.loads((app.extensions["runs"] / f"{first}.json").read_text())
    worse = run | {"id": "worse", "title": "another"}
    results = worse["queries"]["text_to_image"]
    changed = next(one for one in results if one["rank"] == 1)
    changed["rank"], changed["ap"], changed["ndcg"] = 3, 1 / 3, 0.5
    save_run(worse, app.extensions["runs"])
    assert f'href="/evaluations/worse/against/{first}"' in client.get("/evaluations/worse").text
    page = client.get(f"/evaluations/worse/against/{first}").text
    assert "another against colours on collection" in page
    assert "1 query worse" in page
    assert "rank 1 → 3" in page
    assert "may be chance" in page
    answer = client.get(f"/api/v1/evaluations/worse/against/{first}").get_json()
    assert len(answer["text_to_image"]["worse"]) == 1


def test_the_api_starts_lists_and_gives_runs(client: FlaskClient, app: Flask) -> None:
    asked = client.post("/api/v1/jobs", json={"kind": "evaluate", "queries": "captions"})
    assert asked.status_code == 202
    job = ended(app.extensions["jobs"], asked.get_json()["id"])
    (listed,) = client.get("/api/v1/evaluations").get_json()["runs"]
    assert listed["id"] == job.run
    run = client.get(f"/api/v1/evaluations/{job.run}").get_json()
    assert run["text_to_image"]["r@1"]["value"] == pytest.approx(2 / 3)
    refused = client.get(f"/api/v1/evaluations/{job.run}/against/nothing")
    assert (refused.status_code, refused.get_json()["type"]) == (404, "urn:mindseye:no-run")


@pytest.mark.parametrize(
    "number", ["nothing", "..%2fsecret", "%2e%2e", "a%00b", "<script>", "..%2f..%2fcatalog"]
)
@pytest.mark.parametrize("address", ["/evaluations/{}", "/evaluations/{}/queries"])
def test_an_id_is_never_a_path(client: FlaskClient, app: Flask, number: str, address: str) -> None:
    folder = app.extensions["runs"]
    folder.mkdir()
    (folder.parent / "secret.json").write_text('{"format": 1, "title": "secret"}')
    answer = client.get(address.format(number))
    assert answer.status_code == 404
    assert "secret" not in answer.text.replace("..%2fsecret", "")


@pytest.mark.parametrize("rest", ["way=x", "found=x", "offset=-1"])
def test_queries_that_a_run_does_not_have_are_refused(client: FlaskClient, rest: str) -> None:
    run = measured(client, "captions")
    assert client.get(f"/evaluations/{run}/queries?{rest}").status_code == 400
