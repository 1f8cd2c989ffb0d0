"""Who is signed in, how the app appears to them, and the way out."""

import reflex as rx
from reflex.style import LiteralColorMode, color_mode, set_color_mode

from discovery_app.components.pick_list import pick_option
from discovery_app.components.plain_form import plain_form
from discovery_app.components.tokens import MUTED, as_var
from discovery_app.domain.access import Role
from discovery_app.domain.display import SessionView

SIGN_OUT = "/auth/sign-out"
_APPEARANCES: tuple[tuple[LiteralColorMode, str, str], ...] = (
    ("system", "monitor", "As the system"),
    ("light", "sun", "Light"),
    ("dark", "moon", "Dark"),
)


def user_menu(session: SessionView, sign_out: str = SIGN_OUT) -> rx.Component:
    """Return the menu behind the person's name.

    Args:
        session: Its ``person``, ``initials``, ``email``, ``role`` and ``csrf_token``.
        sign_out: Where the sign-out form is posted.
    """
    view = as_var(session)
    return rx.fragment(
        plain_form(
            rx.el.input(type="hidden", name="csrf_token", value=view.csrf_token),
            action=sign_out,
            method="post",
            id="sign-out",
            hidden=True,
        ),
        rx.popover.root(
            rx.popover.trigger(_button(view)),
            rx.popover.content(
                rx.text(view.email, size="1", color=MUTED, class_name="menu-label"),
                rx.separator(size="4", margin="4px 0"),
                rx.text("Appearance", size="1", color=MUTED, class_name="menu-label"),
                *[_appearance(*one) for one in _APPEARANCES],
                rx.separator(size="4", margin="4px 0"),
                pick_option(
                    rx.icon("log_out", size=14, aria_hidden=True),
                    rx.el.span("Sign out"),
                    custom_attrs={"data-submits": "sign-out"},
                ),
                class_name="pick-popover menu",
                size="1",
                align="end",
                custom_attrs={"aria-label": "User menu"},
            ),
        ),
    )


def role_word(role: rx.Var[str] | str) -> rx.Component:
    """Return the word for a ``Role``."""
    return rx.fragment(
        rx.match(
            role,
            (Role.CONSULTANT.value, "Consultant"),
            (Role.MANAGER.value, "Manager"),
            (Role.ADMIN.value, "Admin"),
            "",
        )
    )


def _button(view: SessionView) -> rx.Component:
    return rx.button(
        rx.avatar(fallback=view.initials, size="1", radius="full", color_scheme="gray"),
        rx.text(
            view.person,
            size="2",
            color=rx.color("gray", 12),
            trim="both",
            class_name="only-wide",
        ),
        rx.cond(
            view.role != "",
            rx.badge(
                role_word(view.role),
                color_scheme="gray",
                variant="soft",
                high_contrast=True,
                class_name="only-wide",
            ),
            rx.fragment(),
        ),
        variant="ghost",
        color_scheme="gray",
        type="button",
        aria_label=f"{view.person}: open user menu",
        disabled=view.person == "",
    )


def _appearance(mode: LiteralColorMode, icon: str, word: str) -> rx.Component:
    return pick_option(
        rx.icon(icon, size=14, aria_hidden=True),
        rx.el.span(word),
        chosen=color_mode == mode,
        on_click=set_color_mode(mode),
    )
