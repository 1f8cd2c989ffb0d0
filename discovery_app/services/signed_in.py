"""Who is behind a cookie and what they may reach, remembered for a moment.

A page sends many events a second, and each must know its person; asking the database
each time would cost more than the event. What is known is dropped after
``REMEMBER_SECONDS``, and at once when a notification says that the person's rights
changed (``forget``): a revoked session ends within that time even if the notification
is lost.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar
from uuid import UUID

from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, BoardScope, Person, Role, Scope
from discovery_app.errors import NotSignedInError
from discovery_app.services.accounts import AccountService, hash_token
from discovery_app.services.engagements import EngagementService

REMEMBER_SECONDS: Final = 5.0
"""Chosen, not measured: how long a revoked session may live on at the worst."""
_MOST: Final = 10_000

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class SignedIn:
    """A person, and every role they have anywhere.

    Attributes:
        scopes: What was asked for since then, by engagement; ``None`` is the board.
    """

    person: Person
    roles: frozenset[Role]
    until: float
    scopes: dict[UUID | None, Scope | BoardScope] = field(default_factory=dict)


_lock = threading.Lock()
_known: dict[str, SignedIn] = {}
_changes = 0


def remembered(token: str) -> SignedIn | None:
    """Return who ``token`` belongs to if that was asked a moment ago; no waiting."""
    found = _known.get(hash_token(token)) if token else None
    return found if found is not None and found.until > time.monotonic() else None


def remembered_scope(token: str, engagement_id: UUID) -> Scope | None:
    """Return what ``scope_by_cookie`` answered a moment ago, if it did; no waiting."""
    known = remembered(token)
    found = known.scopes.get(engagement_id) if known else None
    return found if isinstance(found, Scope) else None


def signed_in(token: str) -> SignedIn:
    """Return who the cookie's ``token`` belongs to.

    Raises:
        NotSignedInError: Nobody: it is unknown, expired or revoked.
        UnavailableError: The database is away and they are not remembered.
    """
    if not token:
        raise NotSignedInError
    found = remembered(token)
    if found is not None:
        return found
    asked_at = _changes
    with unit_of_work(AccountScope()) as session:
        person = AccountService(session).person_by_session(token)
        roles = EngagementService(session).roles(person)
    found = SignedIn(person, roles, time.monotonic() + REMEMBER_SECONDS)
    with _lock:
        if len(_known) >= _MOST:
            _known.clear()
        if asked_at == _changes:  # Nothing was revoked while we asked.
            _known[hash_token(token)] = found
    return found


def person_by_cookie(token: str) -> Person:
    """Return the person of ``signed_in``; it raises the same."""
    return signed_in(token).person


def scope_by_cookie(token: str, engagement_id: UUID) -> Scope:
    """Return the scope of the cookie's person on ``engagement_id``.

    Raises:
        NotSignedInError: The cookie is nobody's.
        NotFoundError: The engagement is absent, or not theirs.
        UnavailableError: The database is away.
    """
    found = _scope(
        signed_in(token),
        engagement_id,
        lambda service, person: service.scope(person, engagement_id),
    )
    if not isinstance(found, Scope):
        raise TypeError("An engagement is remembered with another kind of scope.")
    return found


def board_by_cookie(token: str) -> BoardScope:
    """Return the engagements that the cookie's person may see.

    Raises:
        NotSignedInError: The cookie is nobody's.
        UnavailableError: The database is away.
    """
    found = _scope(
        signed_in(token), None, lambda service, person: service.board_scope(person)
    )
    if not isinstance(found, BoardScope):
        raise TypeError("The board is remembered with another kind of scope.")
    return found


def forget(user_id: UUID | None = None) -> None:
    """Ask again for ``user_id``; for everyone if words may have been lost."""
    global _changes
    with _lock:
        _changes += 1
        for key, known in list(_known.items()):
            if user_id is None or known.person.user_id == user_id:
                del _known[key]


def _scope(
    known: SignedIn,
    key: UUID | None,
    ask: Callable[[EngagementService, Person], Scope | BoardScope],
) -> Scope | BoardScope:
    if key not in known.scopes:
        with unit_of_work(AccountScope()) as session:
            known.scopes[key] = ask(EngagementService(session), known.person)
    return known.scopes[key]
