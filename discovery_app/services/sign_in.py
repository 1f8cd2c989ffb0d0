"""Signing in: the one act that takes two units of work.

The try is counted and committed, then the password is compared with no transaction
open, then the session is opened. So a wrong try is never forgotten by a roll-back,
and the slow comparison holds no connection.
"""

from discovery_app.database import unit_of_work
from discovery_app.domain.access import AccountScope
from discovery_app.errors import InvalidInputError
from discovery_app.services.accounts import AccountService
from discovery_app.services.passwords import hash_password, is_outdated, is_password

REFUSED = (
    "This email and password do not go together; try again, and after several tries "
    "wait a little first."
)
"""The same for an unknown email, a wrong password and a locked person."""


def sign_in(email: str, password: str, user_agent: str = "") -> str:
    """Return the token of a new session: said once, only its hash is kept.

    Raises:
        InvalidInputError: The sign-in is refused; it does not say why.
    """
    with unit_of_work(AccountScope()) as session:
        attempt = AccountService(session).begin_attempt(email)
    if not is_password(attempt.password_hash, password):
        raise InvalidInputError(REFUSED)
    stronger = hash_password(password) if is_outdated(attempt.password_hash) else ""
    with unit_of_work(AccountScope()) as session:
        return AccountService(session).finish_attempt(
            attempt, user_agent, password_hash=stronger
        )
