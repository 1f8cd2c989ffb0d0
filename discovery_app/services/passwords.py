"""Passwords: how they are kept and compared."""

import threading
from functools import lru_cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from discovery_app.errors import InvalidInputError

SHORTEST: Final = 12
LONGEST: Final = 200
"""Lengths in characters; NIST SP 800-63B asks for 8 or more and for no other rule."""

# Each comparison takes 64 MB and about 0.1 s of several cores (the defaults of
# argon2-cffi, from RFC 9106): a flood of sign-ins must wait, not fill the memory.
_at_once = threading.BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """Return what to keep of ``password``.

    Raises:
        InvalidInputError: It is too short or too long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInputError(
            f"Choose a password of {SHORTEST} to {LONGEST} characters."
        )
    with _at_once:
        return _hasher().hash(password)


def is_password(kept: str, password: str) -> bool:
    """Return whether ``password`` is the one of which ``kept`` is kept.

    Takes as long when nothing is kept, so that the time tells nobody who exists.
    """
    with _at_once:
        try:
            right = _hasher().verify(kept or _nobodys(), password[: LONGEST + 1])
        except (VerificationError, InvalidHashError):
            return False
    return right and bool(kept)


def is_outdated(kept: str) -> bool:
    """Return whether ``kept`` was made with weaker settings than today's."""
    return _hasher().check_needs_rehash(kept)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher().hash("nobody has this password")
