"""The gate: every event's person, and the refusal of whatever has no rule.

The client's token is an address, not a login. So the person is resolved from the
cookie of the socket's handshake on every event, and a tab whose person changed
loses what it held for the one before.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import quote
from uuid import UUID, uuid4

import reflex as rx
from pydantic import StringConstraints
from reflex.state import (
    FrontendEventExceptionState,
    OnLoadInternalState,
    State,
    StateUpdate,
)
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import format_event_handler
from starlette.requests import cookie_parser

from discovery_app.database import unit_of_work
from discovery_app.domain.access import (
    AccountScope,
    BoardScope,
    Person,
    PlatformScope,
    Scope,
)
from discovery_app.errors import DiscoveryError, NotSignedInError, UnavailableError
from discovery_app.services import signed_in as people
from discovery_app.services.engagements import EngagementService
from discovery_app.services.signed_in import SignedIn
from discovery_app.states.asked_once import asked_once
from discovery_app.states.rules import Rule, arguments_of, rule_of

logger = logging.getLogger(__name__)

COOKIE: Final = "discovery_session"
SIGN_IN_PAGE: Final = "/sign-in"
WAIT_SECONDS: Final = 1.0
"""Between tries of a page's load while the database is away."""

Result = TypeVar("Result")
_LongText = Annotated[str, StringConstraints(max_length=100_000)]


class TabState(rx.State):
    """Whose tab this is, so that the next person does not see what it held."""

    _owner: str = ""


def _framework_rules() -> dict[str, Rule]:
    """Return the rules of the few handlers that Reflex itself needs.

    They set whether the page is hydrated, queue the page's own load events (each of
    which passes the gate again) and report errors of the page's scripts.
    """
    own = (
        (State, "hydrate", {}),
        (State, "hydrate_and_load", {"vars": dict[str, Any] | None}),
        (State, "set_is_hydrated", {"value": bool}),
        (OnLoadInternalState, "on_load_internal", {}),
        (OnLoadInternalState, "set_is_hydrated", {"value": bool}),
        (
            FrontendEventExceptionState,
            "handle_frontend_exception",
            {"info": _LongText, "component_stack": _LongText},
        ),
    )
    rules = {}
    for state, name, schema in own:
        handler = state.event_handlers[name]
        arguments = arguments_of(handler.fn, schema)
        rules[format_event_handler(handler)] = Rule(None, arguments, public=True)
    return rules


FRAMEWORK_RULES: Final = _framework_rules()


def rule_of_event(name: str) -> Rule | None:
    """Return the rule of the event handler ``name``, if there is one."""
    if name in FRAMEWORK_RULES:
        return FRAMEWORK_RULES[name]
    registered = RegistrationContext.get().event_handlers.get(name)
    return None if registered is None else rule_of(registered.handler.fn)


class Gate(rx.Middleware):
    """Lets an event through only if a rule says so."""

    async def preprocess(
        self, app: rx.App, state: rx.State, event: Event
    ) -> StateUpdate | None:
        """Return nothing for an event that may run, else what happens instead."""
        rule = rule_of_event(event.name)
        if rule is None:
            logger.warning("Refused %s: it has no rule.", event.name)
            return _say("This page is older than the server; reload it.")
        cookie = cookie_of(state)
        try:
            known = await _known(cookie)
        except UnavailableError as error:
            await _hand_over(state, _fingerprint(cookie))
            return None if rule.public else await _later(app, event, error)
        await _hand_over(state, _fingerprint(cookie) if known else "")
        try:
            rule.check_payload(event.payload)
            if not rule.public:
                _check(rule, known)
        except NotSignedInError:
            return StateUpdate(events=Event.from_event_type(to_sign_in(state)))
        except DiscoveryError as error:
            return _say(str(error))
        return None


def cookie_of(state: rx.State) -> str:
    """Return the session's cookie of the handshake that the tab came by."""
    return cookie_parser(state.router.headers.cookie or "").get(COOKIE, "")


async def person_of(state: rx.State) -> Person:
    """Return who the tab of ``state`` belongs to.

    Raises:
        NotSignedInError: Nobody any more.
        UnavailableError: The database is away.
    """
    known = await _known(cookie_of(state))
    if known is None:
        raise NotSignedInError
    return known.person


async def scope_of(state: rx.State, engagement_id: UUID | str) -> Scope:
    """Return the scope of the tab's person on ``engagement_id``, which is unchecked.

    Raises:
        NotFoundError: It is absent, or not theirs.
        NotSignedInError: Nobody is signed in any more.
        UnavailableError: The database is away.
    """
    key = engagement_id if isinstance(engagement_id, UUID) else UUID(engagement_id)
    cookie = cookie_of(state)
    # A thousand tabs wake at once: what is remembered must not wait for a thread.
    found = people.remembered_scope(cookie, key)
    return found or await asked_once(people.scope_by_cookie, cookie, key)


