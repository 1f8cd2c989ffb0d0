"""What admins do with people."""

from uuid import uuid4

import psycopg
import pytest

from discovery_app.database import unit_of_work
from discovery_app.database.addresses import driver_address
from discovery_app.domain.access import AccountScope, Role
from discovery_app.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
    NotSignedInError,
)
from discovery_app.services.accounts import PERSON_CHANGED
from discovery_app.services.people import PeopleService
from discovery_app.services.people_list import PeopleListService
from discovery_app.services.sign_in import sign_in
from tests.conftest import TestDatabase
from tests.people import (
    OPERATOR,
    PASSWORD,
    WHY,
    add_client,
    add_engagement,
    add_membership,
    add_person,
    add_session,
    person_of,
)

pytestmark = pytest.mark.usefixtures("database")


def test_an_admin_adds_a_person_who_can_sign_in():
    admin = add_person(is_admin=True)

    with unit_of_work(AccountScope()) as session:
        PeopleService(session).add_user(
            admin, "Lee@Example.com", "Lee Park", password=PASSWORD, reason=WHY
        )

    assert person_of(sign_in("lee@example.com", PASSWORD)).name == "Lee Park"


def test_nobody_else_adds_people():
    maya = add_person()

    with unit_of_work(AccountScope()) as session, pytest.raises(NotPermittedError):
        PeopleService(session).add_user(maya, "l@example.com", "Lee", reason=WHY)


def test_every_act_needs_a_reason():
    with unit_of_work(AccountScope()) as session, pytest.raises(InvalidInputError):
        PeopleService(session).add_user(OPERATOR, "l@e.com", "Lee", reason="  ")


@pytest.mark.parametrize("email", ["", "lee", "lee@", "@example.com", "l e@e.com"])
def test_refuses_what_is_no_email(email: str):
    with unit_of_work(AccountScope()) as session, pytest.raises(InvalidInputError):
        PeopleService(session).add_user(OPERATOR, email, "Lee", reason=WHY)


def test_an_email_belongs_to_one_person():
    add_person("maya@example.com")

    with unit_of_work(AccountScope()) as session, pytest.raises(ConflictError):
        PeopleService(session).add_user(OPERATOR, "MAYA@example.com", "M", reason=WHY)


def test_refuses_a_short_password():
    with unit_of_work(AccountScope()) as session, pytest.raises(InvalidInputError):
        PeopleService(session).add_user(
            OPERATOR, "l@example.com", "Lee", password="x" * 11, reason=WHY
        )


def test_a_new_password_ends_the_old_sessions():
    token = add_session("maya@example.com")
    with unit_of_work(AccountScope()) as session:
        PeopleService(session).set_password(
            OPERATOR, person_of(token).user_id, "another long one", reason=WHY
        )

    with pytest.raises(NotSignedInError):
        person_of(token)
    assert sign_in("maya@example.com", "another long one")


def test_revoking_a_session_ends_it_and_says_so_to_every_process(
    database: TestDatabase,
):
    token = add_session()
    person = person_of(token)
    address = driver_address(database.owner_url)
    with psycopg.connect(address, autocommit=True) as listener:
        listener.execute(f"LISTEN {PERSON_CHANGED}")

        with unit_of_work(AccountScope()) as session:
            PeopleService(session).revoke_session(
                OPERATOR, person.session_id, reason=WHY
            )

        heard = list(listener.notifies(timeout=5, stop_after=1))
    assert [one.payload for one in heard] == [str(person.user_id)]
    with pytest.raises(NotSignedInError):
        person_of(token)


def test_revoking_what_is_not_open_is_not_found():
    with unit_of_work(AccountScope()) as session, pytest.raises(NotFoundError):
        PeopleService(session).revoke_token(OPERATOR, uuid4(), reason=WHY)


