"""Every error of the API is a problem with a stable code."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, Field
from starlette.testclient import TestClient

from discovery_app.api import auth
from discovery_app.api.app import build_api
from discovery_app.api.dependencies import SignedIn
from discovery_app.api.problems import TooLargeError
from discovery_app.api.rate_limit import RateLimit
from discovery_app.errors import (
    ConfigurationError,
    ConflictError,
    DiscoveryError,
    FileRefusedError,
    InvalidInputError,
    LostLeaseError,
    MissingInputError,
    NotFoundError,
    NotPermittedError,
    NotSignedInError,
    UnavailableError,
)
from tests.people import add_session

HOST = "http://discovery.example"
MEDIA_TYPE = "application/problem+json"

ERRORS: dict[str, tuple[DiscoveryError, int]] = {
    "not_found": (NotFoundError("workflow", 1), 404),
    "not_permitted": (NotPermittedError("manager", "import_files"), 403),
    "not_signed_in": (NotSignedInError(), 401),
    "invalid_input": (InvalidInputError("Give a name."), 422),
    "file_refused": (FileRefusedError("a.exe", "kind", "No table."), 422),
    "too_large": (TooLargeError(200), 413),
    "conflict": (ConflictError("It has moved on; reload."), 409),
    "lost_lease": (LostLeaseError(1, 2), 409),
    "unavailable": (UnavailableError("Try again in a moment."), 503),
    "configuration": (ConfigurationError("Run migrate."), 503),
    "missing_input": (MissingInputError("field_mapping", "columns"), 500),
}

probe = APIRouter()


class Body(BaseModel):
    """What the probe takes."""

    name: Annotated[str, Field(max_length=5)]


@probe.get("/probe/{code}")
def fail(code: str) -> None:
    """Raise the error with ``code``."""
    raise ERRORS[code][0]


@probe.get("/crash")
def crash() -> None:
    """Raise what nobody expected."""
    raise RuntimeError("password=secret")


@probe.post("/change")
def change(body: Body, person: SignedIn) -> str:
    """Change something for a signed-in person."""
    return person.email


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """The API with three routes that fail on purpose, before its last one."""
    monkeypatch.setattr(auth, "_tries", RateLimit(20, 60))
    monkeypatch.setattr("discovery_app.api.app.V1_ROUTERS", (probe,), raising=True)
    return build_api(tmp_path)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A caller that sees the answer, not the exception."""
    with TestClient(app, base_url=HOST, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("code", ERRORS)
def test_an_expected_error_is_its_sentence_with_its_code(client: TestClient, code: str):
    error, status = ERRORS[code]

    answer = client.get(f"/api/v1/probe/{code}")

    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert (answer.json()["code"], answer.json()["detail"]) == (code, str(error))


def test_says_which_permission_is_missing(client: TestClient):
    assert client.get("/api/v1/probe/not_permitted").json()["permission"] == (
        "import_files"
    )


def test_says_when_to_come_back(client: TestClient):
    assert client.get("/api/v1/probe/unavailable").headers["retry-after"].isdigit()


def test_an_unexpected_error_shows_a_number_and_nothing_else(
    client: TestClient, caplog: pytest.LogCaptureFixture
):
    answer = client.get("/api/v1/crash")

    number = answer.json()["number"]
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.text
    assert any(number in record.getMessage() for record in caplog.records)


def test_an_unknown_call_is_a_problem_and_not_a_page(client: TestClient):
    answer = client.get("/api/v1/nothing")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.usefixtures("database")
def test_a_wrong_body_says_what_to_correct(client: TestClient):
    client.cookies.set("discovery_session", add_session())

    answer = client.post(
        "/api/v1/change", json={"name": "too long"}, headers={"origin": HOST}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert "body.name" in answer.json()["detail"]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example", "sec-fetch-site": "same-origin"},
    ],
)
def test_the_cookie_changes_nothing_for_another_site(
    client: TestClient, headers: dict[str, str]
):
    client.cookies.set("discovery_session", add_session())

    answer = client.post("/api/v1/change", json={"name": "a"}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    "headers", [{"origin": HOST}, {"sec-fetch-site": "same-origin"}]
)
def test_the_cookie_works_from_our_own_pages(
    client: TestClient, headers: dict[str, str]
):
    client.cookies.set("discovery_session", add_session("maya@example.com"))

    answer = client.post("/api/v1/change", json={"name": "a"}, headers=headers)

    assert answer.json() == "maya@example.com"


def test_without_a_database_the_api_says_so(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
):
    from tests.conftest import forget_settings

    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    forget_settings()
    client.cookies.set("discovery_session", "whoever")

    answer = client.post("/api/v1/change", json={"name": "a"}, headers={"origin": HOST})

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


def test_every_answer_tells_browsers_to_be_careful(client: TestClient):
    headers = client.get("/api/v1/nothing").headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in headers["content-security-policy"]


def test_a_page_may_run_its_own_inline_scripts_and_no_other(tmp_path: Path):
    (tmp_path / "index.html").write_text("<script>start()</script>")

    with TestClient(build_api(tmp_path), base_url=HOST) as client:
        policy = client.get("/api/docs").headers["content-security-policy"]

    # printf 'start()' | openssl dgst -sha256 -binary | base64
    assert "'sha256-DIm7WJS6ZKDYe5qFLPy+h4JFI9Bol5QmYC57mt3Fb00='" in policy
    scripts = next(part for part in policy.split(";") if "script-src" in part)
    assert "unsafe-inline" not in scripts


def test_the_description_loads_nothing_from_elsewhere(client: TestClient):
    page = client.get("/api/docs").text

    assert "/api/v1/change" in page
    assert "http" not in page.replace(HOST, "")
    assert client.get("/api/openapi.json").json()["paths"]
