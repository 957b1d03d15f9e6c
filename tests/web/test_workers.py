"""Several servers over one collection: what is indexed reaches all of them without a restart."""

from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest

from indexer import index
from search import Engine
from store import Collection
from tests.colours import Colours
from tests.conftest import Paint
from tests.web.chromium import served
from web import create_app


def asked(address: str, path: str) -> str:
    with urlopen(address + path) as answer:  # noqa: S310 - our own server
        return str(answer.read().decode())


@pytest.mark.parametrize("removed", [False, True])
def test_a_new_generation_reaches_every_server(
    engine: Engine, photos: Path, paint: Paint, removed: bool
) -> None:
    folder = engine.collection.folder
    apps = [create_app(Engine(Collection(folder), Colours())) for _ in range(2)]
    with ExitStack() as stack:
        addresses = [stack.enter_context(served(app)) for app in apps]
        for address in addresses:
            assert '"generation":1' in asked(address, "/readyz")
            assert "scarlet.png" not in asked(address, "/api/v1/search?q=red")
        paint(photos / "scarlet.png", (255, 0, 0))
        if removed:
            (photos / "cherry.png").unlink()
        index(engine.collection, engine.encoder, [photos])
        for address in addresses:
            assert '"generation":2' in asked(address, "/readyz")
            answer = asked(address, "/api/v1/search?q=red")
            assert "scarlet.png" in answer
            assert ("cherry.png" in answer) is not removed
