"""Signing in and out by form, and who the API takes a caller for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from discovery_app.api import auth
from discovery_app.api.app import build_api
from discovery_app.api.auth import local_page
from discovery_app.api.rate_limit import RateLimit
from discovery_app.config import settings
from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Role
from discovery_app.services.people import PeopleService
from discovery_app.services.signed_in import forget
from tests.people import (
    OPERATOR,
    PASSWORD,
    WHY,
    add_client,
    add_engagement,
    add_membership,
    add_person,
)

pytestmark = pytest.mark.usefixtures("database")
HOST = "http://discovery.example"
OWN = {"origin": HOST}
FOREIGN = {"origin": "https://evil.example"}
EMAIL = "maya@example.com"


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A browser at the API, without the pages."""
    monkeypatch.setattr(auth, "_tries", RateLimit(20, 60))
    forget()
    with TestClient(
        build_api(tmp_path), base_url=HOST, follow_redirects=False
    ) as client:
        yield client


def send_form(client: TestClient, password: str = PASSWORD, **more: str):
    return client.post(
        "/auth/sign-in", data={"email": EMAIL, "password": password, **more}
    )


def test_signs_in_with_a_cookie_that_no_script_reads(client: TestClient):
    add_person(EMAIL)

    answer = send_form(client, next="/workflows?status=failed")

    cookie = answer.headers["set-cookie"].lower()
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/workflows?status=failed",
    )
    assert "discovery_session=" in cookie
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie
    assert client.get("/api/v1/engagements").status_code == 200


def test_the_cookie_is_secure_where_people_use_https(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
):
    add_person(EMAIL)
    monkeypatch.setenv("DISCOVERY_PUBLIC_URL", "https://discovery.example")
    settings.cache_clear()

    assert "secure" in send_form(client).headers["set-cookie"].lower()


def test_a_wrong_password_and_an_unknown_email_look_the_same(client: TestClient):
    add_person(EMAIL)

    wrong = send_form(client, "wrong horse battery")
    unknown = send_form(client, email="nobody@example.com")

    assert wrong.headers["location"] == "/sign-in?error=1"
    assert unknown.headers["location"] == wrong.headers["location"]
    assert "set-cookie" not in wrong.headers


def test_goes_back_to_the_wanted_page_after_a_second_try(client: TestClient):
    answer = send_form(client, "wrong horse battery", next="/workflows")

    assert answer.headers["location"] == "/sign-in?error=1&next=%2Fworkflows"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "workflows",
        "",
    ],
)
def test_never_leads_out_of_the_app(wanted: str):
    assert local_page(wanted) == "/"


def test_another_site_signs_nobody_in_or_out(client: TestClient):
    add_person(EMAIL)

    for path in ("/auth/sign-in", "/auth/sign-out"):
        answer = client.post(path, headers=FOREIGN, data={"email": EMAIL})

        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


def test_in_development_the_form_leads_back_to_the_pages_port(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
):
    add_person(EMAIL)
    answer = client.post(
        "/auth/sign-in",
        headers={"origin": settings().address},
        data={"email": EMAIL, "password": PASSWORD, "next": "/workflows"},
    )

    assert answer.headers["location"] == f"{settings().address}/workflows"


def test_one_address_cannot_try_without_end(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(auth, "_tries", RateLimit(2, 3600))

    for _ in range(2):
        send_form(client)

    assert send_form(client).headers["location"] == "/sign-in?error=wait"


def test_tries_come_back_with_time():
    limit = RateLimit(tries=1, seconds=0.01)
    assert limit.take("a")

    import time

    time.sleep(0.02)

    assert limit.take("a")
    assert limit.take("b")


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(
    client: TestClient,
):
    add_person(EMAIL)
    send_form(client)
    copied = client.cookies["discovery_session"]
    assert client.get("/api/v1/engagements").status_code == 200

    answer = client.post("/auth/sign-out", headers=OWN)

    assert answer.headers["location"] == "/sign-in"
    assert "discovery_session" not in client.cookies
    client.cookies.set("discovery_session", copied)
    assert client.get("/api/v1/engagements").status_code == 401


def test_a_program_calls_by_bearer_token(client: TestClient):
    person, account = add_person(EMAIL), add_client("Acme")
    engagement = add_engagement(account, "Exit")
    add_membership(person, Role.CONSULTANT, account)
    with unit_of_work(AccountScope()) as session:
        token = PeopleService(session).add_token(
            OPERATOR, person.user_id, "nightly", reason=WHY
        )

    answer = client.get(
        "/api/v1/engagements", headers={"authorization": f"Bearer {token}"}
    )

    assert answer.json() == {
        "items": [
            {
                "engagement_id": str(engagement),
                "client_account_id": str(account),
                "client": "Acme",
                "engagement": "Exit",
                "role": "consultant",
            }
        ],
        "next_cursor": None,
    }


@pytest.mark.parametrize(
    "header", ["Bearer dd_unknown", "Bearer ", "Basic bWF5YTpw", "Bearer"]
)
def test_refuses_a_wrong_authorization(client: TestClient, header: str):
    answer = client.get("/api/v1/engagements", headers={"authorization": header})

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_a_bad_token_is_not_saved_by_a_good_cookie(client: TestClient):
    add_person(EMAIL)
    send_form(client)

    answer = client.get("/api/v1/engagements", headers={"authorization": "Bearer no"})

    assert answer.status_code == 401


def test_engagements_come_page_by_page(client: TestClient):
    add_person(EMAIL, is_admin=True)
    account = add_client()
    for name in "abc":
        add_engagement(account, name)
    send_form(client)

    first = client.get("/api/v1/engagements", params={"limit": 2}).json()
    second = client.get(
        "/api/v1/engagements", params={"limit": 2, "cursor": first["next_cursor"]}
    ).json()

    names = [one["engagement"] for one in first["items"] + second["items"]]
    assert names == ["a", "b", "c"]
    assert second["next_cursor"] is None
