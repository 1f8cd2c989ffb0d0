"""The gate: no event runs without a rule, a person and the right arguments."""

import asyncio
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import pytest
import reflex as rx
from reflex.state import State
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext

from discovery_app.database import unit_of_work
from discovery_app.discovery_app import app
from discovery_app.domain.access import AccountScope, Permission, Role
from discovery_app.domain.display import SessionView
from discovery_app.errors import (
    InvalidInputError,
    NotFoundError,
    NotSignedInError,
)
from discovery_app.services.people import PeopleService
from discovery_app.services.signed_in import forget
from discovery_app.states import gate as gates
from discovery_app.states.gate import (
    FRAMEWORK_RULES,
    Gate,
    person_of,
    rule_of_event,
    scope_of,
    show_error,
)
from discovery_app.states.rules import allow, rule_of
from discovery_app.states.session import SessionState
from tests.conftest import forget_settings
from tests.people import (
    OPERATOR,
    WHY,
    add_client,
    add_engagement,
    add_membership,
    add_session,
)
from tests.people import (
    person_of as signed_in_person,
)

HANDLERS = {
    name: registered.handler.fn
    for name, registered in RegistrationContext.get().event_handlers.items()
}


class Colour(StrEnum):
    """Words for a handler's argument."""

    RED = "red"


class ProbeState(rx.State):
    """Handlers that only these tests know."""

    secret: str = ""

    @rx.event
    @allow()
    async def take(self, number: int, words: str = "") -> None:
        """Take a number."""

    @rx.event
    @allow(Permission.MANAGE_PEOPLE, key=UUID, colour=Colour)
    async def administer(self, key: str, colour: str) -> None:
        """Do what admins do."""

    @rx.event
    async def forgotten(self) -> None:
        """Have no rule."""


TAKE = ProbeState.get_full_name() + ".take"
ADMINISTER = ProbeState.get_full_name() + ".administer"
FORGOTTEN = ProbeState.get_full_name() + ".forgotten"


@pytest.fixture(autouse=True)
def strangers() -> None:
    """Remember nobody from an earlier test."""
    forget()


def make_tab(cookie: str = "") -> State:
    """Return the state of a tab that came with ``cookie``, on the board."""
    tab = State(_reflex_internal_init=True)
    come_by(tab, cookie)
    return tab


def come_by(tab: State, cookie: str) -> None:
    headers = {"cookie": f"theme=dark; discovery_session={cookie}"} if cookie else {}
    data = {"headers": headers, "pathname": "/workflows", "asPath": "/workflows?page=2"}
    tab.router_data = tab._update_router_vars(data, tab.router_data)


def send(tab: State, name: str, **payload: Any) -> list[str] | None:
    """Pass an event to the gate; return what happens instead, or nothing."""
    update = asyncio.run(Gate().preprocess(app, tab, Event(name, payload=payload)))
    return None if update is None else [str(one) for one in update.events]


def test_every_handler_of_ours_has_a_rule():
    unruled = [
        name
        for name, method in HANDLERS.items()
        if method.__module__.startswith("discovery_app") and rule_of(method) is None
    ]

    assert unruled == []


def test_there_are_handlers_to_check():
    assert SessionState.get_full_name() + ".select" in HANDLERS


def test_of_the_frameworks_handlers_only_the_named_ones_are_open():
    theirs = {
        name
        for name, method in HANDLERS.items()
        if method.__module__.startswith("reflex")
    }

    assert {name for name in theirs if rule_of_event(name)} == set(FRAMEWORK_RULES)


@pytest.mark.parametrize("name", sorted(HANDLERS))
def test_nobody_who_is_not_signed_in_gets_past(name: str):
    if name in FRAMEWORK_RULES:
        pytest.skip("Reflex needs it before anyone is known; it shows nothing.")

    assert send(make_tab(), name)


def test_no_client_sets_a_var():
    names = [name for name in HANDLERS if name.endswith(".setvar")]

    assert names
    for name in names:
        assert "reload" in send(make_tab(), name, var_name="view", value="x")[0]


