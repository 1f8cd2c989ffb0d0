"""The frame every signed-in page sits in."""

from dataclasses import dataclass

import reflex as rx

from discovery_app.components.connection import (
    connection_state,
    offline_banner,
    read_only_banner,
)
from discovery_app.components.engagement_picker import engagement_picker
from discovery_app.components.tokens import ValueHandler, as_var, when
from discovery_app.components.user_menu import SIGN_OUT, user_menu
from discovery_app.domain.access import Role
from discovery_app.domain.display import SessionView


@dataclass(frozen=True)
class Destination:
    """A line of the navigation.

    Attributes:
        route: With ``{id}`` where the picked engagement's id goes.
        count: The field of ``SessionView`` that says what waits there.
        urgent: Whether its count is shown in red.
        needs: The field of ``SessionView`` without which the line is not shown.
    """

    word: str
    icon: str
    route: str
    count: str = ""
    urgent: bool = False
    needs: str = ""


WORK = (
    Destination("Overview", "house", "/"),
    Destination(
        "Imports", "cloud_upload", "/engagements/{id}/import", needs="may_import"
    ),
    Destination("Workflows", "workflow", "/workflows", "waiting"),
    Destination("Inventory", "boxes", "/engagements/{id}/assets"),
    Destination("Dependencies", "share_2", "/engagements/{id}/dependencies"),
    Destination("Modernisation", "sparkles", "/engagements/{id}/modernisation"),
)
ADMIN = (
    Destination("Runs", "wrench", "/admin/runs", "failing", urgent=True),
    Destination("Workers", "cpu", "/admin/workers"),
    Destination("People", "users", "/admin/people"),
    Destination("End of life", "calendar_clock", "/admin/end-of-life"),
    Destination("Audit", "scroll_text", "/admin/audit"),
)


def frame(
    current: str,
    *children: rx.Component,
    session: SessionView,
    on_pick: ValueHandler | None = None,
    sign_out: str = SIGN_OUT,
) -> rx.Component:
    """Return ``children`` in the frame, with the destination ``current`` marked.

    Args:
        current: The word of a ``Destination``, or "" for none.
        children: The page: its header first.
        session: A state's ``SessionView``: the person, what they picked, what waits.
        on_pick: Gets the id of a picked engagement; without one the pick opens its
            page, which is what switches the picker.
        sign_out: Where the sign-out form is posted.
    """
    view = as_var(session)
    return rx.box(
        rx.el.a("Skip to content", href="#content", class_name="skip-link"),
        rx.el.aside(_brand(), _navigation(current, view), class_name="side"),
        rx.box(
            rx.el.header(
                _folded_navigation(current, view),
                engagement_picker(view, on_pick),
                rx.flex(
                    connection_state(),
                    user_menu(view, sign_out),
                    align="center",
                    gap="16px",
                    margin_left="auto",
                    flex_shrink="0",
                ),
                class_name="top",
            ),
            offline_banner(),
            read_only_banner(view.read_only),
            rx.el.main(*children, id="content", tab_index=-1),
            class_name="content-column",
        ),
        class_name="frame",
    )


def _brand() -> rx.Component:
    return rx.flex(
        rx.el.img(src="/logo.svg", width="24", height="24", alt=""),
        rx.text("Discovery", size="3", weight="medium"),
        align="center",
        gap="8px",
        padding="12px 16px",
        height="48px",
    )


def _navigation(current: str, view: SessionView) -> rx.Component:
    return rx.el.nav(
        *[_destination(one, current, view) for one in WORK],
        rx.cond(
            view.role == Role.ADMIN.value,
            rx.fragment(
                rx.text("Admin", class_name="nav-group"),
                *[_destination(one, current, view) for one in ADMIN],
            ),
            rx.fragment(),
        ),
        aria_label="Main",
        class_name="nav",
    )


def _destination(one: Destination, current: str, view: SessionView) -> rx.Component:
    here = one.word == current
    line = rx.link(
        rx.icon(one.icon, size=16, aria_hidden=True),
        rx.el.span(one.word),
        _count(one, view),
        href=_href(one.route, view),
        underline="none",
        class_name="nav-item here" if here else "nav-item",
        custom_attrs={"aria-current": "page"} if here else {},
    )
    # Whoever stands on a page sees where that is, whatever they may do there.
    return when(getattr(view, one.needs), line) if one.needs and not here else line


def _href(route: str, view: SessionView) -> rx.Var[str] | str:
    before, has_id, after = route.partition("{id}")
    if not has_id:
        return route
    picked = before + view.engagement_id + after
    return rx.cond(view.engagement_id != "", picked, "/")


def _count(one: Destination, view: SessionView) -> rx.Component:
    if not one.count:
        return rx.fragment()
    number = getattr(view, one.count)
    return rx.cond(
        number > 0,
        rx.el.span(
            number, class_name="nav-count urgent" if one.urgent else "nav-count"
        ),
        rx.fragment(),
    )


def _folded_navigation(current: str, view: SessionView) -> rx.Component:
    return rx.dialog.root(
        rx.dialog.trigger(
            rx.icon_button(
                rx.icon("menu", size=20, aria_hidden=True),
                variant="ghost",
                color_scheme="gray",
                size="3",
                aria_label="Open navigation",
            ),
            class_name="only-narrow",
        ),
        rx.dialog.content(
            rx.dialog.title("Navigation", class_name="sr-only"),
            rx.dialog.description("Pages you may open", class_name="sr-only"),
            _brand(),
            _navigation(current, view),
            class_name="folded-side",
        ),
    )
