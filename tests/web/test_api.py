"""The JSON API: what it answers, and how it says no."""

from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient


def test_an_answer_tells_its_question_route_timings_and_hits(
    client: FlaskClient, photos: Path, cherry: int
) -> None:
    answer = client.get("/api/search?q=red&k=2").get_json()
    assert answer["query"] == "red"
    assert answer["route"] == "exact"
    assert answer["timings_ms"].keys() == {"embed", "search", "catalog"}
    best, second = answer["hits"]
    assert (best["rank"], best["id"]) == (1, cherry)
    assert best["files"] == [str(photos / "cherry.png")]
    assert 1 >= best["score"] > second["score"]


def test_a_picture_of_the_collection_can_be_the_question(client: FlaskClient, leaf: int) -> None:
    best = client.get(f"/api/search?like={leaf}").get_json()["hits"][0]
    assert best["id"] == leaf
    assert best["score"] == pytest.approx(1, abs=1e-5)


def test_an_uploaded_picture_can_be_the_question(client: FlaskClient, photos: Path) -> None:
    upload = (photos / "leaf.jpg").open("rb")
    answer = client.post("/api/search", data={"image": (upload, "x.jpg"), "k": "1"}).get_json()
    assert answer["query"] == "[a picture]"
    assert answer["hits"][0]["files"] == [str(photos / "leaf.jpg")]


def test_words_and_an_upload_are_asked_together(client: FlaskClient, photos: Path) -> None:
    upload = (photos / "leaf.jpg").open("rb")
    asked = {"image": (upload, "x.jpg"), "q": "blue"}
    hits = client.post("/api/search", data=asked).get_json()["hits"]
    assert {Path(hit["files"][0]).name for hit in hits[:2]} == {"leaf.jpg", "sea.webp"}


@pytest.mark.parametrize(
    ("question", "status", "reason"),
    [
        ("", 400, "nothing to look for"),
        ("q=", 400, "nothing to look for"),
        ("q=red&k=0", 400, "k is 0; it must be between 1 and 1000"),
        ("q=red&k=1001", 400, "k is 1001"),
        ("q=red&k=abc", 400, "k is 'abc'; give a whole number"),
        ("q=red&k=-1", 400, "k is '-1'"),
        ("q=red&k=" + 5000 * "9", 400, "give a whole number"),
        ("like=abc", 400, "like is 'abc'; give the id of a picture"),
        ("like=999", 404, "no picture has the id 999"),
        ("like=" + 30 * "9", 400, "give the id of a picture"),
    ],
)
def test_a_wrong_question_gets_the_reason(
    client: FlaskClient, question: str, status: int, reason: str
) -> None:
    answer = client.get(f"/api/search?{question}")
    assert answer.status_code == status
    assert answer.get_json().keys() == {"error"}
    assert reason in answer.get_json()["error"]


def test_an_upload_that_is_not_a_picture_gets_the_reason(client: FlaskClient) -> None:
    answer = client.post("/api/search", data={"image": (BytesIO(b"hello"), "hello.png")})
    assert answer.status_code == 400
    assert answer.get_json() == {"error": "not a picture in a format that mindseye reads"}


def test_an_upload_that_is_too_large_gets_the_limit(client: FlaskClient) -> None:
    client.application.config["MAX_CONTENT_LENGTH"] = 1000
    answer = client.post("/api/search", data={"image": (BytesIO(bytes(2000)), "large.png")})
    assert answer.status_code == 413
    assert "up to 32 MB" in answer.get_json()["error"]


def test_what_the_api_does_not_have_is_a_404_in_json(client: FlaskClient) -> None:
    answer = client.get("/api/nothing")
    assert answer.status_code == 404
    assert "not found" in answer.get_json()["error"]
