"""Which client account's engagement the pages show."""

import reflex as rx

from discovery_app.components.empty_state import skeleton
from discovery_app.components.pick_list import pick_list
from discovery_app.components.tokens import ValueHandler, as_var
from discovery_app.domain.display import SessionView


def engagement_picker(
    session: SessionView, on_pick: ValueHandler | None = None
) -> rx.Component:
    """Return the picker, grouped by client; with more than eight it has a search.

    Args:
        session: Its ``client``, ``engagement`` and ``engagements`` are shown.
        on_pick: Gets the picked id; without one a pick opens the engagement's page.
    """
    pick = on_pick or (lambda id_: rx.redirect("/engagements/" + id_))
    view = as_var(session)
    return rx.popover.root(
        rx.popover.trigger(_button(view)),
        rx.popover.content(
            pick_list(
                view.engagements,
                view.engagement_id,
                pick,
                search="Search engagements",
            ),
            class_name="pick-popover",
            size="1",
            align="start",
            custom_attrs={"aria-label": "Client and engagement"},
        ),
    )


def _button(view: SessionView) -> rx.Component:
    return rx.button(
        rx.cond(
            view.engagement_id != "",
            rx.fragment(
                rx.el.span(view.client, class_name="picker-client truncate"),
                rx.el.span("/", aria_hidden="true", class_name="picker-slash"),
                rx.el.span(view.engagement, class_name="picker-engagement"),
            ),
            rx.cond(
                view.person != "",
                rx.el.span("Pick an engagement", class_name="picker-engagement"),
                skeleton("16px", "160px"),
            ),
        ),
        rx.icon("chevrons_up_down", size=14, aria_hidden=True, flex_shrink="0"),
        variant="ghost",
        color_scheme="gray",
        type="button",
        aria_label=rx.cond(
            view.engagement_id != "",
            f"Client and engagement: {view.client}, {view.engagement}",
            "Pick an engagement",
        ),
        class_name="picker",
    )
