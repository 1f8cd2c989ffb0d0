"""Who is behind a cookie, remembered for a moment.

A page sends many events a second; each must know its person, and asking the database
each time would cost more than the event. What is remembered is dropped after
``REMEMBER_SECONDS``, and at once when a notification says that the person's rights
changed (``forget``): a revoked session ends within that time even if the notification
is lost.
"""

import threading
import time
from typing import Final
from uuid import UUID

from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope, Person
from discovery_app.errors import NotSignedInError
from discovery_app.services.accounts import AccountService, hash_token

REMEMBER_SECONDS: Final = 5.0
"""Chosen, not measured: how long a revoked session may live on at the worst."""
_MOST: Final = 10_000

_lock = threading.Lock()
_known: dict[str, tuple[float, Person]] = {}
_changes = 0


def remembered_person(token: str) -> Person | None:
    """Return who ``token`` belongs to if that was asked a moment ago; no waiting."""
    found = _known.get(hash_token(token))
    if found is None or found[0] < time.monotonic():
        return None
    return found[1]


def person_by_cookie(token: str) -> Person:
    """Return who the cookie's ``token`` belongs to.

    Raises:
        NotSignedInError: Nobody: it is unknown, expired or revoked.
        UnavailableError: The database is away and they are not remembered.
    """
    if not token:
        raise NotSignedInError
    if (person := remembered_person(token)) is not None:
        return person
    asked_at = _changes
    with unit_of_work(AccountScope()) as session:
        person = AccountService(session).person_by_session(token)
    with _lock:
        if len(_known) >= _MOST:
            _known.clear()
        if asked_at == _changes:  # Nothing was revoked while we asked.
            _known[hash_token(token)] = (time.monotonic() + REMEMBER_SECONDS, person)
    return person


def forget(user_id: UUID | None = None) -> None:
    """Ask again for ``user_id``; for everyone if words may have been lost."""
    global _changes
    with _lock:
        _changes += 1
        for key, (_, person) in list(_known.items()):
            if user_id is None or person.user_id == user_id:
                del _known[key]
