"""What only admins see; everyone else reads why there is nothing."""

import reflex as rx

from discovery_app.components.empty_state import empty_state, skeleton
from discovery_app.components.tokens import as_var
from discovery_app.domain.access import Role
from discovery_app.domain.display import SessionView


def for_admins(*children: rx.Component, session: SessionView) -> rx.Component:
    """Return ``children`` for admins; the services refuse everyone else anyway."""
    role = as_var(session).role
    refused = empty_state(
        "lock",
        "This page is for admins",
        "Ask an admin of this installation if you need something from it.",
    )
    waiting = rx.cond(role == "", skeleton("240px"), refused)
    return rx.cond(role == Role.ADMIN.value, rx.fragment(*children), waiting)
