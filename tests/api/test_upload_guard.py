"""Uploads are refused before a byte reaches a handler."""

from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from discovery_app.api.upload_guard import UploadGuard
from discovery_app.config import settings
from tests.people import add_session

HOST = "http://discovery.example"
OWN = {"origin": HOST, "reflex-client-token": "tab"}
MEGABYTE = 1024 * 1024


async def swallow(scope: Scope, receive: Receive, send: Send) -> None:
    """Take a body as Reflex's upload route does, and say how long it was."""
    taken = 0
    async for chunk in Request(scope, receive).stream():
        taken += len(chunk)
    await PlainTextResponse(str(taken))(scope, receive, send)


@pytest.fixture
def cookie(database: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A session's cookie, where one megabyte is the most."""
    monkeypatch.setenv("DISCOVERY_UPLOAD_LIMIT_MB", "1")
    settings.cache_clear()
    return add_session()


@pytest.fixture
def client(cookie: str) -> TestClient:
    """A signed-in browser with one open tab."""
    app = UploadGuard(swallow, {"tab": cookie, "other": "theirs"}.get)
    client = TestClient(app, base_url=HOST, raise_server_exceptions=False)
    client.cookies.set("discovery_session", cookie)
    return client


def test_takes_an_upload_for_ones_own_tab(client: TestClient):
    answer = client.post("/_upload", content=b"x" * 1000, headers=OWN)

    assert (answer.status_code, answer.text) == (200, "1000")


def test_refuses_without_a_session(client: TestClient):
    client.cookies.clear()
    assert client.post("/_upload", headers=OWN).status_code == 401

    client.cookies.set("discovery_session", "made up")
    assert client.post("/_upload", headers=OWN).status_code == 401


@pytest.mark.parametrize("tab", ["other", "gone", ""])
def test_refuses_for_anothers_tab(client: TestClient, tab: str):
    answer = client.post("/_upload", headers=OWN | {"reflex-client-token": tab})

    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_tab")


def test_refuses_from_another_site(client: TestClient):
    answer = client.post("/_upload", headers=OWN | {"origin": "https://evil.example"})

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


@pytest.mark.parametrize("path", ["/_upload", "/api/v1/data-imports"])
def test_refuses_what_says_that_it_is_too_large(client: TestClient, path: str):
    answer = client.post(path, content=b"x" * (2 * MEGABYTE), headers=OWN)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["/_upload", "/api/v1/data-imports"])
def test_refuses_what_turns_out_too_large(client: TestClient, path: str):
    chunks = (b"x" * MEGABYTE for _ in range(3))  # Without a Content-Length.

    answer = client.post(path, content=chunks, headers=OWN)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_serves_no_uploaded_file(client: TestClient):
    assert client.get("/_upload/servers.csv").status_code == 404