@pytest.mark.usefixtures("database")
class TestSignedIn:
    """What a person's own tab may send."""

    def test_an_event_with_a_rule_runs(self):
        assert send(make_tab(add_session()), TAKE, number=3) is None

    def test_an_event_without_a_rule_is_refused(self):
        assert "reload" in send(make_tab(add_session()), FORGOTTEN)[0]

    def test_an_event_that_nobody_knows_is_refused(self):
        assert "reload" in send(make_tab(add_session()), "state.of.nowhere")[0]

    @pytest.mark.parametrize(
        "payload",
        [
            {"number": {"$gt": 0}},
            {"number": "3"},
            {"number": [1]},
            {"number": True},
            {"number": None},
            {"number": 1.5},
            {},
            {"number": 1, "words": 7},
            {"number": 1, "words": "x" * 10_001},
            {"number": 1, "more": 2},
            {"number": float("nan")},
        ],
    )
    def test_a_payload_of_wrong_types_is_refused(self, payload: dict[str, Any]):
        assert "unexpected" in send(make_tab(add_session()), TAKE, **payload)[0]

    @pytest.mark.parametrize(
        "payload",
        [
            {"key": "no uuid", "colour": "red"},
            {"key": str(uuid4()), "colour": "green"},
            {"key": str(uuid4()) + "'; --", "colour": "red"},
        ],
    )
    def test_a_schema_is_held(self, payload: dict[str, Any]):
        tab = make_tab(add_session(is_admin=True))

        assert "unexpected" in send(tab, ADMINISTER, **payload)[0]

    def test_a_permission_is_held(self):
        wanted = {"key": str(uuid4()), "colour": "red"}

        refused = send(make_tab(add_session()), ADMINISTER, **wanted)
        allowed = send(make_tab(add_session(is_admin=True)), ADMINISTER, **wanted)

        assert "ask an admin" in refused[0]
        assert allowed is None

    def test_a_revoked_session_leads_to_sign_in_and_back(self):
        token = add_session()
        tab = make_tab(token)
        assert send(tab, TAKE, number=1) is None
        revoke(token)

        (instead,) = send(tab, TAKE, number=1)

        assert "/sign-in?next=%2Fworkflows" in instead

    def test_a_tab_loses_what_it_held_when_its_person_changes(self):
        tab = make_tab(add_session())
        send(tab, TAKE, number=1)
        asyncio.run(fill(tab, "Northwind"))

        come_by(tab, add_session())
        send(tab, FORGOTTEN.replace("forgotten", "take"), number=1)

        assert asyncio.run(held(tab)) == ""

    def test_a_tab_loses_what_it_held_when_the_session_ends(self):
        token = add_session()
        tab = make_tab(token)
        send(tab, TAKE, number=1)
        asyncio.run(fill(tab, "Northwind"))
        revoke(token)

        send(tab, "reflex___state____state.hydrate")

        assert asyncio.run(held(tab)) == ""

    def test_a_tab_keeps_what_it_holds_for_the_same_person(self):
        tab = make_tab(add_session())
        send(tab, TAKE, number=1)
        asyncio.run(fill(tab, "Northwind"))

        send(tab, "reflex___state____state.hydrate")

        assert asyncio.run(held(tab)) == "Northwind"

    def test_states_know_their_person_and_scope(self):
        token = add_session("maya@example.com")
        maya, account = signed_in_person(token), add_client()
        mine, theirs = add_engagement(account), add_engagement(add_client())
        add_membership(maya, Role.CONSULTANT, account)
        tab = make_tab(token)

        person = asyncio.run(person_of(tab))
        scope = asyncio.run(scope_of(tab, str(mine)))

        assert person.email == "maya@example.com"
        assert (scope.role, scope.engagement_id) == (Role.CONSULTANT, mine)
        with pytest.raises(NotFoundError):
            asyncio.run(scope_of(tab, theirs))

    def test_a_state_without_a_session_has_nobody(self):
        with pytest.raises(NotSignedInError):
            asyncio.run(person_of(make_tab("made up")))


