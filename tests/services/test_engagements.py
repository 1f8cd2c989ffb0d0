"""Whose engagement is whose."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from discovery_app.database import unit_of_work
from discovery_app.domain.access import (
    AccountScope,
    BoardScope,
    Permission,
    Person,
    Role,
    Scope,
)
from discovery_app.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
)
from discovery_app.services.client_accounts import ClientAccountService
from discovery_app.services.engagements import EngagementService
from tests.people import (
    OPERATOR,
    WHY,
    add_client,
    add_engagement,
    add_membership,
    add_person,
)

pytestmark = pytest.mark.usefixtures("database")


def scope_of(person: Person, engagement_id) -> Scope:
    with unit_of_work(AccountScope()) as session:
        return EngagementService(session).scope(person, engagement_id)


def board_of(person: Person) -> BoardScope:
    with unit_of_work(AccountScope()) as session:
        return EngagementService(session).board_scope(person)


def names(person: Person) -> list[str]:
    with unit_of_work(AccountScope()) as session:
        choices = EngagementService(session).choices(person)
    return [f"{one.client} / {one.engagement}" for one in choices]


def test_a_membership_on_an_engagement_opens_that_one():
    maya, client = add_person(), add_client()
    mine, other = add_engagement(client, "One"), add_engagement(client, "Two")
    add_membership(maya, Role.CONSULTANT, client, mine)

    scope = scope_of(maya, mine)

    assert scope == Scope(
        actor="Maya Okafor",
        role=Role.CONSULTANT,
        client_account_id=client,
        engagement_id=mine,
        user_id=maya.user_id,
    )
    with pytest.raises(NotFoundError):
        scope_of(maya, other)


def test_a_membership_on_a_client_opens_all_its_engagements():
    maya, client = add_person(), add_client()
    ids = {add_engagement(client, "One"), add_engagement(client, "Two")}
    add_membership(maya, Role.MANAGER, client)

    assert {scope_of(maya, one).role for one in ids} == {Role.MANAGER}


def test_absent_and_not_theirs_are_the_same():
    maya, theirs, absent = add_person(), add_engagement(add_client()), uuid4()

    said = []
    for engagement_id in (theirs, absent):
        with pytest.raises(NotFoundError) as refusal:
            scope_of(maya, engagement_id)
        said.append(str(refusal.value).replace(str(engagement_id), "ID"))

    assert said[0] == said[1]


def test_memberships_add_up():
    maya, client = add_person(), add_client()
    engagement = add_engagement(client)
    add_membership(maya, Role.MANAGER, client)
    add_membership(maya, Role.CONSULTANT, client, engagement)

    assert scope_of(maya, engagement).role is Role.CONSULTANT
    assert board_of(maya).role is Role.MANAGER


def test_a_consultant_may_all_that_a_manager_may_on_one_engagement():
    consultant = Scope("", Role.CONSULTANT, uuid4(), uuid4())
    manager = Scope("", Role.MANAGER, uuid4(), uuid4())

    for permission in set(Permission) - {Permission.VIEW_BOARD}:
        try:
            manager.require(permission)
        except NotPermittedError:
            continue
        consultant.require(permission)


def test_an_admin_is_admin_everywhere():
    admin, engagement = add_person(is_admin=True), add_engagement(add_client())

    assert scope_of(admin, engagement).role is Role.ADMIN


def test_the_board_holds_what_they_may_see_and_no_more():
    maya, acme, globex = add_person(), add_client(), add_client()
    managed, worked = add_engagement(acme), add_engagement(globex, "One")
    add_engagement(globex, "Two")
    add_membership(maya, Role.MANAGER, acme)
    add_membership(maya, Role.CONSULTANT, globex, worked)

    board = board_of(maya)

    assert set(board.engagement_ids) == {managed, worked}


def test_a_consultants_board_scope_lacks_the_board():
    maya, client = add_person(), add_client()
    add_membership(maya, Role.CONSULTANT, client)

    assert board_of(maya).role is Role.CONSULTANT


def test_only_admins_look_across_clients():
    admin, maya = add_person(is_admin=True), add_person()

    with unit_of_work(AccountScope()) as session:
        engagements = EngagementService(session)
        assert engagements.platform_scope(admin, "Board check").reason == "Board check"
        with pytest.raises(NotPermittedError):
            engagements.platform_scope(maya, "Curious")
        with pytest.raises(InvalidInputError):
            engagements.platform_scope(admin, " ")


def test_choices_are_by_client_then_name():
    admin = add_person(is_admin=True)
    zeta, acme = add_client("zeta"), add_client("Acme")
    add_engagement(acme, "b"), add_engagement(acme, "A"), add_engagement(zeta, "x")

    assert names(admin) == ["Acme / A", "Acme / b", "zeta / x"]


def test_remembers_what_a_person_picked_in_every_tab():
    maya, client = add_person(), add_client()
    first, second = add_engagement(client, "One"), add_engagement(client, "Two")
    add_membership(maya, Role.CONSULTANT, client)

    with unit_of_work(AccountScope()) as session:
        engagements = EngagementService(session)
        before = engagements.selected(maya)
        engagements.select(maya, second)
        engagements.select(maya, second)
        after = engagements.selected(maya)

    assert before is not None
    assert after is not None
    assert (before.engagement_id, after.engagement_id) == (first, second)


def test_forgets_a_pick_that_is_no_longer_theirs():
    maya, client = add_person(), add_client()
    kept, lost = add_engagement(client, "One"), add_engagement(client, "Two")
    add_membership(maya, Role.CONSULTANT, client, kept)
    membership = add_membership(maya, Role.CONSULTANT, client, lost)
    with unit_of_work(AccountScope()) as session:
        EngagementService(session).select(maya, lost)

    from discovery_app.services.people import PeopleService

    with unit_of_work(AccountScope()) as session:
        PeopleService(session).remove_membership(OPERATOR, membership, reason=WHY)
        selected = EngagementService(session).selected(maya)

    assert selected is not None
    assert selected.engagement_id == kept


def test_nobody_picks_what_is_not_theirs():
    maya, theirs = add_person(), add_engagement(add_client())

    with unit_of_work(AccountScope()) as session:
        assert EngagementService(session).selected(maya) is None
        with pytest.raises(NotFoundError):
            EngagementService(session).select(maya, theirs)


def test_the_command_line_finds_an_engagement_by_names():
    client = add_client("Acme")
    engagement = add_engagement(client, "Exit")

    with unit_of_work(AccountScope()) as session:
        scope = EngagementService(session).scope_for_operator(
            " Acme ", "Exit", create=False, actor="cli:maya"
        )

    assert scope == Scope("cli:maya", Role.ADMIN, client, engagement)


def test_the_command_line_makes_what_is_missing_only_if_asked():
    with unit_of_work(AccountScope()) as session:
        engagements = EngagementService(session)
        with pytest.raises(NotFoundError):
            engagements.scope_for_operator("New", "Exit", create=False, actor="cli:m")
        made = engagements.scope_for_operator("New", "Exit", create=True, actor="cli:m")
        again = engagements.scope_for_operator(
            "New", "Exit", create=True, actor="cli:m"
        )

    assert made == again


def test_commands_at_once_make_one_engagement():
    def ask(_: int) -> Scope:
        with unit_of_work(AccountScope()) as session:
            return EngagementService(session).scope_for_operator(
                "New", "Exit", create=True, actor="cli:m"
            )

    with ThreadPoolExecutor(4) as at_once:
        scopes = set(at_once.map(ask, range(4)))

    assert len(scopes) == 1


def test_admins_make_clients_and_engagements_and_nobody_else():
    admin, maya = add_person(is_admin=True), add_person()

    with unit_of_work(AccountScope()) as session:
        clients = ClientAccountService(session)
        client = clients.create_client(admin, "Acme", WHY)
        clients.create_engagement(admin, client, "Exit", WHY)
        listed = clients.clients(admin)
        with pytest.raises(NotPermittedError):
            clients.create_client(maya, "Mine", WHY)
        with pytest.raises(NotPermittedError):
            clients.clients(maya)

    assert [(one.name, [e.name for e in one.engagements]) for one in listed] == [
        ("Acme", ["Exit"])
    ]


def test_names_are_taken_once():
    client = add_client("Acme")
    add_engagement(client, "Exit")

    with pytest.raises(ConflictError):
        add_client("Acme")
    with pytest.raises(ConflictError):
        add_engagement(client, "Exit")


def test_an_engagement_needs_a_client_and_a_name():
    with pytest.raises(NotFoundError):
        add_engagement(uuid4())
    with pytest.raises(InvalidInputError):
        add_engagement(add_client(), "  ")
