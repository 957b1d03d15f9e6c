"""Fixtures: the application over the three coloured pictures, and a client to ask it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from search import Engine, parse
from tests.web.chromium import address, page
from web import create_app

__all__ = ["address", "page"]


@pytest.fixture
def app(engine: Engine) -> Flask:
    return create_app(engine)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def cherry(engine: Engine) -> int:
    """The id of the red picture, a PNG."""
    return engine.search(parse("red"), 1).hits[0].id


@pytest.fixture
def leaf(engine: Engine) -> int:
    """The id of the green picture, a JPEG."""
    return engine.search(parse("green"), 1).hits[0].id