@pytest.fixture
def outage(monkeypatch: pytest.MonkeyPatch) -> None:
    """No database, and no patience."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.setattr(gates, "WAIT_SECONDS", 0.01)
    forget_settings()


@pytest.mark.usefixtures("outage")
def test_while_the_database_is_away_a_load_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setitem(app._load_events, "probe", [ProbeState.take(1)])

    (instead,) = send(make_tab("whoever"), TAKE, number=1)

    assert TAKE in instead


@pytest.mark.usefixtures("outage")
def test_while_the_database_is_away_an_act_says_that_it_did_not_happen():
    (instead,) = send(make_tab("whoever"), ADMINISTER, key=str(uuid4()), colour="red")

    assert "try again" in instead


def test_an_unexpected_error_shows_a_number_and_nothing_else(
    caplog: pytest.LogCaptureFixture,
):
    shown = str(show_error(RuntimeError("password=secret")))

    assert "number" in shown
    assert "secret" not in shown
    assert "password=secret" in caplog.text


def test_an_expected_error_is_its_sentence():
    assert "Give a name." in str(show_error(InvalidInputError("Give a name.")))


def test_a_rule_needs_annotations():
    def method(self, number) -> None: ...

    with pytest.raises(TypeError, match="annotate number"):
        allow()(method)


def test_a_rule_names_no_argument_that_is_not_there():
    async def method(self, number: int) -> None: ...

    with pytest.raises(TypeError, match="no argument"):
        allow(key=UUID)(method)


def test_what_only_the_server_makes_cannot_be_sent():
    async def receive(self, chunks: rx.UploadChunkIterator) -> None: ...

    rule = rule_of(allow()(receive))

    assert rule is not None
    with pytest.raises(InvalidInputError):
        rule.check_payload({"chunks": {"chunks": []}})
    rule.check_payload({"chunks": rx.UploadChunkIterator()})


def revoke(token: str) -> None:
    """End the session of ``token``, as a notification would be heard."""
    person = signed_in_person(token)
    with unit_of_work(AccountScope()) as session:
        PeopleService(session).revoke_session(OPERATOR, person.session_id, reason=WHY)
    forget(person.user_id)


async def fill(tab: State, secret: str) -> None:
    (await tab.get_state(ProbeState)).secret = secret


async def held(tab: State) -> str:
    return (await tab.get_state(ProbeState)).secret


@pytest.mark.usefixtures("database")
def test_the_session_shows_the_person_and_their_engagements():
    token = add_session("maya@example.com")
    account = add_client("Acme")
    add_engagement(account, "Exit")
    add_membership(signed_in_person(token), Role.MANAGER, account)
    tab = make_tab(token)

    asyncio.run(load(tab))

    view = asyncio.run(tab.get_state(SessionState)).view
    assert (view.person, view.initials, view.role) == ("Maya Okafor", "MO", "manager")
    assert (view.client, view.engagement) == ("Acme", "Exit")
    assert [(one.label, one.group) for one in view.engagements] == [("Exit", "Acme")]


async def load(tab: State) -> None:
    session = await tab.get_state(SessionState)
    await SessionState.event_handlers["load"].fn(session)


@pytest.mark.usefixtures("database")
def test_nobody_picks_an_engagement_that_is_not_theirs():
    tab, theirs = make_tab(add_session()), add_engagement(add_client())

    answer = asyncio.run(pick(tab, str(theirs)))

    assert "There is no engagement" in str(answer)


async def pick(tab: State, engagement_id: str) -> object:
    session = await tab.get_state(SessionState)
    return await SessionState.event_handlers["select"].fn(session, engagement_id)


def test_before_anyone_is_known_the_frame_shows_nobody():
    shown = make_tab().dict()[SessionState.get_full_name()]

    assert list(shown.values()) == [SessionView()]