async def board_scope_of(state: rx.State) -> BoardScope:
    """Return the engagements that the tab's person may see.

    Raises:
        NotSignedInError: Nobody is signed in any more.
        UnavailableError: The database is away.
    """
    return await in_thread(people.board_by_cookie, cookie_of(state))


async def platform_scope_of(state: rx.State, reason: str) -> PlatformScope:
    """Return the tab's admin across all clients, for reading.

    Raises:
        NotPermittedError: They are no admin.
        NotSignedInError: Nobody is signed in any more.
        UnavailableError: The database is away.
    """
    return await in_thread(_platform_scope, await person_of(state), reason)


async def in_thread(
    call: Callable[..., Result], *arguments: Any, **named: Any
) -> Result:
    """Return ``call(…)``, run beside the event loop, which serves every tab."""
    return await asyncio.to_thread(call, *arguments, **named)


async def again(event: Result) -> Result:
    """Return ``event`` after a moment, for a load that met an outage."""
    await asyncio.sleep(WAIT_SECONDS)
    return event


def to_sign_in(state: rx.State) -> rx.event.EventSpec:
    """Return the way to the sign-in page and, after it, back to this one."""
    url = state.router.url
    here = url.path + (f"?{url.query}" if url.query else "")
    if url.path.rstrip("/") == SIGN_IN_PAGE or here in ("", "/"):
        return rx.redirect(SIGN_IN_PAGE)
    return rx.redirect(f"{SIGN_IN_PAGE}?next={quote(here, safe='')}")


def show_error(exception: Exception) -> rx.event.EventSpec:
    """Return what a person sees of an error that no handler caught: the last resort.

    An expected error is its own sentence. Any other is logged under a number, and
    the number is all that is shown.
    """
    if isinstance(exception, NotSignedInError):
        return rx.redirect(SIGN_IN_PAGE)
    if isinstance(exception, DiscoveryError):
        return rx.toast.error(str(exception))
    number = uuid4().hex[:12]
    logger.error("Error %s in a page's event", number, exc_info=exception)
    return rx.toast.error(
        f"Something went wrong here; tell an admin the number {number}."
    )


def cookie_of_tab(app: rx.App, client_token: str) -> str | None:
    """Return the session's cookie of the connected tab ``client_token``, if any."""
    namespace = app.event_namespace
    if namespace is None or app.sio is None:
        return None
    sid = namespace.token_to_sid.get(client_token)
    environ = app.sio.get_environ(sid, namespace.namespace) if sid else None
    if not environ:
        return None
    return cookie_parser(environ.get("HTTP_COOKIE", "")).get(COOKIE, "")


def is_connected(client_token: str) -> bool:
    """Return whether a tab with ``client_token`` is connected to this process."""
    namespace = RegistrationContext.get().app.event_namespace
    return namespace is not None and client_token in namespace.token_to_sid


async def _known(cookie: str) -> SignedIn | None:
    if not cookie:
        return None
    found = people.remembered(cookie)
    if found is not None:
        return found
    try:
        return await asked_once(people.signed_in, cookie)
    except NotSignedInError:
        return None


def _check(rule: Rule, known: SignedIn | None) -> None:
    if known is None:
        raise NotSignedInError
    rule.check_roles(known.roles)


async def _hand_over(state: rx.State, owner: str) -> None:
    """Empty the tab if it held another person's state."""
    tab = await state.get_state(TabState)
    if tab._owner == owner:
        return
    if tab._owner:
        state._get_root_state().reset()
    tab._owner = owner


async def _later(app: rx.App, event: Event, error: UnavailableError) -> StateUpdate:
    """Try a page's load again; say of anything else that it did not happen."""
    if event.name in _load_events(app):
        return StateUpdate(events=[await again(event)])
    return _say(str(error))


def _load_events(app: rx.App) -> frozenset[str]:
    """Return the names of all handlers that pages call when they are opened."""
    found = set()
    for events in app._load_events.values():
        found |= {one.name for one in Event.from_event_type(events)}
    return frozenset(found)


def _say(sentence: str) -> StateUpdate:
    return StateUpdate(events=Event.from_event_type(rx.toast.error(sentence)))


def _platform_scope(person: Person, reason: str) -> PlatformScope:
    with unit_of_work(AccountScope()) as session:
        return EngagementService(session).platform_scope(person, reason)


def _fingerprint(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest() if cookie else ""
