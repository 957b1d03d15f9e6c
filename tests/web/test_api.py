"""The JSON API: what it answers, and how it says no."""

from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from search import Engine


def test_an_answer_tells_its_question_route_timings_and_hits(
    client: FlaskClient, photos: Path, cherry: int
) -> None:
    answer = client.get("/api/v1/search?q=red&k=2").get_json()
    assert answer["query"] == "red"
    assert answer["route"] == "exact"
    assert answer["timings_ms"].keys() == {"embed", "wait", "search", "catalog"}
    best, second = answer["hits"]
    assert (best["rank"], best["id"]) == (1, cherry)
    assert best["files"] == [str(photos / "cherry.png")]
    assert 1 >= best["score"] > second["score"]
    assert (answer["recall"], answer["matches"]) == (1, 3)


def test_the_next_page_goes_on_where_the_first_ended(client: FlaskClient) -> None:
    whole = client.get("/api/v1/search?q=red").get_json()["hits"]
    rest = client.get("/api/v1/search?q=red&offset=1&exact=true").get_json()["hits"]
    assert rest == whole[1:]
    assert [hit["rank"] for hit in rest] == [2, 3]


def test_a_picture_of_the_collection_can_be_the_question(client: FlaskClient, leaf: int) -> None:
    best = client.get(f"/api/v1/search?q=like:{leaf}").get_json()["hits"][0]
    assert best["id"] == leaf
    assert best["score"] == pytest.approx(1, abs=1e-5)


def test_an_uploaded_picture_can_be_the_question(client: FlaskClient, photos: Path) -> None:
    upload = (photos / "leaf.jpg").open("rb")
    answer = client.post("/api/v1/search?k=1", data={"image": (upload, "x.jpg")}).get_json()
    assert answer["query"] == "image:upload"
    assert len(answer["hits"]) == 1
    assert answer["hits"][0]["files"] == [str(photos / "leaf.jpg")]


def test_an_upload_can_be_the_picture_that_the_query_names(
    client: FlaskClient, photos: Path
) -> None:
    upload = (photos / "leaf.jpg").open("rb")
    asked = {"image": (upload, "x.jpg"), "name": "my leaf.jpg"}
    address = '/api/v1/search?q=blue -image:"my leaf.jpg"&k=1'
    answer = client.post(address, data=asked).get_json()
    assert answer["query"] == 'blue -image:"my leaf.jpg"'
    assert answer["hits"][0]["files"] == [str(photos / "deep" / "sea.webp")]


def test_words_and_an_upload_are_asked_together(client: FlaskClient, photos: Path) -> None:
    upload = (photos / "leaf.jpg").open("rb")
    asked = {"image": (upload, "x.jpg")}
    hits = client.post("/api/v1/search?q=blue", data=asked).get_json()["hits"]
    assert {Path(hit["files"][0]).name for hit in hits[:2]} == {"leaf.jpg", "sea.webp"}


@pytest.mark.parametrize(
    ("question", "status", "kind", "reason"),
    [
        ("", 400, "empty-query", "nothing to look for"),
        ("q=", 400, "empty-query", "nothing to look for"),
        ("q=red&k=0", 400, "bad-parameter", "k is '0'; input should be greater than or equal to 1"),
        ("q=red&k=1001", 400, "bad-parameter", "k is '1001'; input should be less than or equal"),
        ("q=red&k=abc", 400, "bad-parameter", "k is 'abc'; input should be a valid integer"),
        ("q=red&k=" + 5000 * "9", 400, "bad-parameter", "k is '999"),
        ("q=" + 3000 * "a", 400, "bad-parameter", "should have at most 2000 characters"),
        ("q=like:abc", 400, "query-syntax", "'abc' is not the id of a picture, at character 6"),
        ("q=like:999", 404, "no-picture", "no picture has the id 999"),
        ("q=like:" + 30 * "9", 400, "query-syntax", "is not the id of a picture"),
        ("q=image:x.png", 400, "unopened-picture", "upload the picture"),
        ("q=red&offset=-1", 400, "bad-parameter", "offset is '-1'"),
    ],
)
def test_a_wrong_question_gets_a_typed_problem_with_the_reason(
    client: FlaskClient, question: str, status: int, kind: str, reason: str
) -> None:
    answer = client.get(f"/api/v1/search?{question}")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    problem = answer.get_json()
    assert problem.keys() - {"position", "picture"} == {"type", "title", "status", "detail"}
    assert problem.get("picture") == ("x.png" if kind == "unopened-picture" else None)
    assert ("position" in problem) == (kind == "query-syntax")
    assert problem["type"] == f"urn:mindseye:{kind}"
    assert problem["status"] == status
    assert reason in problem["detail"]


def test_an_upload_that_is_not_a_picture_gets_the_reason(client: FlaskClient) -> None:
    answer = client.post("/api/v1/search", data={"image": (BytesIO(b"hello"), "hello.png")})
    assert answer.status_code == 400
    assert answer.get_json()["type"] == "urn:mindseye:picture"
    assert answer.get_json()["detail"] == "not a picture in a format that mindseye reads"


def test_a_posted_search_without_a_picture_is_a_bad_parameter(client: FlaskClient) -> None:
    answer = client.post("/api/v1/search?q=red")
    assert answer.status_code == 400
    assert answer.get_json()["detail"].startswith("image is")


def test_a_picture_is_described_by_its_id(client: FlaskClient, photos: Path, cherry: int) -> None:
    picture = client.get(f"/api/v1/pictures/{cherry}").get_json()
    assert (picture["width"], picture["height"], picture["format"]) == (40, 30, "PNG")
    assert picture["files"] == [str(photos / "cherry.png")]
    assert client.get("/api/v1/pictures/999").status_code == 404
    assert client.get("/api/v1/pictures/" + 30 * "9").status_code == 400


def test_the_collection_says_what_it_holds(
    client: FlaskClient, engine: Engine, photos: Path
) -> None:
    status = client.get("/api/v1/collection").get_json()
    assert status["collection"] == str(engine.collection.folder)
    assert (status["encoder"], status["dimensions"]) == ("colours", 3)
    assert (status["pictures"], status["searchable"]) == (3, 3)
    assert (status["files"], status["failed"], status["removed"]) == (3, 0, 0)
    assert status["folders"] == [str(photos)]
    assert status["bytes"] == sum(status["sizes"].values())


def test_health_is_told_apart_from_readiness(client: FlaskClient, engine: Engine) -> None:
    assert client.get("/healthz").get_json() == {"status": "alive"}
    assert client.get("/readyz").get_json() == {"status": "ready", "generation": 1}
    engine.collection.embeddings.path.unlink()
    engine.collection._loaded = None
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_what_the_api_does_not_have_is_a_404_in_json(client: FlaskClient) -> None:
    answer = client.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert "not found" in answer.get_json()["detail"]


def test_prometheus_is_told_of_requests_searches_and_where_the_time_went(
    client: FlaskClient,
) -> None:
    client.get("/api/v1/search?q=red")
    client.get("/pictures/999")
    figures = client.get("/metrics").text
    asked = 'mindseye_requests_total{method="GET",route="/api/v1/search",status="200"} 1.0'
    missed = 'mindseye_requests_total{method="GET",route="/pictures/<id:number>",status="404"} 1.0'
    assert asked in figures
    assert missed in figures
    assert 'mindseye_searches_total{route="exact"} 1.0' in figures
    assert 'mindseye_search_stage_seconds_count{stage="embed"} 1.0' in figures
    assert "mindseye_generation 1.0" in figures
