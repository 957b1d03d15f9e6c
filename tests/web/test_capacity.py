"""A load beyond capacity is told so at once, and the server recovers."""

import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient

from encoders import Embeddings
from search import Engine
from store import Collection
from tests.colours import Colours
from web import create_app
from web.capacity import BusyError, Capacity


class Slow(Colours):
    """Colours that reads texts only once it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.may_go = Event()

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        assert self.may_go.wait(60)
        return super().encode_texts(texts)


def asked(app: Flask, words: str, statuses: list[int]) -> Thread:
    """A thread that asks and notes the status."""

    def ask() -> None:
        statuses.append(app.test_client().get(f"/api/v1/search?q={words}").status_code)

    thread = Thread(target=ask)
    thread.start()
    return thread


@pytest.mark.usefixtures("engine")  # which fills the collection
def test_beyond_capacity_searches_get_a_503_at_once_and_later_the_answer(
    collection: Collection,
) -> None:
    encoder = Slow()
    app = create_app(Engine(collection, encoder))
    app.extensions["capacity"] = Capacity(searches=4)
    statuses: list[int] = []
    threads = [asked(app, f"red {number}", statuses) for number in range(12)]
    deadline = time.monotonic() + 30
    while len(statuses) < 8 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert statuses == [503] * 8  # while the four others are still encoding
    refused = app.test_client().get("/api/v1/search?q=green")
    assert refused.headers["Retry-After"] == "1"
    assert refused.get_json()["type"] == "urn:mindseye:busy"
    assert app.test_client().get("/healthz").status_code == 200
    encoder.may_go.set()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 4 + [503] * 8
    assert app.test_client().get("/api/v1/search?q=green").status_code == 200


def test_uploads_beyond_capacity_are_refused(app: Flask, client: FlaskClient, photos: Path) -> None:
    app.extensions["capacity"] = Capacity(decodings=1)
    with app.extensions["capacity"].place("decodings"):
        upload = {"image": ((photos / "leaf.jpg").open("rb"), "x.jpg")}
        assert client.post("/api/v1/search", data=upload).status_code == 503
    upload = {"image": ((photos / "leaf.jpg").open("rb"), "x.jpg")}
    assert client.post("/api/v1/search", data=upload).status_code == 200


def test_a_place_is_free_again_after_an_error() -> None:
    capacity = Capacity(searches=1)
    with pytest.raises(ZeroDivisionError), capacity.place("searches"):
        _ = 1 // 0
    with capacity.place("searches"), pytest.raises(BusyError, match="too many searches at once"):
        capacity.place("searches").__enter__()
