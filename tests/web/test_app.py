"""What holds on every route: headers, hosts, and a collection that cannot be read."""

import re
from threading import Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient

from search import Engine
from store import Collection
from web import create_app

EVERYWHERE = [
    "/",
    "/?q=red",
    "/api/v1/search?q=red",
    "/pictures/1/thumbnail",
    "/nothing",
    "/?q=red&offset=x",
]


@pytest.mark.parametrize("address", EVERYWHERE)
def test_every_answer_carries_the_security_headers(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("address", ["/", "/?q=red", "/pictures/1", "/nothing"])
def test_pages_hold_no_script_and_no_style_of_their_own(client: FlaskClient, address: str) -> None:
    text = client.get(address).text
    scripts = re.findall(r"<script(.*?)>(.*?)</script>", text, re.S)
    assert scripts == [(' type="module" src="/static/main.js"', "")]
    assert not re.search(r"\son[a-z]+=", text)
    assert "style=" not in text
    assert "<style" not in text


@pytest.mark.parametrize("address", EVERYWHERE)
def test_a_foreign_host_name_is_refused(client: FlaskClient, address: str) -> None:
    answer = client.get(address, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "not trusted" in answer.text


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000"])
def test_this_machine_s_names_are_served(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.fixture
def opened_anew(engine: Engine) -> FlaskClient:
    """A client of the collection as another process opens it: nothing of it is in memory yet."""
    return create_app(Engine(Collection(engine.collection.folder), engine.encoder)).test_client()


def test_a_damaged_index_is_a_503_that_says_how_to_repair_it(
    engine: Engine, opened_anew: FlaskClient
) -> None:
    for file in engine.collection.folder.glob("index-*.faiss"):
        file.write_bytes(b"nonsense")
    for address in ("/?q=red", "/api/v1/search?q=red"):
        answer = opened_anew.get(address)
        assert answer.status_code == 503
        assert "rebuild it: mindseye index FOLDER" in answer.text


def test_missing_embeddings_are_a_503(engine: Engine, opened_anew: FlaskClient) -> None:
    engine.collection.embeddings.path.unlink()
    assert opened_anew.get("/?q=red").status_code == 503


def test_an_unknown_method_is_refused(client: FlaskClient) -> None:
    assert client.delete("/").status_code == 405


def test_several_threads_get_the_same_answer(app: Flask) -> None:
    answers = []

    def ask() -> None:
        answers.append(app.test_client().get("/api/v1/search?q=red").get_json()["hits"])

    threads = [Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert all(answer == answers[0] for answer in answers)
