"""Forms that the browser posts itself, without the page's socket."""

from typing import Any, Literal

import reflex as rx
from reflex.config import get_config
from reflex.utils.exec import is_prod_mode
from reflex_components_core.el.elements.base import BaseHTML

from discovery_app.components.buttons import primary_button
from discovery_app.components.notice import notice
from discovery_app.components.tokens import Tone, Words

SIGN_IN = "/auth/sign-in"


class PlainForm(BaseHTML):
    """A ``<form>``; the framework's own swallows the browser's POST."""

    tag = "form"

    action: rx.Var[str]
    method: rx.Var[str]


def plain_form(*children: rx.Component, **props: Any) -> rx.Component:
    """Return a form with ``action`` and ``method`` that needs no script.

    In development the pages have a server of their own, which takes no form: there
    the form is posted to the API's port.
    """
    if not is_prod_mode():
        props["action"] = f"{get_config().api_url}{props['action']}"
    return PlainForm.create(*children, **props)


def sign_in_form(
    csrf_token: Words,
    error: Words = "",
    *,
    email: Words = "",
    next_page: Words = "",
    action: Words = SIGN_IN,
) -> rx.Component:
    """Return the sign-in form; it posts email, password, csrf_token and next.

    Args:
        csrf_token: What the route compares with its cookie.
        error: One sentence that does not say which half was wrong.
        email: What was typed before.
        next_page: Where to go after signing in.
        action: Where the form is posted.
    """
    return plain_form(
        notice(error, tone=Tone.BAD),
        rx.el.input(type="hidden", name="csrf_token", value=csrf_token),
        rx.el.input(type="hidden", name="next", value=next_page),
        _field("Email", "email", "email", "username", default_value=email),
        _field("Password", "password", "password", "current-password"),
        primary_button("Sign in", type="submit", width="100%"),
        action=action,
        method="post",
        class_name="plain-form",
    )


def sign_in_page(form: rx.Component, *below: rx.Component) -> rx.Component:
    """Return the page around a sign-in form: mark, form, and a line under it."""
    return rx.el.main(
        rx.flex(
            rx.el.img(src="/logo.svg", width="32", height="32", alt=""),
            rx.heading("Sign in to Discovery", size="5", as_="h1"),
            direction="column",
            align="center",
            gap="12px",
        ),
        rx.box(form, class_name="panel sign-in-panel"),
        *below,
        id="content",
        class_name="sign-in",
    )


def _field(
    label: str,
    name: str,
    kind: Literal["email", "password"],
    autocomplete: str,
    **props: Any,
) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="label"),
        rx.el.input(
            type=kind,
            name=name,
            required=True,
            auto_complete=autocomplete,
            class_name="text-input",
            **props,
        ),
        class_name="field",
    )
