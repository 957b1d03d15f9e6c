"""A real Chromium and a real server: what the browser tests stand on."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import pytest
import waitress
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 30_000  # milliseconds; a busy machine is no reason to fail
LOADED = "images => images.every(image => image.complete && image.naturalWidth > 0)"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here; install it: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application behind waitress on a free port of this machine."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=8)
    over = Event()

    def serve() -> None:
        while not over.is_set():
            server.asyncore.loop(map=server._map, count=1)

    thread = Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    over.set()
    server.pull_trigger()  # wakes the loop, which then ends
    thread.join()
    server.task_dispatcher.shutdown()
    for channel in [*server.active_channels.values()]:
        channel.handle_close()  # a browser may keep a connection open for ever
    server.close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """A page at the home address; fails the test if the browser complains of anything."""
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    with browser.new_context(base_url=address, **options) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/")
        yield page
    assert complaints == []


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with opened(browser, address) as page:
        yield page


def hits(page: Page) -> Any:
    """The results' tiles."""
    return page.locator(".results .grid > li")


def search(page: Page, words: str) -> None:
    """Ask as a person with a mouse does."""
    page.get_by_role("searchbox", name="Describe a picture").fill(words)
    page.get_by_role("button", name="Search", exact=True).click()


def serious(page: Page, addresses: Iterable[str]) -> dict[str, list[Any]]:
    """What axe finds to be serious or critical with everything opened, by address."""
    found = {}
    for path in addresses:
        page.goto(path)
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        result = Axe().run(page).response
        assert result["passes"], path
        found[path] = [
            (one["id"], [node["html"][:120] for node in one["nodes"]])
            for one in result["violations"]
            if one["impact"] in ("serious", "critical")
        ]
    return {path: problems for path, problems in found.items() if problems}
