"""What happened, newest first, with who and why."""

from collections.abc import Sequence

import reflex as rx

from discovery_app.components.relative_time import relative_time
from discovery_app.components.status_badge import status_icon
from discovery_app.components.tokens import MUTED
from discovery_app.domain.display import EventLine


def event_list(
    events: rx.Var[Sequence[EventLine]] | Sequence[EventLine],
) -> rx.Component:
    """Return the history as a list with a line down its left side."""
    return rx.el.ol(rx.foreach(events, _event), class_name="events")


def _event(event: EventLine) -> rx.Component:
    return rx.el.li(
        rx.box(status_icon(event.status, 16), class_name="event-icon"),
        rx.box(
            rx.text(event.text, size="2"),
            rx.cond(
                event.reason != "",
                rx.text("“", event.reason, "”", size="2", color=MUTED),
            ),
            rx.text(
                event.who,
                " · ",
                relative_time(event.at, event.ago),
                size="1",
                color=MUTED,
            ),
            min_width="0",
        ),
    )
