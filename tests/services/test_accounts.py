"""Signing in, sessions and tokens."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from discovery_app.database import unit_of_work
from discovery_app.database.addresses import driver_address
from discovery_app.domain.access import AccountScope, Person
from discovery_app.errors import InvalidInputError, NotFoundError, NotSignedInError
from discovery_app.services.accounts import FREE_TRIES, AccountService
from discovery_app.services.people import PeopleService
from discovery_app.services.sign_in import REFUSED, sign_in
from discovery_app.services.signed_in import forget, person_by_cookie
from tests.conftest import TestDatabase
from tests.people import OPERATOR, PASSWORD, WHY, add_person, add_session, person_of

pytestmark = pytest.mark.usefixtures("database")


def change(database: TestDatabase, statement: str) -> None:
    """Change rows as the owner, e.g. to let time pass."""
    with psycopg.connect(driver_address(database.owner_url)) as connection:
        connection.execute(statement)


def rows(database: TestDatabase, query: str) -> list[tuple]:
    with psycopg.connect(driver_address(database.owner_url)) as connection:
        return connection.execute(query).fetchall()


def refused(email: str, password: str) -> str:
    with pytest.raises(InvalidInputError) as refusal:
        sign_in(email, password)
    return str(refusal.value)


def test_signs_in_by_email_in_any_case_and_password():
    add_person("maya@example.com")

    token = sign_in("  Maya@Example.com ", PASSWORD, "Firefox")

    assert person_of(token).email == "maya@example.com"


def test_says_the_same_of_an_unknown_email_and_a_wrong_password():
    add_person("maya@example.com")

    assert refused("nobody@example.com", PASSWORD) == REFUSED
    assert refused("maya@example.com", "wrong horse battery") == REFUSED


def test_lets_nobody_in_who_has_no_password():
    add_person("new@example.com", password="")

    assert refused("new@example.com", "") == REFUSED


def test_keeps_neither_password_nor_token(database: TestDatabase):
    add_person("maya@example.com")

    token = sign_in("maya@example.com", PASSWORD)

    (kept,) = rows(database, "select password_hash from users")[0]
    hashes = [
        row[0] for row in rows(database, "select token_sha256 from auth_sessions")
    ]
    assert kept.startswith("$argon2id$")
    assert token not in hashes
    assert all(len(one) == 64 for one in hashes)


def test_counts_wrong_tries_although_each_is_refused(database: TestDatabase):
    add_person("maya@example.com")

    refused("maya@example.com", "wrong horse battery")
    refused("maya@example.com", "wrong horse battery")

    assert rows(database, "select failed_attempts from users") == [(2,)]


def test_makes_people_wait_after_five_wrong_tries(database: TestDatabase):
    add_person("maya@example.com")
    for _ in range(FREE_TRIES):
        refused("maya@example.com", "wrong horse battery")

    assert refused("maya@example.com", PASSWORD) == REFUSED

    change(database, "update users set locked_until = now() - interval '1 second'")
    assert sign_in("maya@example.com", PASSWORD)


def test_doubles_the_wait_with_each_further_wrong_try(database: TestDatabase):
    add_person("maya@example.com")
    waits = []
    for _ in range(FREE_TRIES + 3):
        asked_at = rows(database, "select clock_timestamp()")[0][0]
        refused("maya@example.com", "wrong horse battery")
        until, now = rows(
            database, "select locked_until, clock_timestamp() from users"
        )[0]
        if until is not None:
            waits.append((until - now, until - asked_at))
        change(
            database,
            "update users set locked_until = now() - interval '1 second'"
            " where locked_until is not null",
        )

    # The wait counts from a moment between asking and being refused.
    assert len(waits) == 4
    for (least, most), whole in zip(waits, (2, 4, 8, 16), strict=True):
        assert least <= timedelta(seconds=whole) <= most


def test_forgets_wrong_tries_after_the_right_one(database: TestDatabase):
    add_person("maya@example.com")
    refused("maya@example.com", "wrong horse battery")

    sign_in("maya@example.com", PASSWORD)

    found = rows(database, "select failed_attempts, locked_until from users")
    assert found == [(0, None)]


def test_refuses_an_unknown_token():
    with pytest.raises(NotSignedInError):
        person_of("never given to anyone")


def test_refuses_an_expired_session(database: TestDatabase):
    token = add_session()

    change(database, "update auth_sessions set expires_at = now()")

    with pytest.raises(NotSignedInError):
        person_of(token)


def test_signing_out_ends_that_session_only(database: TestDatabase):
    add_person("maya@example.com")
    here, there = (sign_in("maya@example.com", PASSWORD) for _ in range(2))

    with unit_of_work(AccountScope()) as session:
        AccountService(session).sign_out(here)

    with pytest.raises(NotSignedInError):
        person_of(here)
    assert person_of(there)
    assert ("signed_out",) in rows(database, "select action from audit_events")


def test_signing_out_twice_is_no_error():
    token = add_session()
    with unit_of_work(AccountScope()) as session:
        AccountService(session).sign_out(token)

        assert AccountService(session).sign_out(token) is None


def test_opens_no_session_for_a_deactivated_person():
    person = add_person()
    shut_out(person.user_id)

    with unit_of_work(AccountScope()) as session, pytest.raises(NotFoundError):
        AccountService(session).open_session(person.user_id)


def shut_out(user_id: UUID) -> None:
    with unit_of_work(AccountScope()) as session:
        PeopleService(session).set_active(
            OPERATOR, user_id, is_active=False, reason=WHY
        )


def test_a_deactivated_person_is_out_by_session_and_by_password():
    token = add_session("maya@example.com")
    shut_out(person_of(token).user_id)

    with pytest.raises(NotSignedInError):
        person_of(token)
    assert refused("maya@example.com", PASSWORD) == REFUSED


def test_a_program_acts_for_a_person_by_token(database: TestDatabase):
    person = add_person("maya@example.com")
    with unit_of_work(AccountScope()) as session:
        token = PeopleService(session).add_token(
            OPERATOR, person.user_id, "nightly", days=30, reason=WHY
        )

    assert by_token(token).user_id == person.user_id
    (used,) = rows(database, "select last_used_at from api_tokens")[0]
    assert used is not None


def by_token(token: str) -> Person:
    with unit_of_work(AccountScope()) as session:
        return AccountService(session).person_by_token(token)


def test_refuses_an_expired_and_a_revoked_token(database: TestDatabase):
    person = add_person()
    with unit_of_work(AccountScope()) as session:
        people = PeopleService(session)
        old = people.add_token(OPERATOR, person.user_id, "old", days=1, reason=WHY)
        revoked = people.add_token(OPERATOR, person.user_id, "lost", reason=WHY)
    change(database, "update api_tokens set expires_at = now() where name = 'old'")
    change(database, "update api_tokens set revoked_at = now() where name = 'lost'")

    for token in (old, revoked):
        with pytest.raises(NotSignedInError):
            by_token(token)


def test_a_session_token_is_no_api_token():
    token = add_session()

    with pytest.raises(NotSignedInError):
        by_token(token)


def test_remembers_a_person_until_told_that_they_changed():
    token = add_session()
    person = person_by_cookie(token)
    shut_out(person.user_id)

    assert person_by_cookie(token) == person

    forget(person.user_id)
    with pytest.raises(NotSignedInError):
        person_by_cookie(token)


def test_knows_nobody_without_a_cookie():
    with pytest.raises(NotSignedInError):
        person_by_cookie("")
