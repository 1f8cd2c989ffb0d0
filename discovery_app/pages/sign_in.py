"""Sign in: a plain form, so that no script ever sees the session's cookie."""

import reflex as rx

from discovery_app.components.plain_form import sign_in_form, sign_in_page
from discovery_app.components.tokens import said

_SENTENCES = {
    "1": "This email and password do not go together. Try again; after several tries "
    "wait a little first.",
    "wait": "Too many tries from this address. Wait a minute, then try again.",
    "away": "The database does not answer. Try again in a moment.",
}
"""By the word that ``/auth/sign-in`` sends back."""


@rx.page(route="/sign-in", title="Sign in · Discovery")
def sign_in() -> rx.Component:
    """Show the form; it says nothing about which half was wrong."""
    asked = rx.State.router.url.query_parameters
    error = said(rx.match(asked["error"], *_SENTENCES.items(), ""))
    return sign_in_page(sign_in_form("", error, next_page=asked["next"]))
