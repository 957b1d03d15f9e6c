"""The page of a run: stands alone, says what the JSON says, and can be used in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from evaluation import (
    Bootstrap,
    How,
    Subject,
    compare,
    encoder_run,
    read_classes,
    read_dataset,
)
from evaluation.report import report
from tests.colours import Colours
from tests.conftest import Paint
from tests.evaluation.test_runs import CAPTIONS, Blind
from tests.web.chromium import OVERFLOW

QUICK = How(bootstrap=Bootstrap(samples=50))


@pytest.fixture
def page_file(photos: Path, tmp_path: Path) -> Path:
    """Two encoders on three pictures, one caption of which tries to be a script."""
    (photos / "captions.csv").write_text(CAPTIONS + "leaf.jpg,<script>alert(1)</script> green\n")
    subject = Subject(read_dataset(photos), photos)
    good, blind = (encoder_run(one, subject, QUICK) for one in (Colours(), Blind("blind")))
    file = tmp_path / "report.html"
    pictures = dict(zip(subject.dataset.names, subject.dataset.pictures, strict=True))
    file.write_text(report([good, blind], [compare(good, blind)], pictures), encoding="utf-8")
    return file


def test_nothing_is_loaded_from_anywhere_and_nothing_runs(page_file: Path) -> None:
    html = page_file.read_text(encoding="utf-8")
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html
    addresses = re.findall(r"(?:src|href)=\"([^\"]*)|url\(([^)]*)\)", html)
    assert addresses
    assert all("".join(one).startswith(("data:image/webp;base64,", "#")) for one in addresses)


def test_each_picture_is_inlined_once_however_often_it_is_shown(page_file: Path) -> None:
    html = page_file.read_text(encoding="utf-8")
    assert html.count("data:image/webp") == 3
    assert html.count('aria-label="cherry.png"') > 3


def test_classes_as_a_confusion_matrix(tmp_path: Path, paint: Paint) -> None:
    for name in ("red/1 red", "red/2 blue", "blue/3 blue"):
        paint(tmp_path / "set" / f"{name}.png", name.split()[1])
    run = encoder_run(Colours(), Subject(read_classes(tmp_path / "set"), tmp_path), QUICK)
    html = report([run], [], {})
    assert "red taken for blue" in html
    assert len(re.findall(r'class="cell( same)?"', html)) == 4


@pytest.fixture
def page(browser: Browser, page_file: Path) -> Iterator[Page]:
    with browser.new_context(viewport={"width": 320, "height": 640}) as context:
        page = context.new_page()
        page.goto(page_file.as_uri())
        yield page


@pytest.mark.browser
def test_the_keyboard_opens_queries_and_a_narrow_screen_holds_them(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("photos")
    summary = page.locator("summary", has_text="What got worse").first
    summary.focus()
    page.keyboard.press("Enter")
    picture = page.get_by_role("img", name="cherry.png").first
    expect(picture).to_be_visible()
    shown = picture.evaluate("one => getComputedStyle(one).backgroundImage")
    assert shown.startswith('url("data:image/webp')
    assert page.evaluate(OVERFLOW) == 0


@pytest.mark.browser
def test_dark_is_dark(page: Page) -> None:
    colour = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="light")
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(colour) != light