def test_the_last_admin_stays():
    admin = add_person(is_admin=True)

    with unit_of_work(AccountScope()) as session:
        people = PeopleService(session)
        with pytest.raises(ConflictError):
            people.set_active(admin, admin.user_id, is_active=False, reason=WHY)
        with pytest.raises(ConflictError):
            people.set_admin(admin, admin.user_id, is_admin=False, reason=WHY)


def test_one_of_two_admins_may_go():
    add_person(is_admin=True)
    token = add_session(is_admin=True)

    with unit_of_work(AccountScope()) as session:
        PeopleService(session).set_admin(
            OPERATOR, person_of(token).user_id, is_admin=False, reason=WHY
        )

    assert not person_of(token).is_admin


def test_a_second_membership_in_one_place_replaces_the_first():
    maya, client = add_person("maya@example.com"), add_client("Acme")
    add_membership(maya, Role.MANAGER, client)
    add_membership(maya, Role.CONSULTANT, client)

    with unit_of_work(AccountScope()) as session:
        found = PeopleListService(session).person(OPERATOR, "maya@example.com")

    assert found is not None
    assert [(one.role, one.client) for one in found.memberships] == [
        (Role.CONSULTANT, "Acme")
    ]


def test_a_membership_gives_neither_admin_nor_system():
    maya, client = add_person(), add_client()

    for role in (Role.ADMIN, Role.SYSTEM):
        with pytest.raises(InvalidInputError):
            add_membership(maya, role, client)


def test_a_membership_never_joins_a_client_and_another_clients_engagement():
    maya = add_person()
    acme, globex = add_client(), add_client()
    theirs = add_engagement(globex)

    with pytest.raises(NotFoundError):
        add_membership(maya, Role.CONSULTANT, acme, theirs)


def test_removes_a_membership():
    maya, client = add_person("maya@example.com"), add_client()
    membership_id = add_membership(maya, Role.MANAGER, client)

    with unit_of_work(AccountScope()) as session:
        PeopleService(session).remove_membership(OPERATOR, membership_id, reason=WHY)
        found = PeopleListService(session).person(OPERATOR, "maya@example.com")

    assert found is not None
    assert found.memberships == ()


def test_lists_people_by_email_page_by_page():
    for name in ("ada", "bea", "cleo"):
        add_person(f"{name}@example.com")

    with unit_of_work(AccountScope()) as session:
        people = PeopleListService(session)
        first = people.list_people(OPERATOR, limit=2)
        second = people.list_people(OPERATOR, limit=2, cursor=first.next_cursor)

    assert [one.email for one in first.items] == ["ada@example.com", "bea@example.com"]
    assert [one.email for one in second.items] == ["cleo@example.com"]
    assert second.next_cursor == ""


def test_lists_open_sign_ins_and_tokens_only():
    person = add_person("ada@example.com")
    with unit_of_work(AccountScope()) as session:
        people = PeopleService(session)
        people.add_token(OPERATOR, person.user_id, "nightly", reason=WHY)
        listed = PeopleListService(session).person(OPERATOR, "ada@example.com")
        people.revoke_all(OPERATOR, person.user_id, reason=WHY)
        after = PeopleListService(session).person(OPERATOR, "ada@example.com")

    assert listed is not None
    assert after is not None
    assert [one.user_agent for one in listed.sign_ins] == ["A browser"]
    assert [one.name for one in listed.tokens] == ["nightly"]
    assert (after.sign_ins, after.tokens) == ((), ())


def test_search_takes_wildcards_literally():
    add_person("ada@example.com")

    with unit_of_work(AccountScope()) as session:
        people = PeopleListService(session)
        found = people.list_people(OPERATOR, search="ADA@")
        nothing = people.list_people(OPERATOR, search="%")

    assert len(found.items) == 1
    assert nothing.items == ()


def test_people_are_listed_for_admins_only():
    maya = add_person()

    with unit_of_work(AccountScope()) as session, pytest.raises(NotPermittedError):
        PeopleListService(session).list_people(maya)
