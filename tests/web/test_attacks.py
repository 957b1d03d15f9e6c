"""What an attacker would try, refused: foreign hosts and sites, bombs, scripts, missing tokens."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from indexer import index
from search import Engine
from tests.conftest import Paint
from web import Access, create_app

TOKEN = "a token that nobody guesses"  # noqa: S105 (it opens these tests only)
BEARER = {"Authorization": f"Bearer {TOKEN}"}
READING = ["/", "/?q=red", "/api/v1/search?q=red", "/pictures/1", "/pictures/1/image", "/metrics"]
SCRIPT = "<script>alert(1)</script>"


def png_of(width: int, height: int) -> BytesIO:
    """A PNG of a few bytes that says it is this large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return BytesIO(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows))


@pytest.fixture
def far(engine: Engine) -> FlaskClient:
    """A client of the application as it is served to other machines."""
    access = Access(TOKEN, free=False, hosts=("localhost",))
    return create_app(engine, access).test_client()


@pytest.mark.parametrize("address", READING)
def test_other_machines_read_nothing_without_the_token(far: FlaskClient, address: str) -> None:
    answer = far.get(address)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "token" in answer.text
    assert TOKEN not in answer.text
    assert far.get(address, headers=BEARER).status_code == 200
    assert far.get(address, headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_a_browser_without_the_token_is_asked_for_it(far: FlaskClient) -> None:
    answer = far.get("/?q=red", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in"
    assert far.post("/sign-in", data={"token": "wrong"}).status_code == 403
    assert far.get("/?q=red").status_code == 401
    welcome = far.post("/sign-in", data={"token": TOKEN})
    assert welcome.status_code == 303
    cookie = welcome.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert far.get("/?q=red").status_code == 200


def test_health_needs_no_token(far: FlaskClient) -> None:
    assert far.get("/healthz").status_code == 200
    assert far.get("/readyz").status_code == 200


def test_other_host_names_are_refused_with_the_token_too(far: FlaskClient) -> None:
    assert far.get("/", headers=BEARER | {"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
    ],
)
@pytest.mark.parametrize("address", ["/", "/api/v1/search", "/sign-in"])
def test_a_post_from_another_site_s_page_is_refused(
    client: FlaskClient, photos: Path, address: str, headers: dict[str, str]
) -> None:
    client.get("/")  # the browser has the cookie
    upload = {"image": ((photos / "leaf.jpg").open("rb"), "x.jpg")}
    answer = client.post(address, data=upload, headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.text


def test_the_cookie_is_for_our_own_pages_only(client: FlaskClient) -> None:
    cookie = client.get("/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Set-Cookie" not in client.get("/api/v1/search?q=red").headers


@pytest.mark.parametrize("address", ["/", "/api/v1/search"])
@pytest.mark.parametrize("size", [(7100, 7100), (100_000, 100_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_of_pixels_is_refused_before_it_is_decoded(
    client: FlaskClient, address: str, size: tuple[int, int]
) -> None:
    answer = client.post(address, data={"image": (png_of(*size), "bomb.png")})
    assert answer.status_code == 400
    assert "megapixels" in answer.text or "damaged" in answer.text


def test_a_bomb_of_bytes_is_refused_unread(client: FlaskClient) -> None:
    huge = {"CONTENT_LENGTH": str(10**12), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    answer = client.post("/api/v1/search", environ_overrides=huge)
    assert answer.status_code == 413
    assert "up to 32 MB" in answer.get_json()["detail"]


def test_a_script_in_a_file_name_or_in_exif_never_becomes_markup(
    engine: Engine, client: FlaskClient, photos: Path, paint: Paint
) -> None:
    exif = Image.Exif()
    exif[0x010E] = exif[0x0110] = exif[0x013B] = SCRIPT  # description, camera, artist
    paint(photos / "<script>alert(1)<" / "script>.jpg", (255, 0, 0), exif=exif)
    index(engine.collection, engine.encoder, [photos])
    number = client.get("/api/v1/search?q=red&k=1").get_json()["hits"][0]["id"]
    for address in ("/?q=red", f"/pictures/{number}", f"/?q={SCRIPT}", f"/{SCRIPT}"):
        page = client.get(address).text
        assert "<script>" not in page
        assert "alert(1)" not in page or "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    "address",
    [
        "/pictures/../../etc/passwd",
        "/pictures/..%2f..%2fetc%2fpasswd",
        "/pictures/%2e%2e/%2e%2e/etc/passwd",
        "/pictures//etc/passwd/image",
        "/pictures/1%00/image",
        "/static/../app.py",
        "/static/..%2fapp.py",
        "/static/....//app.py",
        "/static//etc/passwd",
        "/api/v1/pictures/..%2f1",
    ],
)
def test_no_path_leads_out_of_the_house(client: FlaskClient, address: str) -> None:
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 404
    assert "root:" not in answer.text
    assert "create_app" not in answer.text


def test_a_url_or_a_path_in_a_question_is_words_and_is_not_opened(
    client: FlaskClient, photos: Path
) -> None:
    for text in (str(photos / "leaf.jpg"), "http://127.0.0.1:9/x.png", "file:///etc/passwd"):
        answer = client.get("/api/v1/search", query_string={"q": text})
        assert answer.get_json()["query"] == text


@pytest.mark.parametrize(
    "name", ["leaf.jpg", "/etc/passwd", "upload-../../x", "upload-0123456789abcdef", "http://x/y"]
)
@pytest.mark.parametrize("address", ["/", "/api/v1/search"])
def test_a_file_that_a_question_names_is_not_opened(
    client: FlaskClient, address: str, name: str
) -> None:
    answer = client.get(address, query_string={"q": f"image:{name}"})
    assert answer.status_code == 400
    assert "upload" in answer.text


def test_an_upload_is_kept_as_a_small_picture_under_a_name_of_its_own(
    engine: Engine, client: FlaskClient, photos: Path
) -> None:
    data = (photos / "leaf.jpg").read_bytes() + b"<?php hidden"
    asked = client.post("/", data={"image": (BytesIO(data), "../../evil.php")})
    kept = list((engine.collection.folder / "uploads").iterdir())
    assert [file.suffix for file in kept] == [".jpg"]
    assert b"hidden" not in kept[0].read_bytes()
    assert client.get(f"/uploads/{kept[0].stem}").mimetype == "image/jpeg"
    assert kept[0].stem in asked.headers["Location"]
    assert client.get("/uploads/upload-0000000000000000").status_code == 400
    assert client.get("/uploads/..%2fcatalog.sqlite").status_code == 404


CHANGING = ["/jobs", "/jobs/1/stop", "/judgements", "/api/v1/jobs", "/api/v1/jobs/1/stop"]


@pytest.mark.parametrize("address", CHANGING)
def test_nothing_is_changed_without_the_token_or_by_another_site(
    client: FlaskClient, engine: Engine, address: str
) -> None:
    jobs = client.application.extensions["jobs"]
    body = {"kind": "index"}
    assert client.post(address, json=body).status_code == 401  # reading is free here, this is not
    client.get("/")  # the browser has the cookie
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        refused = client.post(address, json=body, headers=headers)
        assert refused.status_code == 403
    assert client.post(address, json=body, headers={"Host": "evil.example"}).status_code == 400
    assert jobs.all() == []
    assert engine.collection.catalog.counts()["pictures"] == 3


@pytest.mark.parametrize("address", CHANGING)
def test_other_machines_change_nothing_without_the_token(far: FlaskClient, address: str) -> None:
    assert far.post(address, json={"kind": "index"}).status_code == 401


@pytest.mark.parametrize(
    "folder",
    ["/", "/etc", "..", "{photos}/..", "{photos}/deep", "{photos}/", "file://{photos}", SCRIPT],
)
def test_a_folder_that_a_request_names_is_compared_and_never_opened(
    client: FlaskClient, photos: Path, folder: str
) -> None:
    client.get("/")
    given = folder.format(photos=photos)
    answer = client.post("/api/v1/jobs", json={"kind": "index", "folder": given})
    assert answer.status_code == 400
    assert answer.get_json()["type"] == "urn:mindseye:folder-refused"
    page = client.post("/jobs", data={"folder": given})
    assert page.status_code == 400
    assert "cannot be indexed from here" in page.text
    assert "<script>alert" not in page.text
    assert client.application.extensions["jobs"].all() == []


def test_a_script_in_a_file_name_is_data_on_the_pages_of_jobs_too(
    engine: Engine, photos: Path
) -> None:
    folder = photos / "<script>alert(1)<"
    (folder / "script>.jpg").mkdir(parents=True)
    (folder / "script>.jpg" / "x.png").write_bytes(b"nothing")
    app = create_app(engine, folders=[folder])
    client = app.test_client()
    client.get("/")
    asked = client.post("/jobs", data={"folder": str(folder)})
    app.extensions["jobs"].close()
    for address in (asked.headers["Location"], "/collection"):
        page = client.get(address).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;.jpg/x.png" in page


def test_nobody_judges_without_the_token_or_from_another_site(
    client: FlaskClient, far: FlaskClient
) -> None:
    body = {"q": "red", "picture": 1}
    assert client.put("/api/v1/judgements", json=body).status_code == 401
    assert far.put("/api/v1/judgements", json=body).status_code == 401
    client.get("/")
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert client.put("/api/v1/judgements", json=body, headers=cross).status_code == 403
    assert client.get("/api/v1/judgements").get_json()["pictures"] == 0


def test_a_judged_query_is_data_and_never_markup(client: FlaskClient) -> None:
    client.get("/")
    form = {"q": SCRIPT, "picture": "1", "right": "yes"}
    page = client.post("/judgements", data=form, follow_redirects=True).text
    assert "<script>alert" not in page
